"""`search` and `neighbours` print pairs with their cosines, or say what is missing."""

import pytest

from glan_core.embedding.encoder import ENCODER, encode
from glan_core.ids import content_id
from glan_core.searching import NOT_READ_HINT
from glan_core.store.database import open_database
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.small_pairs import answer, instruction, run
from tests.terminal import Terminal, complaint

TEXTS = {
    "mirror": "How does a mirror reflect a ray of light?",
    "soil": "Which minerals make a soil fertile?",
    "glass": "Why does a mirror reflect light rays?",
}


@pytest.fixture
def unread(terminal: Terminal) -> Terminal:
    """A terminal at a database with three pairs that no encoder has read."""
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        save_run(cursor, run())
        ingest(cursor, [instruction(name, text=text) for name, text in TEXTS.items()])
        ingest(cursor, [answer(name) for name in TEXTS])
    return terminal


@pytest.fixture
def read(unread: Terminal) -> Terminal:
    """The same, read by the built-in encoder."""
    with open_database(unread.database) as database:
        cursor, texts = database.cursor(), list(TEXTS.values())
        insert_embeddings(cursor, encoder=ENCODER, texts=texts, vectors=encode(texts))
        content_of = {name: content_id(text) for name, text in TEXTS.items()}
        link_instructions(cursor, encoder=ENCODER, content="instruction", content_of=content_of)
    return unread


def test_pairs_are_found_by_meaning_and_next_to_a_pair(read: Terminal):
    found = read.run("search", "reflection in a looking glass", "--limit", "2", "--json").data
    assert (found["by"], found["encoder"], found["content"]) == ("meaning", "all-MiniLM-L6-v2", "instruction")
    first, second = found["hits"]
    assert {first["instruction_id"], second["instruction_id"]} == {"mirror", "glass"}
    assert first["cosine"] > second["cosine"] > 0.3
    assert first["question"] == TEXTS[first["instruction_id"]]
    assert (first["discipline"], first["subject"]) == ("Physics", "Optics")

    hits = read.run("neighbours", "mirror", "--json").data["hits"]
    assert [hit["instruction_id"] for hit in hits] == ["glass", "soil"]
    assert hits[0]["cosine"] > 0.8
    assert read.run("neighbours", "mirror", "--limit", "1").out == (
        f"{hits[0]['cosine']:.3f}  glass  Physics, Optics\n       {TEXTS['glass']}\n"
    )


def test_pairs_are_found_by_their_words_without_an_encoder(unread: Terminal):
    found = unread.run("search", "MIRROR light", "--by", "text", "--json").data
    assert [(hit["instruction_id"], hit["share_of_words"]) for hit in found["hits"]] == [
        ("glass", 1.0),
        ("mirror", 1.0),
    ]
    assert found["by"] == "text"


def test_a_scope_leaves_out_what_lies_elsewhere(unread: Terminal):
    inside = unread.run("search", "mirror", "--by", "text", "--scope", "Optics", "--scope", "Chemistry", "--json")
    assert len(inside.data["hits"]) == 2
    outside = unread.run("search", "mirror", "--by", "text", "--scope", "Chemistry")
    assert (outside.code, outside.out) == (0, "No pair was found.\n")
    error, _ = complaint(unread.run("search", "mirror", "--scope", "Astrology"))
    assert "Astrology" in error


def test_what_cannot_be_searched_for_is_told(unread: Terminal):
    error, _ = complaint(unread.run("search", "  "))
    assert "empty" in error
    error, hint = complaint(unread.run("search", "light"))
    assert "has read no questions yet" in error
    assert NOT_READ_HINT in hint
    error, _ = complaint(unread.run("neighbours", "mirror"))
    assert "has not read the pair 'mirror' yet" in error
    error, _ = complaint(unread.run("neighbours", "nobody"))
    assert "There is no pair 'nobody'" in error
    assert unread.run("search", "light", "--by", "colour").code == 2
    assert unread.run("search", "light", "--limit", "0").code == 2
