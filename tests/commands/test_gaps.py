"""What does `gaps` print?"""

import json
from pathlib import Path

import numpy as np
import pytest

from glan_core.concept_gap_report import report_gaps
from glan_core.store.database import open_database
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.ingest import ingest
from tests.small_pairs import instruction
from tests.store.vectors import embed, link
from tests.terminal import Terminal

ENCODER = "all-MiniLM-L6-v2"
CONCEPTS = ("reflection", "refraction", "phase")


@pytest.fixture
def terminal_with_gaps(terminal: Terminal) -> Terminal:
    """Two pairs that are near to `reflection`, and two more key concepts that were read."""
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        ingest(cursor, [instruction("a"), instruction("b")])
        east, north, up = np.eye(3, dtype=np.float32)
        embed(cursor, ENCODER, np.stack([east]))
        link(cursor, ENCODER, a=0, b=0)
        vectors = np.stack([east, (east + north) / np.float32(2**0.5), up])
        insert_embeddings(cursor, encoder=ENCODER, texts=CONCEPTS, vectors=vectors)
    return terminal


def test_gaps_are_ranked_with_the_nearest_pair_as_evidence(terminal_with_gaps: Terminal):
    done = terminal_with_gaps.run("gaps", "--threshold", "0.9", "--json")
    found = done.data
    assert [(row["concept"], row["gap"], row["nearest"]) for row in found["shown"]] == [
        ("phase", 1.0, "a"),
        ("refraction", 0.2929, "a"),
    ]
    assert found["shown"][0]["nearest_question"] == "Question a?"
    assert (found["gaps"], found["key_concepts"], found["pairs"], found["unread_key_concepts"]) == (2, 3, 2, 12)
    assert found["calibration"] == {"pairs": 2, "percentile": 5.0, "usual": None, "chance": None}


def test_limit_scope_and_threshold_narrow_what_is_listed(terminal_with_gaps: Terminal):
    found = json.loads(terminal_with_gaps.run("gaps", "--threshold", "0.9", "--limit", "1", "--json").out)
    assert (found["gaps"], len(found["shown"])) == (2, 1)
    none = json.loads(
        terminal_with_gaps.run("gaps", "--threshold", "0.9", "--scope", "Agriculture/Land use", "--json").out
    )
    assert (none["gaps"], none["key_concepts"]) == (0, 0)
    assert json.loads(terminal_with_gaps.run("gaps", "--json").out)["threshold"] is None


def test_a_person_gets_sentences(terminal_with_gaps: Terminal):
    told = terminal_with_gaps.run("gaps", "--threshold", "0.9").out
    assert "2 of 3 key concepts have no pair with a cosine of 0.900 or more." in told
    assert "12 key concepts are not read yet: python -m glan_core embed --names" in told


def test_without_read_key_concepts_the_command_says_how_to_read_them(terminal: Terminal):
    done = terminal.run("gaps")
    assert done.code == 2
    assert "embed --names" in done.err


def test_read_pairs_beside_unread_key_concepts_are_told_the_same(terminal: Terminal):
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        ingest(cursor, [instruction("a")])
        embed(cursor, ENCODER, np.eye(1, 3, dtype=np.float32))
        link(cursor, ENCODER, a=0)
        assert report_gaps(cursor, encoder=ENCODER, content="instruction").concepts.empty
    done = terminal.run("gaps")
    assert done.code == 2
    assert "embed --names" in done.err


def test_what_is_listed_can_be_written_for_a_plan(terminal_with_gaps: Terminal, tmp_path: Path):
    file = tmp_path / "gaps.jsonl"
    done = terminal_with_gaps.run("gaps", "--threshold", "0.9", "--limit", "1", "--write", str(file))
    assert f"Wrote 1 of 2 gaps to {file}" in done.out
    planned = terminal_with_gaps.run("plan", "--gaps", str(file), "--json")
    assert planned.data["instructions"] == 1


def test_a_file_that_cannot_be_written_is_told(terminal_with_gaps: Terminal, tmp_path: Path):
    done = terminal_with_gaps.run("gaps", "--threshold", "0.9", "--write", str(tmp_path))
    assert done.code == 2
    assert "cannot be written: is a directory" in done.err


def test_a_threshold_that_is_no_cosine_is_refused(terminal: Terminal):
    assert "is no cosine" in terminal.run("gaps", "--threshold", "3").err
