"""What does the visitor look at on the map?

Which pairs are meant, and the outline, stand in the address of the page, as on every page with a filter: loaded again,
or opened by somebody else, it shows the same. The windows zoomed into and what is hidden stand in the session. Only
callbacks change either, so that a run of the page sees one state from top to bottom.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from glan_core.entities import Filter, Window
from glan_core.figures.map_frame import Outline, box_of, window_around
from glan_core.lassos import has_area
from glan_core.store.saved_views import SavedView
from pages.shared import outline_address, state
from pages.shared.filter_bar import NAMES

_DRAWN_AS = (state.MAP_KIND, state.MAP_BY, state.MAP_COMPARED, state.MAP_CORPUS)
"""What a saved view keeps of how pairs are drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at."""

    projection_id: str = ""
    """The layout that windows and outline are on."""
    filter_: Filter = field(default_factory=Filter)
    """Which pairs the page is about, without what was drawn on the map."""
    windows: tuple[Window, ...] = ()
    """Zoomed into, one after the other; none: the whole map."""
    outline: Outline = ()
    """Drawn last; empty: nothing is selected."""
    tool: Literal["lasso", "select"] = "lasso"
    """What it was drawn with, and the next one will be."""
    hides_others: bool = False
    """Whether only the pairs inside the outline are drawn."""

    @property
    def window(self) -> Window | None:
        """The window that is shown; None: the whole map."""
        return self.windows[-1] if self.windows else None

    @property
    def has_foreign_outline(self) -> bool:
        """Whether the filter holds an outline of another layout, which cannot be drawn here nor met with another."""
        return bool(self.filter_.polygon or self.filter_.box)

    def drawn(self) -> Filter:
        """Give the pairs that the map draws, of the window or beyond."""
        return self.selected() if self.outline and self.hides_others else self.filter_

    def selected(self) -> Filter:
        """Give the pairs inside the outline; all of the filter's without one."""
        if not self.outline:
            return self.filter_
        return dataclasses.replace(self.filter_, projection_id=self.projection_id, polygon=self.outline)

    def spoken_of(self) -> Filter:
        """Give the pairs that panel and table tell of: inside the outline, else in the window, else all."""
        if self.outline or self.window is None or self.has_foreign_outline:
            return self.selected()
        return dataclasses.replace(self.filter_, projection_id=self.projection_id, box=self.window)


def read_look(projection_id: str, filter_: Filter) -> Look:
    """Give what is looked at on a layout with the filter of the address; windows of another one mean nothing there.

    An outline on this layout can be drawn; that of another one stays a condition of the filter.
    """
    kept: Look = st.session_state.get(state.MAP_LOOK, Look())
    if kept.projection_id != projection_id:
        kept = Look(projection_id=projection_id)
    outline: Outline = ()
    if filter_.projection_id == projection_id and len(filter_.polygon) >= 3 and filter_.box is None:
        outline, filter_ = filter_.polygon, dataclasses.replace(filter_, polygon=(), projection_id="")
    hides_others = kept.hides_others and bool(outline)
    return dataclasses.replace(kept, filter_=filter_, outline=outline, hides_others=hides_others)


def return_to_address() -> None:
    """Put what the address said last back into it, for one who has been on another page meanwhile."""
    kept: dict[str, list[str]] = st.session_state.get(state.MAP_ADDRESS, {})
    if not any(st.query_params.get_all(name) for name in NAMES):
        for name, values in kept.items():
            st.query_params[name] = values


def remember_address() -> None:
    """Keep what the address says of the pairs that are meant."""
    said = {name: st.query_params.get_all(name) for name in NAMES}
    st.session_state[state.MAP_ADDRESS] = {name: values for name, values in said.items() if values}


def change_look(look: Look, **changes: Any) -> None:
    """Look at something else from the next run on; filter and outline stand in the address."""
    st.session_state[state.MAP_LOOK] = dataclasses.replace(look, **changes)


def select(look: Look, outline: Outline, *, tool: Literal["lasso", "select"] | None = None) -> None:
    """Select what lies inside an outline; one without an area, as a stroke of the mouse leaves, selects nothing."""
    kept = outline_address.rounded(outline) if has_area(outline) else ()
    st.session_state.pop(state.MAP_ADDRESS, None)
    outline_address.write_outline(look.projection_id, kept, look.filter_)
    change_look(look, hides_others=look.hides_others and bool(kept), tool=tool or look.tool)


def zoom_in(look: Look) -> None:
    """Show what lies around the outline as large as the map."""
    change_look(look, windows=(*look.windows, window_of_outline(look)))


def window_of_outline(look: Look) -> Window:
    """Give the window that shows what lies around the outline."""
    return window_around(*box_of(look.outline))


def zoom_out(look: Look) -> None:
    """Go back to the window before."""
    change_look(look, windows=look.windows[:-1])


def show_whole(look: Look) -> None:
    """Show the whole map."""
    change_look(look, windows=())


def shown_of(look: Look) -> dict[str, Any]:
    """Give what a saved view has to keep beside the filter, as JSON can hold it."""
    return {
        "projection_id": look.projection_id,
        "windows": [list(window) for window in look.windows],
        "hides_others": look.hides_others,
        **{name: st.session_state.get(name) for name in _DRAWN_AS},
    }


def open_view(view: SavedView, projection_id: str) -> None:
    """Look at what a saved view shows, before the widgets of the page are drawn.

    Its filter comes with the address. On another layout than its own the view still means the same pairs, but neither
    window nor outline can be drawn.
    """
    shown = view.shown
    for name in _DRAWN_AS:
        st.session_state.pop(name, None)
        if shown.get(name) is not None:
            st.session_state[name] = shown[name]
    is_here = shown.get("projection_id") == projection_id
    st.session_state[state.MAP_LOOK] = Look(
        projection_id=projection_id,
        windows=tuple(Window(*edges) for edges in shown.get("windows", ())) if is_here else (),
        hides_others=bool(is_here and shown.get("hides_others", False)),
    )
