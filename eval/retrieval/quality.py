"""Search quality: sixty auditors' questions to the demo corpus, and how much of what answers them stands on top.

Every question was judged against every problem statement of the corpus, by reading, before any ranking was looked at:
2 answers it, 1 answers it partly. Questions of even numbers may be tuned on; those of odd numbers are held out.

nDCG is that of Järvelin and Kekäläinen (2002) with the grade as gain. The baseline is BM25 over pairs of characters,
the plain way to search Chinese, by bm25s (Lù 2024, arXiv:2407.03618).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import models
from eval.intervals import RESAMPLES, Interval, bootstrap
from eval.metrics import Counts
from nlp.extras import needs
from nlp.index import Database
from nlp.index.tokens import is_chinese, runs
from nlp.labels import Category
from nlp.search import Filters, Method, Query, Searcher
from nlp.search.encoder import OnnxEncoder
from nlp.search.semantic import Semantic

QUESTIONS = Path(__file__).with_name("questions.json")
DEPTH = 10
"""How far down a ranking an auditor reads."""
BASELINE = "bigram_bm25"
BEST = str(Method.HYBRID)
"""What the others are compared with."""
METRICS = ("recall", "ndcg")


@dataclass(frozen=True, slots=True)
class Judgment:
    """A statement, by its report (the file's stem) and by text that it holds; `grade` 2 answers, 1 partly."""

    report: str
    text: str
    grade: int


@dataclass(frozen=True, slots=True)
class Question:
    """What an auditor would type, and all that is relevant."""

    id: int
    query: str
    relevant: tuple[Judgment, ...]

    @property
    def held_out(self) -> bool:
        """Whether nothing may be tuned on it."""
        return self.id % 2 == 1


@dataclass(frozen=True, slots=True)
class Found:
    """A statement that a system found: the stem of its report's file, and its text."""

    report: str
    text: str


System = Callable[[str], Sequence[Found]]
"""A query in, at least DEPTH statements out, best first, or all that there are."""


def read_questions(path: Path = QUESTIONS) -> list[Question]:
    """The questions of a file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return [
        Question(one["id"], one["query"], tuple(Judgment(**judged) for judged in one["relevant"]))
        for one in data["questions"]
    ]


def gains(question: Question, ranking: Sequence[Found]) -> list[list[Judgment]]:
    """What each of the statements of a ranking adds: the judgments that it meets and none above it did."""
    left = list(question.relevant)
    added = []
    for found in ranking:
        met = [one for one in left if one.report == found.report and one.text in found.text]
        left = [one for one in left if one not in met]
        added.append(met)
    return added


def recall(question: Question, ranking: Sequence[Found]) -> float:
    """Share of all that is relevant among the first DEPTH."""
    return sum(map(len, gains(question, ranking[:DEPTH]))) / len(question.relevant)


def ndcg(question: Question, ranking: Sequence[Found]) -> float:
    """Discounted gain of the first DEPTH, as a share of that of the best ranking there is."""
    discounts = 1 / np.log2(np.arange(2, DEPTH + 2))
    got = [max((one.grade for one in met), default=0) for met in gains(question, ranking[:DEPTH])]
    best = sorted((one.grade for one in question.relevant), reverse=True)[:DEPTH]
    return float(np.dot(got, discounts[: len(got)]) / np.dot(best, discounts[: len(best)]))


@dataclass(frozen=True, slots=True)
class RetrievalEvaluation:
    """Rankings of systems, by their names, for the same questions in the same order."""

    questions: tuple[Question, ...]
    rankings: Mapping[str, Sequence[Sequence[Found]]]

    def scores(self) -> Counts:
        """Recall and nDCG of each question (questions, systems, 2)."""
        return np.array(
            [
                [[recall(question, ranking[i]), ndcg(question, ranking[i])] for ranking in self.rankings.values()]
                for i, question in enumerate(self.questions)
            ]
        )  # fmt: skip

    def intervals(
        self, held_out: bool | None = None, resamples: int = RESAMPLES, seed: int = 0
    ) -> dict[str, Interval]:
        """Means over all questions, or those held out or not: `hybrid_ndcg`; `hybrid-keyword_ndcg` is of the pairs."""
        asked = np.array([held_out in (None, question.held_out) for question in self.questions])
        scores, names = self.scores()[asked], list(self.rankings)
        best = scores[:, [names.index(BEST)]]
        columns = dict(zip(names, np.moveaxis(scores, 1, 0), strict=True))
        others = np.moveaxis(best - scores, 1, 0)
        columns |= {f"{BEST}-{name}": d for name, d in zip(names, others, strict=True) if name != BEST}

        def means(sums: Counts) -> dict[str, Counts]:
            labels = [f"{name}_{metric}" for name in columns for metric in METRICS]
            return {label: sums[..., i] / sums[..., -1] for i, label in enumerate(labels)}

        rows = np.concatenate([*columns.values(), np.ones((len(scores), 1))], axis=1)
        return bootstrap(rows, means, resamples, seed)

    def missed(self, system: str = BEST) -> Iterator[tuple[Question, list[Judgment], list[Found]]]:
        """For each question what a system's first DEPTH lack, and what of them is not relevant."""
        for question, ranking in zip(self.questions, self.rankings[system], strict=True):
            added = gains(question, ranking[:DEPTH])
            met = [judged for one in added for judged in one]
            lacking = [judged for judged in question.relevant if judged not in met]
            yield (
                question,
                lacking,
                [found for found, one in zip(ranking[:DEPTH], added, strict=False) if not one],
            )


def evaluate(database: Database, questions: Sequence[Question] | None = None) -> RetrievalEvaluation:
    """Ask all questions of an index of the demo corpus, every way."""
    asked = tuple(questions or read_questions())
    semantic = Semantic(database.connection, OnnxEncoder(models.ENCODER))
    systems: dict[str, System] = {
        str(method): search(Searcher(database, semantic), method)
        for method in (Method.KEYWORD, Method.SEMANTIC, Method.HYBRID)
    }
    systems[BASELINE] = bigram_bm25(database.connection)
    return RetrievalEvaluation(
        asked, {name: [system(question.query) for question in asked] for name, system in systems.items()}
    )


def search(searcher: Searcher, method: Method) -> System:
    """The product's search by one method, over problems, as `gongkai search` has it."""

    def find(query: str) -> list[Found]:
        page = searcher.search(Query.parse(query), Filters(), method=method, limit=DEPTH)
        return [Found(Path(hit.source).stem, hit.text) for hit in page.hits]

    return find


def bigram_bm25(connection: sqlite3.Connection) -> System:
    """The baseline, over the same problems. Raises UsageError if bm25s is missing."""
    with needs("eval", "--retrieval"):
        import bm25s

    rows = connection.execute(
        'SELECT r.source, substr(c.text, s.start + 1, s."end" - s.start) FROM statements s '
        "JOIN sections c ON c.id = s.section_id JOIN reports r ON r.id = s.report_id "
        "WHERE s.category = ? ORDER BY s.id",
        (str(Category.PROBLEM),),
    )
    statements = [Found(Path(source).stem, text) for source, text in rows]
    index = bm25s.BM25()
    index.index([bigrams(statement.text) for statement in statements], show_progress=False)

    def find(query: str) -> list[Found]:
        numbers, scores = index.retrieve([bigrams(query)], k=min(DEPTH, len(statements)), show_progress=False)
        return [statements[i] for i, score in zip(numbers[0], scores[0], strict=True) if score > 0]

    return find


def bigrams(text: str) -> list[str]:
    """Pairs of Chinese characters, and words of letters and digits; a character alone is itself."""
    return [
        token
        for run in runs(text)
        for token in (
            [run[i : i + 2] for i in range(len(run) - 1)] if is_chinese(run) and len(run) > 1 else [run]
        )
    ]
