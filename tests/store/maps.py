"""Pairs on a map, made by hand: eight points of four subjects, that can be checked by eye.

     y
     3 |  e(Soil)  f(Soil)
     2 |
     1 |  c(Bonds) d(Bonds)        h(Mechanics)
     0 |  a(Optics) b(Optics)      g(Optics)
       +--0--------1---------2-----3--> x

a to d are of run one, the others of run two; b is accepted.
"""

from typing import NamedTuple

import numpy as np
import pytest

from glan_core.entities import Filter, Subject, Syllabus, Window
from glan_core.store.database import Cursor
from glan_core.store.ingest import ingest
from glan_core.store.map_table import MapTable, prepare_map
from glan_core.store.projections import insert_projected_points
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_curriculum import SmallCurriculum
from tests.small_pairs import instruction, model_call, run

PLACES = {
    "a": ("optics", 0, 0),
    "b": ("optics", 1, 0),
    "c": ("bonds", 0, 1),
    "d": ("bonds", 1, 1),
    "e": ("soil", 0, 3),
    "f": ("soil", 1, 3),
    "g": ("optics", 3, 0),
    "h": ("mechanics", 3, 1),
}
WINDOW = Window(0, 0, 3, 3)


class OnMap(NamedTuple):
    """A database whose pairs lie on a map."""

    small: Small
    cursor: Cursor
    nodes: SmallCurriculum

    def map(self) -> MapTable:
        """Give the map as it is now."""
        return prepare_map(self.cursor, "map")


@pytest.fixture
def on_map(small: Small) -> OnMap:
    """The eight points of this module's docstring."""
    nodes = small.nodes
    disciplines = {"bonds": nodes.chemistry, "soil": nodes.agriculture_discipline}
    for run_id in ("one", "two"):
        save_run(small.cursor, run(run_id, is_demo=run_id == "two"))
    ingest(
        small.cursor,
        [
            *(Subject(name, node.taxonomy_node_id, name.title(), "advanced") for name, node in disciplines.items()),
            *(Syllabus(name, name, 1, "A syllabus.") for name in disciplines),
            Syllabus("mechanics", nodes.mechanics.subject_id, 1, "A syllabus."),
            *(model_call(f"call-{name}", model="n" if name in "ab" else "m") for name in PLACES),
        ],
    )
    add_points(small.cursor, PLACES)
    return OnMap(small, small.cursor, nodes)


def add_points(cursor: Cursor, places: dict[str, tuple[str, float, float]]) -> None:
    """Add questions with their points: subject, x and y by name."""
    optics = instruction("x").syllabus_id
    ingest(
        cursor,
        [
            instruction(
                name,
                syllabus_id=optics if subject == "optics" else subject,
                run_id="one" if name in "abcd" else "two",
                status="accepted" if name == "b" else "generated",
                model_call_id=f"call-{name}",
            )
            for name, (subject, _, _) in places.items()
        ],
    )
    insert_projected_points(
        cursor,
        "map",
        instruction_ids=list(places),
        coordinates=np.array([place[1:] for place in places.values()], dtype=np.float32),
        placed_by="fit",
    )


def names(frame_or_ids: object) -> str:
    """Join ids of a frame in alphabetical order."""
    return "".join(sorted(frame_or_ids["instruction_id"]))  # type: ignore[index]


def within(left: float, bottom: float, right: float, top: float) -> Filter:
    """Give the filter of a box on the map."""
    return Filter(projection_id="map", box=Window(left, bottom, right, top))
