"""Are introduction, objectives and outcomes told apart in texts as people and models lay them out?"""

import pytest

from glan_core.stages.syllabus_text import read_syllabus_text
from glan_core.starter import read_curriculum

PLAIN = """Beekeeping

Bees live in hives.

They make honey.

Objectives
- Keep bees
- Harvest honey

Expected outcomes
- Read a hive

Class session 1: The hive
The class opens a hive.
"""
MARKDOWN = """# Syllabus: Beekeeping

## 1. Introduction
Bees live in hives.

They make honey.

## 2. Course Objectives
* Keep bees
2. Harvest honey

**Learning Outcomes:** Read a hive

## Class Sessions
### Session 1: The hive
"""


@pytest.mark.parametrize("text", [PLAIN, MARKDOWN])
def test_the_three_parts_are_told_apart_and_end_at_the_class_sessions(text: str):
    assert read_syllabus_text(text) == (
        "Bees live in hives.\n\nThey make honey.",
        ("Keep bees", "Harvest honey"),
        ("Read a hive",),
    )


def test_without_known_headings_all_of_it_is_the_introduction():
    text = "Imkerei\n\nEs geht um Bienen.\n\nZiele\n- Bienen halten\n\n1. Sitzung: Der Stock\nDer Stock wird geöffnet."
    parts = read_syllabus_text(text, class_session_titles=["Der Stock"])
    assert parts == ("Es geht um Bienen.\n\nZiele\n- Bienen halten", (), ())


def test_an_objective_that_names_a_class_session_does_not_end_the_objectives():
    text = "Bees.\n\nObjectives\n- Open the hive\n- The hive\n- Sell honey\n\n3: The hive\nThe class opens one."
    parts = read_syllabus_text(text, class_session_titles=["The hive"])
    assert parts.objectives == ("Open the hive", "The hive", "Sell honey")


def test_a_sentence_that_begins_like_a_heading_is_none():
    assert read_syllabus_text("Bees.\n\nObjectives differ from school to school.").objectives == ()


def test_an_empty_text_has_no_parts():
    assert read_syllabus_text("") == ("", (), ())


def test_a_text_of_one_line_is_the_introduction():
    assert read_syllabus_text("Bees").introduction == "Bees"


def test_every_shipped_syllabus_has_all_three_parts():
    parts = [read_syllabus_text(syllabus.text) for syllabus in read_curriculum().syllabi]
    assert len(parts) == 126
    assert all(len(part.introduction) > 200 and len(part.objectives) > 2 and len(part.outcomes) > 2 for part in parts)
    assert not any("Class session" in part.introduction for part in parts)
