"""Questions of Optics, and a second subject of that name with a question of its own.

Physical sciences
    Chemistry
        OPTICS          one class session with the key concept absorption; question c
    Physics
        Mechanics
        Optics          questions a and b
"""

from glan_core import ids
from glan_core.entities import Subject, Syllabus
from glan_core.store.database import Cursor
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.small_curriculum import details_of, small_curriculum
from tests.small_pairs import answer, instruction, model_call, run

_CHEMISTRY = small_curriculum().chemistry.taxonomy_node_id
SECOND_OPTICS = Subject(ids.subject_id(_CHEMISTRY, "OPTICS"), _CHEMISTRY, "OPTICS", "advanced", ("spectra",))
SECOND_SYLLABUS = Syllabus(
    ids.syllabus_id(SECOND_OPTICS.subject_id, "Spectra."), SECOND_OPTICS.subject_id, 1, "Spectra."
)


def insert_questions(cursor: Cursor) -> None:
    """Add the answered questions a and b."""
    save_run(cursor, run())
    for name in ("a", "b"):
        calls = [model_call(f"call-{name}"), model_call(f"answering-{name}", stage="answers")]
        ingest(cursor, [*calls, instruction(name), answer(name)])


def insert_second_optics(cursor: Cursor) -> None:
    """Add the second subject with its syllabus and the answered question c."""
    details = details_of(SECOND_SYLLABUS.syllabus_id, (("Spectra", ("absorption",)),))
    (concept,) = details.key_concepts
    drawn = {"syllabus_id": SECOND_SYLLABUS.syllabus_id, "key_concept_ids": (concept.key_concept_id,)}
    ingest(cursor, [SECOND_OPTICS, SECOND_SYLLABUS, *details.class_sessions, *details.key_concepts])
    ingest(cursor, [model_call("call-c"), model_call("answering-c"), instruction("c", **drawn), answer("c")])
