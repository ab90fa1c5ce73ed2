"""What does a question have to know of its course?"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from glan_core.entities import ClassDetails, Subject, Syllabus, TaxonomyNode
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subjects
from glan_core.store.syllabi import list_class_details, list_current_syllabi, list_syllabi
from glan_core.store.taxonomy_nodes import list_path


class Course(NamedTuple):
    """A syllabus with all that its questions need to be asked."""

    path: tuple[TaxonomyNode, ...]
    """From the field to the discipline."""
    subject: Subject
    syllabus: Syllabus
    details: ClassDetails

    @property
    def sizes(self) -> list[int]:
        """How many key concepts each class session has, in teaching order."""
        return [len(self.details.key_concepts_of(session.class_session_id)) for session in self.details.class_sessions]


def list_courses(cursor: Cursor, subjects: Sequence[Subject]) -> dict[str, Course]:
    """Give, by subject id, the current courses of those subjects that have a syllabus with class sessions."""
    syllabi = list_current_syllabi(cursor, [subject.subject_id for subject in subjects])
    with_syllabus = [(subject, syllabi[subject.subject_id]) for subject in subjects if subject.subject_id in syllabi]
    return {course.subject.subject_id: course for course in _courses(cursor, with_syllabus)}


def find_courses(cursor: Cursor, syllabus_ids: Iterable[str]) -> dict[str, Course]:
    """Give, by syllabus id, the courses of exactly these syllabi, newest or not."""
    syllabi = list_syllabi(cursor, list(syllabus_ids))
    subjects = find_subjects(cursor, sorted({syllabus.subject_id for syllabus in syllabi}))
    found = [(subjects[syllabus.subject_id], syllabus) for syllabus in syllabi if syllabus.subject_id in subjects]
    return {course.syllabus.syllabus_id: course for course in _courses(cursor, found)}


def _courses(cursor: Cursor, pairs: Sequence[tuple[Subject, Syllabus]]) -> Iterable[Course]:
    details = list_class_details(cursor, [syllabus.syllabus_id for _, syllabus in pairs])
    paths = {discipline_id: list_path(cursor, discipline_id) for discipline_id in {s.discipline_id for s, _ in pairs}}
    return [
        Course(paths[subject.discipline_id], subject, syllabus, details[syllabus.syllabus_id])
        for subject, syllabus in pairs
    ]
