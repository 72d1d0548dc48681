"""Label Studio's JSON: a task a report, its statements regions with a category, and themes as choices by region.

CONFIG is the labelling interface that fits. Offsets count code points, as Label Studio does since 1.5.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.labels import Category, Theme
from training.annotation import AnnotatedReport
from training.formats.flat import flat, gather, sections_of
from training.formats.spans import Span, SpannedReport, spanned

_CATEGORY, _THEME, _TEXT = "category", "theme", "text"
_COLOURS = ("#1565c0", "#2e7d32", "#c62828", "#8e24aa", "#757575")

CONFIG = "\n".join(
    (
        "<View>",
        f'  <Labels name="{_CATEGORY}" toName="{_TEXT}">',
        *(
            f'    <Label value="{category}" hint="{category.chinese}" background="{colour}"/>'
            for category, colour in zip(Category, _COLOURS, strict=True)
        ),
        "  </Labels>",
        f'  <Choices name="{_THEME}" toName="{_TEXT}" choice="multiple" perRegion="true" '
        f'visibleWhen="region-selected" whenTagName="{_CATEGORY}" whenLabelValue="problem,improvement">',
        *(f'    <Choice value="{theme}" hint="{theme.chinese}"/>' for theme in Theme),
        "  </Choices>",
        f'  <Text name="{_TEXT}" value="$text" granularity="symbol"/>',
        "</View>",
    )
)
"""The labelling interface, to be pasted into a project's settings."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Who labelled a report that nobody has looked at yet, and the task's score, by which tasks are sorted."""

    model: str
    score: float


def read(text: str, source: str) -> Iterator[SpannedReport]:
    """Reports of an export in Label Studio's JSON; of several annotations of a task, the last that was not cancelled.

    A task with none is not labelled, whatever was predicted. Raises ValueError, KeyError or TypeError on anything else.
    """
    for number, task in enumerate(json.loads(text), 1):
        data = task["data"]
        done = [one for one in task.get("annotations", ()) if not one.get("was_cancelled")]
        spans = gather(list(_labels(done[-1]["result"], data["text"]))) if done else ()
        yield SpannedReport(
            id=str(data.get("id", f"report-{task.get('id', number)}")),
            sections=sections_of(data["text"], data.get("sections"), spans),
            agency=str(data.get("agency") or ""),
            year=str(data.get("year") or ""),
            level=str(data.get("level") or ""),
            style=str(data.get("style") or ""),
            labelled=bool(done),
        )


def _labels(result: Sequence[dict[str, Any]], text: str) -> Iterator[tuple[int, int, str]]:
    for region in result:
        value = region.get("value", {})
        if region.get("type") not in ("labels", "choices"):
            continue
        start, end = int(value["start"]), int(value["end"])
        if "text" in value and _bare(value["text"]) != _bare(text[start:end]):
            raise ValueError(f"characters {start} to {end} of the text are not “{value['text'][:20]}”")
        for name in value.get(region["type"], ()):
            yield start, end, name


def _bare(text: str) -> str:
    return "".join(text.replace("\\n", "").split())


def write(reports: Iterable[AnnotatedReport]) -> Iterator[str]:
    """Tasks with annotations."""
    return _array({"data": _data(one), "annotations": [{"result": _result(one)}]} for one in reports)


def write_predicted(reports: Iterable[tuple[AnnotatedReport, Prediction]]) -> Iterator[str]:
    """Tasks with predictions, which Label Studio shows to be corrected."""
    return _array(
        {
            "data": _data(one),
            "predictions": [
                {"model_version": prediction.model, "score": prediction.score, "result": _result(one)}
            ],
        }
        for one, prediction in reports
    )


def _array(tasks: Iterable[dict[str, Any]]) -> Iterator[str]:
    between = "[\n"
    for task in tasks:
        yield between + json.dumps(task, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def _data(annotated: AnnotatedReport) -> dict[str, Any]:
    report = spanned(annotated)
    whole = flat(report)
    return {"text": whole.text, **report.header(), "sections": whole.sections}


def _result(annotated: AnnotatedReport) -> list[dict[str, Any]]:
    whole = flat(spanned(annotated))
    found = []
    for number, span in enumerate(whole.spans, 1):
        found.append(_region(number, span, whole.text, _CATEGORY, "labels", [str(span.category)]))
        if span.themes:
            found.append(_region(number, span, whole.text, _THEME, "choices", list(map(str, span.themes))))
    return found


def _region(number: int, span: Span, text: str, tag: str, kind: str, names: list[str]) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "from_name": tag,
        "to_name": _TEXT,
        "type": kind,
        "value": {"start": span.start, "end": span.end, "text": text[span.start : span.end], kind: names},
    }
