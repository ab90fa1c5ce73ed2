"""A request is named by everything that shapes its reply."""

import dataclasses

import pytest

from glan_core.calls import ChatRequest, Message, ModelCall
from glan_core.entities import ClassDetails
from tests.small_curriculum import small_curriculum

_REQUEST = ChatRequest(
    stage="answers",
    template="answers",
    template_fingerprint="0123456789ab",
    messages=(Message("user", "Why?"),),
    model="m",
    temperature=0.7,
    top_p=0.95,
    max_tokens=100,
    seed=1,
)


def test_the_same_request_has_the_same_id():
    assert dataclasses.replace(_REQUEST).model_call_id == _REQUEST.model_call_id


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "instructions"},
        {"template_fingerprint": "ba9876543210"},
        {"messages": (Message("system", "Why?"),)},
        {"messages": (Message("user", "How?"),)},
        {"model": "n"},
        {"temperature": 0.8},
        {"top_p": 1.0},
        {"max_tokens": 101},
        {"seed": 2},
        {"draw": "second query"},
        {"attempt": 2},
        {"response_schema": {"type": "object"}},
        {"repeat_penalty": 1.1},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_request_that_differs_in_anything_has_another_id(change: dict[str, object]):
    assert dataclasses.replace(_REQUEST, **change).model_call_id != _REQUEST.model_call_id


def test_key_concepts_of_a_session_come_in_order():
    details = small_curriculum().details
    waves = details.class_sessions[1]
    names = [concept.name for concept in details.key_concepts_of(waves.class_session_id)]
    assert names == ["wavelength", "phase", "superposition", "coherence", "polarisation"]


def test_an_unknown_session_has_no_key_concepts():
    assert ClassDetails((), ()).key_concepts_of("nowhere") == ()


@pytest.mark.parametrize(("finish_reason", "has_reply"), [("stop", True), ("length", True), ("", False)])
def test_a_call_has_a_reply_if_the_endpoint_ended_it(finish_reason: str, has_reply: bool):
    fields = dict.fromkeys(field.name for field in dataclasses.fields(ModelCall))
    assert ModelCall(**{**fields, "finish_reason": finish_reason}).has_reply is has_reply
