"""How does a Filter become SQL?

Every page, the map and the export say which pairs they mean with the same entities.Filter, and it is turned into a
condition on the view `pair` here and nowhere else. All values travel as parameters.
"""

from collections.abc import Sequence
from typing import NamedTuple

from glan_core.entities import Filter


class Condition(NamedTuple):
    """A where clause over the view `pair`, with its parameters."""

    where: str
    parameters: list[object]


def condition_of(filter_: Filter) -> Condition:
    """Give the condition that holds for the pairs of a filter; for the empty filter it is `true`."""
    parts: list[str] = []
    parameters: list[object] = []

    def add(part: str, *values: object) -> None:
        parts.append(part)
        parameters.extend(values)

    if filter_.taxonomy_node_ids:
        ids = list(filter_.taxonomy_node_ids)
        add(
            """(
                pair.subject_id in (select unnest(?::varchar[]))
                or pair.discipline_id in (
                    select taxonomy_node_id
                    from taxonomy_ancestor
                    where ancestor_id in (select unnest(?::varchar[]))
                )
            )""",
            ids,
            ids,
        )
    if filter_.run_ids:
        add("pair.run_id in (select unnest(?::varchar[]))", list(filter_.run_ids))
    if filter_.statuses:
        add("pair.status in (select unnest(?::varchar[]))", list(filter_.statuses))
    if filter_.instruction_ids:
        add("pair.instruction_id in (select unnest(?::varchar[]))", list(filter_.instruction_ids))
    if filter_.has_answer is not None:
        add(f"pair.answer_id is {'not ' if filter_.has_answer else ''}null")
    if filter_.is_flagged is not None:
        flagged = "in (select instruction_id from quality_flag)"
        add(f"pair.instruction_id {flagged}" if filter_.is_flagged else f"pair.instruction_id not {flagged}")
    if filter_.is_demo is not None:
        shipped = "in (select run_id from run where is_demo)"
        add(f"pair.run_id {shipped}" if filter_.is_demo else f"pair.run_id not {shipped}")
    if len(filter_.polygon) >= 3:
        inside, corners = _inside(filter_.polygon)
        add(
            f"pair.instruction_id in (select instruction_id from projected_point where projection_id = ? and {inside})",  # noqa: S608
            filter_.projection_id,
            *corners,
        )
    return Condition(" and ".join(parts) or "true", parameters)


def _inside(polygon: Sequence[tuple[float, float]]) -> tuple[str, list[object]]:
    """Give the test that (x, y) lies in a polygon: a ray to the right crosses its edges an odd number of times."""
    xs, ys = zip(*polygon, strict=True)
    parts = ["x between ? and ?", "y between ? and ?"]  # the box first: it is cheap and leaves most rows out
    parameters: list[object] = [min(xs), max(xs), min(ys), max(ys)]
    crossings = []
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if y1 == y2:
            continue  # a level edge is never crossed by a level ray
        crossings.append(
            "case when (y < ?::double) <> (y < ?::double) "
            "and x < ?::double + (y - ?::double) * ?::double then 1 else 0 end"
        )
        parameters.extend([y1, y2, x1, y1, (x2 - x1) / (y2 - y1)])
    parts.append(f"({' + '.join(crossings) or '0'}) % 2 = 1")
    return " and ".join(parts), parameters
