"""What are the benchmark's questions about?

    Field > Sub-field > Discipline > 20 subjects, each with a syllabus of 20 class sessions of 5 key concepts

A syllabus has about 5 KB of text, and 109,870 combinations (paper, section 2.4), so no benchmark runs out of them.
"""

from glan_core import ids
from glan_core.entities import ClassSession, KeyConcept, Subject, Syllabus, TaxonomyNode
from glan_core.starter import Curriculum

_SUBJECTS = 20
_CLASS_SESSIONS = 20
_KEY_CONCEPTS = 5


def synthetic_curriculum(discipline_name: str = "Discipline", *, number_of_subjects: int = _SUBJECTS) -> Curriculum:
    """Make the curriculum, of one discipline; the same each time."""
    field = _node(None, "Field", "field")
    sub_field = _node(field, "Sub-field", "sub_field")
    discipline = _node(sub_field, discipline_name, "discipline")
    subjects, syllabi, class_sessions, key_concepts = [], [], [], []
    for number in range(1, number_of_subjects + 1):
        name = f"Subject {number}"
        subject_id = ids.subject_id(discipline.taxonomy_node_id, name)
        subjects.append(Subject(subject_id, discipline.taxonomy_node_id, name, "intermediate", ("ideas", "uses")))
        text = "\n\n".join(_session_text(number, position) for position in range(1, _CLASS_SESSIONS + 1))
        syllabus_id = ids.syllabus_id(subject_id, text)
        syllabi.append(Syllabus(syllabus_id, subject_id, 1, text))
        for position in range(1, _CLASS_SESSIONS + 1):
            session_id = ids.class_session_id(syllabus_id, position)
            class_sessions.append(ClassSession(session_id, syllabus_id, position, _title(number, position)))
            key_concepts += [
                KeyConcept(ids.key_concept_id(session_id, place), session_id, place, name)
                for place, name in enumerate(_concepts(number, position), start=1)
            ]
    return Curriculum(
        (field, sub_field, discipline), tuple(subjects), tuple(syllabi), tuple(class_sessions), tuple(key_concepts)
    )


def _node(parent: TaxonomyNode | None, name: str, level: str) -> TaxonomyNode:
    parent_id = parent.taxonomy_node_id if parent else None
    return TaxonomyNode(ids.taxonomy_node_id(parent_id, name), parent_id, level, name)


def _title(subject: int, position: int) -> str:
    return f"Part {position} of subject {subject}"


def _concepts(subject: int, position: int) -> list[str]:
    return [f"idea {subject}-{position}-{place}" for place in range(1, _KEY_CONCEPTS + 1)]


def _session_text(subject: int, position: int) -> str:
    return (
        f"Class session {position}: {_title(subject, position)}\n"
        "It takes up what was learned before, adds a way of looking at it, and shows with examples where that helps "
        "and where it does not.\n"
        f"Key concepts: {'; '.join(_concepts(subject, position))}"
    )
