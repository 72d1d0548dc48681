"""Charts as SVG, drawn by pygal on the server: text stays text, and no script is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pygal
from pygal.style import Style

from nlp.labels import Theme
from nlp.output.svg import drawn

COLOURS = (
    "#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948",
    "#b07aa1", "#ff9da7", "#9c755f", "#79706e", "#8cd17d",
)  # fmt: skip
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#808691",
    foreground_strong="#808691",
    foreground_subtle="#9aa0a9",
    colors=COLOURS,
    font_family="sans-serif",
    guide_stroke_color="#9aa0a9",
    major_guide_stroke_color="#9aa0a9",
    label_font_size=13,
    legend_font_size=13,
    major_label_font_size=13,
)
_COMMON = {
    "style": _STYLE,
    "js": (),
    "disable_xml_declaration": True,
    "show_y_guides": True,
    "height": 440,
    "width": 860,
    "legend_box_size": 12,
    "legend_at_bottom": True,
    "legend_at_bottom_columns": 6,
    "truncate_legend": -1,
    "no_data_text": "暂无数据",
    "margin": 12,
    "margin_bottom": 36,  # a second row of the legend, which pygal leaves no room for
    "value_formatter": lambda value: f"{value:.0f}",
}


def themes_chart(counts: Mapping[Theme, Mapping[int, int]]) -> str:
    """Stacked bars: problems of each theme, a bar a year."""
    years = sorted({year for of_theme in counts.values() for year in of_theme})
    chart = pygal.StackedBar(**_COMMON)
    chart.x_labels = [str(year) for year in years]
    for theme, of_theme in counts.items():
        chart.add(theme.chinese, [of_theme.get(year, 0) for year in years])
    return drawn(chart)


def regions_chart(rows: Sequence[tuple[str, int, int]]) -> str:
    """Bars: problems a report, region by region, from region, problems and reports."""
    settings = {
        "show_legend": False,
        "height": 120 + 24 * len(rows),
        "value_formatter": lambda value: f"{value:.1f}",
    }
    chart = pygal.HorizontalBar(**{**_COMMON, **settings})
    chart.x_labels = [region for region, _, _ in reversed(rows)]
    chart.add("每份年报的问题", [problems / reports for _, problems, reports in reversed(rows)])
    return drawn(chart)
