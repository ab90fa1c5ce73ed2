"""What lies in a scope: which syllabi can be drawn from, and which nodes have to grow first?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from glan_core import ids
from glan_core.combination_code import HIGHEST_POSITION
from glan_core.entities import Subject
from glan_core.errors import PlanError, ScopeError
from glan_core.planning.plan_request import WHOLE_TAXONOMY, PlanRequest
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject, list_disciplines_listed_otherwise, list_subjects
from glan_core.store.syllabi import list_next_versions
from glan_core.store.syllabus_shapes import SyllabusShape, list_syllabus_shapes
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_disciplines_below_each


@dataclass(frozen=True, slots=True)
class Targets:
    """Subjects with a syllabus, and nodes that grow: what instructions are dealt to."""

    shapes: dict[str, SyllabusShape]
    """The current syllabi by subject id."""
    growing: dict[str, str]
    """Nodes that grow with the stage they start at: `taxonomy`, `subjects` (a discipline) or `syllabus` (a subject)."""
    discipline_of: dict[str, str]
    """The discipline of every target."""
    below: dict[str, tuple[str, ...]]
    """The targets that each node of the scope has."""
    versions: dict[str, int]
    """The version that the next syllabus gets, of subjects that are to have theirs written anew."""

    def ordered(self, target_ids: Iterable[str], *, seed: int) -> list[str]:
        """Put targets into the order in which the seed deals to them."""
        return sorted(set(target_ids), key=lambda target_id: ids.stable_id("order", seed, target_id))


def find_targets(cursor: Cursor, request: PlanRequest) -> Targets:
    """Give the targets of a request's scope.

    Raises ScopeError for an unknown node, and PlanError if there is nothing to generate from, or a syllabus is beyond
    what a plan can hold.
    """
    growing: dict[str, str] = {}
    subjects: dict[str, Subject] = {}
    reached: dict[str, set[str]] = {}
    disciplines_below = list_disciplines_below_each(cursor, request.scope)
    subjects_below = _subjects_by_discipline(cursor, disciplines_below.values())
    for scope_id in request.scope:
        if scope_id == WHOLE_TAXONOMY:
            growing[scope_id], reached[scope_id] = "taxonomy", set()
            continue
        found = _subjects_at(cursor, scope_id)
        node = None if found else find_taxonomy_node(cursor, scope_id)
        found = {key: each for key, each in found.items() if each.discipline_id not in request.left_out}
        if node is None and not found and find_subject(cursor, scope_id) is None:
            raise ScopeError(f"There is no node with the id {scope_id!r}.", "It may belong to another database.")
        if node is None:
            subjects |= found
            reached[scope_id] = set(found)
            continue
        below_it = disciplines_below[scope_id]
        disciplines = [discipline_id for discipline_id in below_it if discipline_id not in request.left_out]
        if "taxonomy" in request.stages and node.level != "discipline" and (disciplines or not below_it):
            growing[node.taxonomy_node_id] = "taxonomy"
        # Those that this seed listed are asked for again, so that a run that was cut short completes its queries;
        # their replies are on file. A list that people made, or another seed, is there already.
        asked: set[str] = set()
        if "subjects" in request.stages:
            asked = set(disciplines) - list_disciplines_listed_otherwise(cursor, disciplines, seed=request.seed)
        growing |= {discipline_id: "subjects" for discipline_id in disciplines if discipline_id in asked}
        below = _by_name(s for each in disciplines if each not in asked for s in subjects_below.get(each, ()))
        subjects |= below
        reached[scope_id] = {*below, *asked}
    # What this seed has written anew is there: the same plan goes on from it.
    versions = list_next_versions(cursor, list(subjects), other_than_seed=request.seed) if request.rewrites else {}
    shapes = list_syllabus_shapes(cursor, [subject_id for subject_id in subjects if subject_id not in versions])
    _check_shapes(shapes, subjects)
    if "syllabus" in request.stages:
        growing |= {subject_id: "syllabus" for subject_id in subjects if subject_id not in shapes}
    if not shapes and not growing and request.left_out:
        raise PlanError(
            "What could be generated from in this scope is held.",
            "Let a branch go on the Review page, in the tab Sample, or leave held branches in.",
        )
    if not shapes and not growing:
        raise PlanError(
            "No subject in this scope has a syllabus yet.",
            "Let it grow first, best with a model of your own: 'Grow what is missing first' in the app, "
            "--stages subjects,syllabus,class_details,instructions,answers for the command.",
        )
    open_ids = [*shapes, *(node_id for node_id, stage in growing.items() if stage != "taxonomy")]
    return Targets(
        shapes=shapes,
        growing=growing,
        discipline_of={
            target_id: subjects[target_id].discipline_id if target_id in subjects else target_id
            for target_id in open_ids
        },
        versions=versions,
        below={scope_id: tuple(target for target in open_ids if target in reached[scope_id]) for scope_id in reached},
    )


def _subjects_by_discipline(cursor: Cursor, disciplines: Iterable[Iterable[str]]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for subject in list_subjects(cursor, sorted({each for of_node in disciplines for each in of_node})):
        found.setdefault(subject.discipline_id, []).append(subject)
    return found


def _by_name(subjects: Iterable[Subject]) -> dict[str, Subject]:
    ordered = sorted(subjects, key=lambda subject: (subject.name, subject.subject_id))
    return {subject.subject_id: subject for subject in ordered}


def _subjects_at(cursor: Cursor, scope_id: str) -> dict[str, Subject]:
    subject = find_subject(cursor, scope_id)
    return {} if subject is None else {subject.subject_id: subject}


def _check_shapes(shapes: Mapping[str, SyllabusShape], subjects: Mapping[str, Subject]) -> None:
    for subject_id, shape in shapes.items():
        name = subjects[subject_id].name
        if max(len(shape.sizes), *shape.sizes) > HIGHEST_POSITION:
            raise PlanError(
                f"{name} has {len(shape.sizes)} class sessions of up to {max(shape.sizes)} key concepts each.",
                f"A plan can hold {HIGHEST_POSITION} of each. Leave this subject out, or divide its syllabus.",
            )
        if not shape.is_numbered:
            raise PlanError(
                f"The class sessions or key concepts of {name} are not numbered from 1 without gaps.",
                "Leave this subject out, or import its syllabus anew.",
            )
