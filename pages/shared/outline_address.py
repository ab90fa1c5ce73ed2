"""How does an outline that was drawn on the map stand in the address of a page?

    ?outline=xrs3f~-1.25_3.5~2_3~2_-1      the layout, then x and y of each corner
    ?outline=none                          no outline, where a saved view has one

An outline that is too long for an address goes into a passing view, whose id stands there in its place.
"""

import dataclasses
import math

import streamlit as st

from glan_core.entities import Filter
from glan_core.figures.map_frame import Outline
from pages.shared.filter_views import view_of
from pages.shared.workspace import open_workspace

NAME = "outline"
_NONE = "none"
_LONGEST = 1_000
"""Letters: with all the rest, an address is to stay below the 2,000 that every browser and messenger takes."""
_MOST_CORNERS = 500
_DIGITS = 3
"""Of a share of an outline's extent that its corners keep: a thousandth cannot be drawn with a mouse."""


def with_outline_of_address(filter_: Filter) -> Filter:
    """Give a filter with the outline of the address in place of its own; as it is where the address has none."""
    asked_for = st.query_params.get(NAME, "")
    if asked_for == _NONE:
        return dataclasses.replace(filter_, polygon=(), box=None, projection_id="")
    projection_id, outline = read_outline(asked_for)
    if not outline:
        return filter_
    return dataclasses.replace(filter_, polygon=outline, box=None, projection_id=projection_id)


def write_outline(projection_id: str, outline: Outline, filter_: Filter) -> None:
    """Put an outline on a layout into the address, or take it out; `filter_` are the pairs it was drawn among."""
    st.query_params.pop(NAME, None)
    if not outline:
        if "view" in st.query_params:
            st.query_params[NAME] = _NONE
        return
    text = outline_text(projection_id, outline)
    if len(text) <= _LONGEST:
        st.query_params[NAME] = text
        return
    drawn = dataclasses.replace(filter_, polygon=outline, projection_id=projection_id)
    view = view_of(open_workspace(), drawn, source="the map")
    st.query_params.clear()
    st.query_params["view"] = view.saved_view_id


def rounded(outline: Outline) -> Outline:
    """Give an outline with as many digits as an address keeps, so that it means the same when it is read again."""
    if not outline:
        return ()
    extents = [max(axis) - min(axis) for axis in zip(*outline, strict=True)]
    extent = max(extents)
    digits = _DIGITS - math.floor(math.log10(extent)) if extent > 0 else _DIGITS
    return tuple((round(x, digits), round(y, digits)) for x, y in outline)


def outline_text(projection_id: str, outline: Outline) -> str:
    """Give an outline as it stands in an address."""
    return "~".join([projection_id, *(f"{_written(x)}_{_written(y)}" for x, y in outline)])


def read_outline(text: str) -> tuple[str, Outline]:
    """Give layout and corners of what stands in an address; no corners where it is none."""
    projection_id, *parts = text.split("~")
    if not projection_id or not 3 <= len(parts) <= _MOST_CORNERS:
        return "", ()
    try:
        corners = tuple((float(x), float(y)) for x, y in (part.split("_") for part in parts))
    except ValueError:
        return "", ()
    return (projection_id, corners) if all(map(math.isfinite, sum(corners, ()))) else ("", ())


def _written(number: float) -> str:
    return f"{number + 0.0:.10g}"
