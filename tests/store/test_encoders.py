"""Encoders and choices are kept, and which texts one has not read yet follows from what it has."""

from dataclasses import replace
from datetime import timedelta

from glan_core.encoders import Content, Encoder, EncoderChoice, EncoderRecall
from glan_core.ids import content_id
from glan_core.store.database import Cursor
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.encoders import (
    count_unread_texts,
    find_encoder_choice,
    find_encoder_recall,
    insert_encoder_choice,
    insert_encoder_recall,
    list_encoders,
    list_names_to_read,
    list_unread_texts,
    sample_texts,
    save_encoder,
)
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction
from tests.store.test_embeddings import VECTORS

ENCODER = Encoder("mine", "endpoint", "m", 16, "http://localhost/v1", "MY_KEY", NOON)


def test_an_encoder_comes_back_as_it_was_kept(cursor: Cursor):
    other = Encoder("other", "folder", "/models/other", 3, added_at=NOON - timedelta(hours=1))
    save_encoder(cursor, ENCODER)
    save_encoder(cursor, other)
    save_encoder(cursor, replace(ENCODER, model="n", added_at=NOON + timedelta(hours=1)))
    assert list_encoders(cursor) == (other, replace(ENCODER, model="n"))


def test_the_newest_choice_and_the_newest_recall_count(cursor: Cursor):
    assert find_encoder_choice(cursor) is None
    assert find_encoder_recall(cursor, "e") is None
    for hours, content in ((2, "both"), (1, "answer")):
        at = NOON + timedelta(hours=hours)
        insert_encoder_choice(cursor, EncoderChoice("e", content), chosen_at=at)
        insert_encoder_recall(cursor, "e", EncoderRecall(hours / 10, 400, at))
    assert find_encoder_choice(cursor) == EncoderChoice("e", "both")
    assert find_encoder_recall(cursor, "e") == EncoderRecall(0.2, 400, NOON + timedelta(hours=2))


def test_the_texts_of_a_pair_are_its_instruction_its_answer_or_both(small: Small):
    ingest(small.cursor, [instruction("a"), instruction("b"), answer("a")])
    ingest(small.cursor, [answer("a", answer_id="zz")])  # a later one: the lowest id stays

    def unread(content: Content) -> dict[str, str]:
        return list_unread_texts(small.cursor, encoder="e", content=content, limit=9)

    (said,) = unread("answer").values()
    assert unread("instruction") == {"a": "Question a?", "b": "Question b?"}
    assert unread("both") == {"a": f"Question a?\n\n{said}"}
    assert [count_unread_texts(small.cursor, encoder="e", content=each) for each in ("instruction", "answer")] == [2, 1]


def test_what_was_read_as_one_thing_by_one_encoder_is_unread_as_another(small: Small):
    ingest(small.cursor, [instruction("a"), instruction("b"), instruction("c"), answer("a")])
    insert_embeddings(small.cursor, encoder="e", texts=["Question a?"], vectors=VECTORS[:1])
    contents = {"a": content_id("Question a?")}
    link_instructions(small.cursor, encoder="e", content="instruction", content_of=contents)
    assert list(list_unread_texts(small.cursor, encoder="e", content="instruction", limit=9)) == ["b", "c"]
    assert list(list_unread_texts(small.cursor, encoder="e", content="instruction", after="b", limit=9)) == ["c"]
    assert list(list_unread_texts(small.cursor, encoder="e", content="instruction", limit=1)) == ["b"]
    assert count_unread_texts(small.cursor, encoder="e", content="answer") == 1
    assert count_unread_texts(small.cursor, encoder="f", content="instruction") == 3


def test_a_sample_holds_every_text_once_in_the_order_of_ids(small: Small):
    ingest(small.cursor, [instruction("b"), instruction("a"), replace(instruction("c"), text="Question a?")])
    assert sample_texts(small.cursor, content="instruction", limit=9) == ["Question a?", "Question b?"]
    assert sample_texts(small.cursor, content="instruction", limit=1) == ["Question a?"]


def test_names_of_nodes_subjects_and_key_concepts_are_listed_once(small: Small):
    names = list_names_to_read(small.cursor)
    assert {"Physics", "Optics", "resolution"} <= set(names)
    assert len(set(names)) == len(names)
