"""Charts of the evaluation's page as SVG, drawn by pygal: text stays text, and no script is needed."""

from __future__ import annotations

from collections.abc import Mapping

import pygal
from pygal.style import Style

from eval.calibration import Reliability
from nlp.output.svg import drawn

_GREY, _FAINT = "#808691", "#80869155"
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=_GREY,
    foreground_strong=_GREY,
    foreground_subtle=_GREY,
    guide_stroke_color=_FAINT,
    major_guide_stroke_color=_FAINT,
    colors=(_GREY, "#f28e2b", "#4e79a7"),
    font_family="sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=13,
    title_font_size=14,
)


def reliability_chart(curves: Mapping[str, Reliability]) -> str:
    """An SVG element: confidence against the share that is right, one line for each of `curves`, by its name."""
    points = {
        name: [(float(x), float(y)) for x, y in zip(one.confidence, one.accuracy, strict=True)]
        for name, one in curves.items()
    }
    least = min((value for line in points.values() for point in line for value in point), default=0.0)
    low = int(10 * least) / 10
    chart = pygal.XY(
        style=_STYLE,
        js=(),
        disable_xml_declaration=True,
        width=620,
        height=480,
        range=(low, 1),
        xrange=(low, 1),
        x_title="confidence",
        y_title="share right",
        show_x_guides=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=1,
        truncate_legend=-1,
        dots_size=4,
        margin=12,
        value_formatter=lambda value: f"{value:.2f}",
    )
    chart.uuid = "reliability"
    chart.add("as sure as right", [(low, low), (1, 1)], show_dots=False, stroke_style={"dasharray": "4, 4"})
    for name, line in points.items():
        chart.add(name, line)
    return drawn(chart)
