"""Where is something missing, and which draws fill it?"""

from collections.abc import Iterator, Mapping, Sequence

from glan_core.combination_code import Place, decode
from glan_core.courses import find_courses
from glan_core.planning.plan_request import Gap
from glan_core.stages.draw_order import DrawOrder
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject, list_subjects
from glan_core.store.syllabus_shapes import list_places, list_syllabus_shapes, list_unused_key_concept_ids
from glan_core.store.taxonomy_nodes import list_disciplines_below


def unused_key_concepts(cursor: Cursor, scope: Sequence[str]) -> tuple[Gap, ...]:
    """Give a gap of one instruction for every key concept in scope that no instruction was drawn from.

    `scope` are ids of taxonomy nodes or subjects; only current syllabi count.
    """
    subject_ids = {subject.subject_id for node_id in scope if (subject := find_subject(cursor, node_id))}
    for node_id in scope:
        disciplines = [discipline.taxonomy_node_id for discipline in list_disciplines_below(cursor, node_id)]
        subject_ids |= {subject.subject_id for subject in list_subjects(cursor, disciplines)}
    shapes = list_syllabus_shapes(cursor, sorted(subject_ids)).values()
    unused = list_unused_key_concept_ids(cursor, [shape.syllabus_id for shape in shapes])
    return tuple(Gap(key_concept_id, 1) for key_concept_id in unused)


def scope_of_gaps(cursor: Cursor, gaps: Sequence[Gap]) -> tuple[str, ...]:
    """Give the nodes of gaps, each once; for a class session or key concept its subject."""
    places = list_places(cursor, [gap.node_id for gap in gaps])
    courses = find_courses(cursor, {place.syllabus_id for place in places.values()})
    nodes = (
        courses[places[gap.node_id].syllabus_id].subject.subject_id if gap.node_id in places else gap.node_id
        for gap in gaps
    )
    return tuple(dict.fromkeys(nodes))


def draws_for_gaps(order: DrawOrder, sizes: Sequence[int], wanted: Mapping[Place, int]) -> Iterator[int]:
    """Draw from one syllabus until each place has had its number, or no combination with it is left.

    A place with key concept 0 is a whole class session. Draws are made of wanted key concepts only, as long as there
    are such combinations, and so fill several gaps at once.
    """
    lacking = {spot: number for spot, number in wanted.items() if number > 0}
    while lacking:
        concepts = [spot for spot in lacking if spot.key_concept]
        spots = concepts or [
            Place(session, number) for session, _ in lacking for number in range(1, sizes[session - 1] + 1)
        ]
        pools: list[list[int]] = [[] for _ in sizes]
        for session, number in spots:
            pools[session - 1].append(number)
        code = order.draw_from(pools)
        if code is None:  # nothing of what was wanted just now can come any more
            lacking = {spot: number for spot, number in lacking.items() if concepts and not spot.key_concept}
            continue
        yield code
        for spot in places_touched(code):
            if spot in lacking:
                lacking[spot] -= 1
                if not lacking[spot]:
                    del lacking[spot]


def places_touched(code: int) -> set[Place]:
    """Give the key concepts and, with key concept 0, the class sessions of a combination."""
    spots = set(decode(code))
    return spots | {Place(session, 0) for session, _ in spots}
