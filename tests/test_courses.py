"""A course is a syllabus with all that its questions need."""

from glan_core.courses import find_courses, list_courses
from tests.conftest import Small


def test_a_subject_with_a_syllabus_has_a_course(small: Small):
    assert list_courses(small.cursor, [small.nodes.optics, small.nodes.mechanics]) == {
        small.nodes.optics.subject_id: small.nodes.course
    }


def test_a_course_is_found_by_its_syllabus(small: Small):
    syllabus_id = small.nodes.syllabus.syllabus_id
    assert find_courses(small.cursor, [syllabus_id, "nowhere"]) == {syllabus_id: small.nodes.course}


def test_no_subjects_have_no_courses(small: Small):
    assert list_courses(small.cursor, []) == {}
    assert find_courses(small.cursor, []) == {}


def test_sizes_are_the_key_concepts_of_each_session(small: Small):
    assert small.nodes.course.sizes == [5, 5, 5]
