"""The paper's numbers agree with each other."""

from glan_core import paper


def test_the_eight_groups_hold_all_126_disciplines():
    assert len(paper.DISCIPLINES_BY_FIELD) == 8
    assert sum(paper.DISCIPLINES_BY_FIELD.values()) == paper.DISCIPLINES == 126


def test_subject_queries_are_as_reported():
    assert paper.SUBJECT_QUERIES_PER_DISCIPLINE == 10
    assert (paper.SUBJECT_TEMPERATURE, paper.SUBJECT_TOP_P) == (1.0, 0.95)


def test_syllabi_are_as_reported():
    assert paper.CLASS_SESSIONS_PER_SYLLABUS == (10, 30)
    assert paper.KEY_CONCEPTS_PER_CLASS_SESSION == 5
    assert (paper.SYLLABUS_TEMPERATURE, paper.SYLLABUS_TOP_P) == (1.0, 0.95)


def test_the_two_strategies_draw_as_reported():
    assert paper.ONE_SESSION_KEY_CONCEPTS == (1, 5)
    assert paper.TWO_SESSION_KEY_CONCEPTS == (2, 5)


def test_answers_are_as_reported():
    assert (paper.ANSWER_TEMPERATURE, paper.ANSWER_TOP_P) == (0.7, 0.95)
