"""What do all charts but maps have in common: ground, font, tooltips, axes, title?"""

from typing import Any

from glan_core.figures.palette import Shades

CLEAR = "rgba(0,0,0,0)"


def chart_look(shades: Shades) -> dict[str, Any]:
    """Give the part of a layout that no chart decides for itself."""
    return {
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": "Inter, sans-serif", "size": 12, "color": shades.text},
        "hoverlabel": {"bgcolor": shades.panel, "bordercolor": shades.line, "font": {"color": shades.text}},
        "modebar": {"bgcolor": CLEAR, "color": shades.faint_text, "activecolor": shades.accent},
    }


def chart_title(text: str, shades: Shades) -> dict[str, Any]:
    """Give a title at the upper left, as the layout's `title`."""
    font = {"size": 14, "color": shades.text}
    return {"text": text, "x": 0, "y": 1, "yanchor": "top", "pad": {"t": 6}, "font": font}


def number_axis(shades: Shades, title: str = "") -> dict[str, Any]:
    """Give an axis of numbers, as the layout's `xaxis` or `yaxis`: faint lines, no zoom."""
    faint = {"size": 11, "color": shades.faint_text}
    return {
        "gridcolor": shades.line,
        "zeroline": False,
        "tickfont": faint,
        "fixedrange": True,
        "automargin": True,
        **({"title": {"text": title, "font": faint, "standoff": 6}} if title else {}),
    }


def name_axis(shades: Shades, names: list[str]) -> dict[str, Any]:
    """Give an axis of names, the first on top, as the layout's `yaxis`."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": [len(names) - 0.5, -0.5],
        "tickfont": {"color": shades.text},
        "ticks": "",
        "ticklabelstandoff": 8,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }
