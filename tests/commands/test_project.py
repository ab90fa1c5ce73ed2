"""`project` places what is new, and lays out anew only when it is told to."""

from pathlib import Path

import numpy as np

from glan_core.encoder_choice import add_encoder
from glan_core.ids import content_id
from glan_core.store.database import open_database
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.instructions import insert_instructions
from tests.corpus_files.files import alpaca, write
from tests.embeddings_server import serving
from tests.small_pairs import instruction
from tests.terminal import Terminal, complaint


def add(path: Path, first: int, last: int) -> None:
    """Put the pairs from `first` to before `last` into a database, embedded."""
    made = [instruction(f"pair-{number:03}") for number in range(first, last)]
    vectors = np.random.default_rng(first).normal(size=(len(made), 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with open_database(path) as opened:
        cursor = opened.cursor()
        insert_instructions(cursor, made)
        insert_embeddings(cursor, encoder="all-MiniLM-L6-v2", texts=[each.text for each in made], vectors=vectors)
        contents = {each.instruction_id: content_id(each.text) for each in made}
        link_instructions(cursor, encoder="all-MiniLM-L6-v2", content="instruction", content_of=contents)


def test_without_pairs_there_is_nothing_to_place(terminal: Terminal):
    found = terminal.run("project", "--json")
    assert (found.code, found.data["projection_id"], found.data["placed"]) == (0, None, 0)
    assert terminal.run("project").out == "There are no pairs to place yet.\n"


def test_pairs_are_laid_out_then_placed_and_stay_until_told_otherwise(terminal: Terminal):
    add(terminal.database, 0, 20)
    first = terminal.run("project", "--json")
    assert first.code == 0
    assert first.data["projection_id"]
    assert {key: first.data[key] for key in ("method", "content", "landmarks", "placed", "is_new_layout")} == {
        "method": "umap",
        "content": "instruction",
        "landmarks": 20,
        "placed": 20,
        "is_new_layout": True,
    }
    assert first.data["seconds"] > 0
    add(terminal.database, 20, 25)
    later = terminal.run("project", "--json").data
    assert (later["projection_id"], later["placed"], later["landmarks"]) == (first.data["projection_id"], 5, 20)
    assert (
        terminal.run("project").out == "Every pair has its place on the map already, and is compared with all others.\n"
    )
    anew = terminal.run("project", "--anew", "--json")
    assert anew.data["projection_id"] != first.data["projection_id"]
    assert (anew.data["landmarks"], anew.data["placed"]) == (25, 25)
    assert "laying out" in anew.err


def test_a_layout_that_was_outgrown_is_told(terminal: Terminal):
    add(terminal.database, 0, 20)
    terminal.run("project")
    add(terminal.database, 20, 45)
    found = terminal.run("project")
    assert found.out.startswith("Placed 25 pairs; none that was there has moved.\nA new layout is worth it:")
    assert found.out.endswith("of 45 pairs, this one of 20. Add --anew.\n")
    assert terminal.run("project", "--json").data["is_new_layout_worth_it"]


def test_without_an_answer_there_is_nothing_to_place_by_it(terminal: Terminal):
    add(terminal.database, 0, 20)
    found = terminal.run("project", "--content", "answer", "--json")
    assert (found.code, found.data["projection_id"], found.data["content"]) == (0, None, "answer")


def test_the_encoder_that_is_named_has_a_layout_of_its_own(terminal: Terminal):
    add(terminal.database, 0, 20)
    first = terminal.run("project", "--json").data
    with serving() as server:
        with open_database(terminal.database) as opened:
            add_encoder(opened, kind="endpoint", model="m", name="mine", base_url=server.base_url)
        server.requests.clear()
        other = terminal.run("project", "--encoder", "Mine", "--json")
        assert (other.code, other.data["encoder"], other.data["embedded"]) == (0, "mine", 20)
        assert len(server.texts) == 20
    assert other.data["projection_id"] != first["projection_id"]
    assert terminal.run("project", "--json").data["projection_id"] == first["projection_id"]  # what is chosen stays so


def test_an_unknown_encoder_is_refused_with_what_there_is(terminal: Terminal):
    add(terminal.database, 0, 2)
    error, hint = complaint(terminal.run("project", "--encoder", "mine"))
    assert "no encoder 'mine'" in error
    assert "all-MiniLM-L6-v2" in hint


def test_rows_of_a_corpus_are_placed_and_pairs_stay(terminal: Terminal, tmp_path: Path):
    add(terminal.database, 0, 20)
    texts = [f"pair-{number:03}" for number in (3, 7)]
    with open_database(terminal.database) as opened:
        asked = [
            opened.cursor().execute("select text from instruction where instruction_id = ?", [key]).fetchall()
            for key in texts
        ]
    terminal.run("import", write(tmp_path / "other.jsonl", alpaca([(rows[0][0], "Yes.") for rows in asked])))
    early = terminal.run("project", "--corpus", "other")
    assert "no map yet" in complaint(early)[0]
    terminal.run("project")
    some = terminal.run("project", "--corpus", "other", "--rows", "1", "--json").data
    assert (some["name"], some["rows"], some["placed"], some["points"], some["embedded"]) == ("other", 2, 1, 1, 0)
    assert terminal.run("project", "--corpus", "OTHER").out == (
        "Placed 1 row; no pair has moved. 2 of 2 rows of other are on the map.\n"
    )
    assert terminal.run("project", "--corpus", "other").out.startswith("There was nothing to place: 2 of 2")
    assert "--anew lays" in complaint(terminal.run("project", "--corpus", "other", "--anew"))[0]
    assert "--rows says" in complaint(terminal.run("project", "--rows", "3"))[0]
