"""SVG of charts that pygal draws, as it goes into a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    import pygal


def drawn(chart: pygal.Graph) -> str:
    """The chart as an SVG element, without the script that pygal puts into it for tooltips."""
    tree = chart.render_tree()
    for script in list(tree.iter("{*}script", "script")):
        script.getparent().remove(script)
    return str(etree.tostring(tree, encoding="unicode"))
