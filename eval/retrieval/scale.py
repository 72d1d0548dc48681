"""Search at scale: an index of a million statements, made for the measurement, and the times of typical queries.

`python -m eval.retrieval.scale --statements 1000000` builds it and prints the figures.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nlp.index import Database, Indexer
from nlp.labels import Category, Level, Theme
from nlp.report import Report
from nlp.search import Filters, Query, Searcher
from nlp.search.encoder import SentenceEncoder, Vectors
from nlp.search.semantic import Semantic, add_vectors
from training.annotation import read_split

REGIONS = ("河南省", "浙江省", "甘肃省", "广东省", "四川省", "山东省", "湖北省", "云南省", "辽宁省", "福建省")
YEARS = range(2014, 2026)
QUERIES = (
    "人员不足", "更新不及时", "解读形式单一", "重视", "培训", "网站 栏目", '"公开内容"', "群众 OR 公众", "时效性",
    "依申请公开", "互动", "专职 人员", "缺", "经费", "公开 NOT 网站",
    "主动公开意识", "流动性大", "政策解读", "答复", "机制不健全",
)  # fmt: skip


def generated(statements: int, seed: int = 0) -> Iterator[Report]:
    """Reports of invented agencies, of about `statements` statements in all, their texts shuffled from the corpus."""
    draw = random.Random(seed)
    sources = [annotated.report for annotated in read_split("train")]
    made = number = 0
    while made < statements:
        base = draw.choice(sources)
        number += 1
        region = draw.choice(REGIONS)
        report = replace(
            base,
            source=f"{number}.txt",
            agency=f"{region}第{number // len(YEARS)}局",
            year=YEARS[number % len(YEARS)],
            region=region,
            level=draw.choice(list(Level)),
        )
        made += sum(1 for _ in report.statements())
        yield report


class HashEncoder:
    """Unit vectors drawn by the text's hash: as large and as many as the real encoder's, at no cost."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, 384)."""
        rows = np.stack(
            [
                np.random.default_rng(hash(text) % 2**32).standard_normal(384, dtype=np.float32)
                for text in texts
            ]
        )
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def filters(draw: random.Random) -> Filters:
    """Two filters beside the category: a region or a theme, and years."""
    first = draw.choice(YEARS)
    years = (first, min(first + 3, YEARS[-1]))
    if draw.random() < 0.5:
        return Filters(years=years, region=draw.choice(REGIONS)[:2])
    return Filters(years=years, themes=(draw.choice(list(Theme)),))


def milliseconds(searcher: Searcher, rounds: int = 3, seed: int = 0) -> list[float]:
    """Times of all QUERIES, each `rounds` times with other filters; one is thrown away to warm up."""
    draw = random.Random(seed)
    times = []
    searcher.search(Query.parse(QUERIES[0]), Filters())
    for _ in range(rounds):
        for text in QUERIES:
            asked, among = Query.parse(text), filters(draw)
            begun = time.perf_counter()
            searcher.search(asked, among)
            times.append(1000 * (time.perf_counter() - begun))
    return times


def measure(statements: int, directory: Path, encoder: SentenceEncoder | None = None) -> dict[str, float]:
    """Build an index of so many statements in `directory`, search it, and return the figures."""
    reports = list(generated(statements))
    path = directory / "scale.db"
    begun = time.perf_counter()
    with Database.open(path) as database:
        for _ in Indexer(database).add(reports):
            pass
        built = time.perf_counter() - begun
        (count,) = database.connection.execute("SELECT count(*) FROM statements").fetchone()
        megabytes = path.stat().st_size / 1e6
        keyword = milliseconds(Searcher(database))
        encoder = encoder or HashEncoder()
        for _ in add_vectors(
            database.connection, encoder, [str(Category.PROBLEM), str(Category.IMPROVEMENT)]
        ):
            pass
        (vectors,) = database.connection.execute("SELECT count(*) FROM vectors").fetchone()
        hybrid = milliseconds(Searcher(database, Semantic(database.connection, encoder)))
    return {
        "statements": count,
        "statements_per_second": round(count / built),
        "megabytes_without_vectors": round(megabytes, 1),
        "keyword_median_ms": round(statistics.median(keyword), 1),
        "keyword_95th_ms": round(statistics.quantiles(keyword, n=20)[-1], 1),
        "vectors": vectors,
        "hybrid_median_ms": round(statistics.median(hybrid), 1),
        "hybrid_95th_ms": round(statistics.quantiles(hybrid, n=20)[-1], 1),
    }


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--statements", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        json.dump(measure(arguments.statements, Path(scratch)), sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
