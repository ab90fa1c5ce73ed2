"""`coverage --corpus` and `gaps --corpus` hold a corpus against the own pairs, headless and in one JSON object."""

import json
from pathlib import Path

import numpy as np
import pytest

from glan_core.store.corpora import list_corpora
from glan_core.store.corpus_places import Places, replace_places
from glan_core.store.database import open_database
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.corpus_files.files import alpaca, write
from tests.small_curriculum import small_curriculum
from tests.small_pairs import answer, instruction, run
from tests.store.vectors import link
from tests.terminal import Terminal, complaint

ENCODER = "all-MiniLM-L6-v2"
ROWS = ("row one", "row two", "row three", "row four")


@pytest.fixture
def placed(terminal: Terminal, tmp_path: Path) -> Terminal:
    """Four rows, three in Physics and one in Agriculture, and two own pairs; `phase` is what no row is near to."""
    file = write(tmp_path / "other.jsonl", alpaca([(text, "So.") for text in ROWS]))
    assert terminal.run("import", file, "--name", "Other set").code == 0
    nodes = small_curriculum()
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        save_run(cursor, run())
        ingest(cursor, [instruction("a", "phase"), instruction("b", "reflection"), answer("a"), answer("b")])
        east, north, up, _ = np.eye(4, 384, dtype=np.float32)
        texts = ["Question a?", "Question b?", "phase", "reflection", *ROWS]
        vectors = np.stack([north, east, north, east, east, east, up, up])
        insert_embeddings(cursor, encoder=ENCODER, texts=texts, vectors=vectors)
        link(cursor, ENCODER, a=0, b=1)
        physics, land = nodes.physics.taxonomy_node_id, nodes.agriculture_discipline.taxonomy_node_id
        confidences = np.array([0.9, 0.8, 0.3, 0.9], np.float32)
        places = Places(np.arange(1, 5), [physics, physics, physics, land], confidences, confidences)
        key = list_corpora(cursor)[0].corpus_id
        replace_places(cursor, key, encoder=ENCODER, content="instruction", places=places, reference="then")
    return terminal


def test_coverage_of_a_corpus_says_both_sides_and_what_is_not_measured(placed: Terminal):
    found = placed.run("coverage", "--corpus", "other set", "--json").data
    assert (found["corpus"], found["placed_rows"], found["counted_rows"], found["least_confidence"]) == (
        *("Other set", 4, 4, 0.0),
    )
    rows = {row["name"]: row for row in found["rows"]}
    assert {name: (row["rows"], row["share"]) for name, row in rows.items()} == {
        "Physics": (3, 0.75),
        "Chemistry": (0, 0.0),
        "Agriculture": (1, 0.25),
    }
    assert rows["Chemistry"]["mean_confidence"] is None
    assert (found["theirs"]["covered"], found["theirs"]["pairs"]) == (2, 4)
    assert found["at_equal_n"]["n"] == 2
    assert found["at_equal_n"]["theirs"]["reached"] == pytest.approx(1.5)  # 3 of 6 pairs of rows are both of Physics
    assert "strategies" in found["not_measured"]
    json.dumps(found, allow_nan=False)


def test_a_confidence_a_level_and_a_scope_narrow_it(placed: Terminal):
    sure = placed.run("coverage", "--corpus", "Other set", "--least-confidence", "0.5", "--json").data
    assert (sure["counted_rows"], {row["name"]: row["rows"] for row in sure["rows"]}["Physics"]) == (3, 2)
    fields = placed.run("coverage", "--corpus", "Other set", "--level", "field", "--json").data
    assert {row["name"]: row["rows"] for row in fields["rows"]} == {"Natural Science": 3, "Agriculture": 1}
    one = placed.run("coverage", "--corpus", "Other set", "--scope", "Physics", "--json").data
    assert [row["name"] for row in one["rows"]] == ["Physics"]


def test_coverage_is_told_in_sentences_too(placed: Terminal):
    told = placed.run("coverage", "--corpus", "Other set").out
    assert "4 of 4 placed rows of Other set count" in told
    assert "2 of 3 disciplines have a row" in told
    assert "At n = 2 of each they reach 1.5 disciplines" in told
    assert "Not measured for a corpus: subjects and their levels" in told


def test_gaps_of_a_corpus_have_rows_and_pairs_as_evidence(placed: Terminal):
    found = placed.run("gaps", "--corpus", "Other set", "--threshold", "0.5", "--json").data
    assert (found["gaps"], found["key_concepts"], found["rows"], found["pairs"]) == (1, 2, 4, 2)
    (row,) = found["shown"]
    assert (row["concept"], row["cosine"], row["own_cosine"], row["nearest_question"]) == (
        *("phase", 0.0, 1.0, "Question a?"),
    )
    assert row["row_instruction"] in ROWS
    json.dumps(found, allow_nan=False)


def test_gaps_by_side_and_at_equal_n(placed: Terminal):
    def listed(*arguments: str) -> list[str]:
        found = placed.run("gaps", "--corpus", "Other set", "--threshold", "0.5", *arguments, "--json").data
        return [row["concept"] for row in found["shown"]]

    assert listed("--lacking", "only-theirs") == ["phase"]
    assert listed("--lacking", "own") == listed("--lacking", "only-own") == listed("--lacking", "both") == []
    assert listed("--scope", "Chemistry") == []
    equal = placed.run("gaps", "--corpus", "Other set", "--equal-n", "--json").data
    assert (equal["rows"], equal["pairs"], equal["is_equal_n"]) == (2, 2, True)
    told = placed.run("gaps", "--corpus", "Other set", "--threshold", "0.5").out
    assert "1 of 2 key concepts have no row near to them, of a cosine of 0.500 or more." in told
    assert "13 key concepts are not read yet" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("coverage", "--least-confidence", "0.5"), "no confidence"),
        (("coverage", "--corpus", "Other set", "--filter", "{}"), "not rows of a corpus"),
        (("coverage", "--corpus", "Other set", "--level", "subject"), "subjects are not known"),
        (("coverage", "--corpus", "nowhere"), "There is no corpus"),
        (("gaps", "--equal-n"), "only with a corpus"),
        (("gaps", "--lacking", "own"), "only with a corpus"),
        (("gaps", "--among", "discipline"), "within a subject"),
        (("gaps", "--corpus", "Other set", "--among", "subject"), "subjects are not known"),
    ],
)
def test_what_does_not_go_together_is_a_sentence_and_a_hint(placed: Terminal, arguments: tuple[str, ...], said: str):
    error, hint = complaint(placed.run(*arguments))
    assert said in error
    assert hint


def test_a_corpus_without_places_says_how_to_get_them(terminal: Terminal, tmp_path: Path):
    terminal.run("import", write(tmp_path / "other.jsonl", alpaca()))
    for command in ("coverage", "gaps"):
        error, hint = complaint(terminal.run(command, "--corpus", "other"))
        assert "no places by" in error
        assert "corpora place" in hint


def test_a_removed_corpus_is_listed_with_all_and_restored(placed: Terminal):
    placed.run("corpora", "remove", "Other set")
    assert placed.run("corpora", "list", "--json").data["corpora"] == []
    assert [each["is_removed"] for each in placed.run("corpora", "list", "--all", "--json").data["corpora"]] == [True]
    assert "(removed)" in placed.run("corpora", "list", "--all").out
    back = placed.run("corpora", "restore", "Other set", "--json").data
    assert (back["is_removed"], back["rows"]) == (False, 4)
    assert placed.run("coverage", "--corpus", "Other set", "--json").data["placed_rows"] == 4
    assert "was not removed" in placed.run("corpora", "restore", "Other set").out
