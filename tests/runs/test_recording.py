"""A reply that is on disk is used again, and whatever happens to a new call is on disk first."""

import asyncio

import pytest

from glan_core.calls import ChatReply, ChatRequest, Message, ModelCall
from glan_core.errors import CallError, EndpointError
from glan_core.runs.recording import KnownFailureError, RecordingModel
from tests.scripted_model import ScriptedModel
from tests.small_pairs import model_call

REQUEST = ChatRequest(
    stage="answers",
    template="answers",
    template_fingerprint="0123456789ab",
    messages=(Message("user", "Why?"),),
    model="scripted-model",
    temperature=0.7,
    top_p=0.95,
    max_tokens=100,
    seed=7,
    attempt=2,
)


class Recorded:
    """A RecordingModel over a script, with the ledger as a plain dict."""

    def __init__(self, *replies: str | ChatReply | Exception) -> None:
        self.scripted = ScriptedModel(*replies)
        self.ledger: dict[str, ModelCall] = {}
        self.model = RecordingModel(
            self.scripted,
            run_id="run",
            find=self.ledger.get,
            record=lambda call: self.ledger.update({call.model_call_id: call}),
            cost=lambda request, reply: 0.5,
        )

    def complete(self) -> ChatReply:
        return asyncio.run(self.model.complete(REQUEST))

    @property
    def call(self) -> ModelCall:
        return self.ledger[REQUEST.model_call_id]


def test_a_new_call_is_sent_and_recorded_whole():
    recorded = Recorded("Because.")
    assert recorded.complete().text == "Because."
    call = recorded.call
    assert (call.run_id, call.stage, call.template, call.attempt) == ("run", "answers", "answers", 2)
    assert (call.messages, call.parameters) == (REQUEST.messages, REQUEST.parameters)
    assert (call.reply, call.finish_reason, call.prompt_tokens, call.seconds) == ("Because.", "stop", 10, 0.25)
    assert (call.error_kind, call.error_message) == (None, None)


def test_the_same_call_is_not_sent_twice():
    recorded = Recorded("Because.")
    assert recorded.complete() == recorded.complete()
    assert (len(recorded.scripted.requests), recorded.model.calls, recorded.model.calls_reused) == (1, 1, 1)


def test_a_reused_reply_counts_no_tokens():
    recorded = Recorded("Because.")
    recorded.complete()
    recorded.complete()
    assert (recorded.model.prompt_tokens, recorded.model.completion_tokens) == (10, 10)


def test_a_refused_call_is_recorded_with_its_kind_and_raised():
    recorded = Recorded(CallError("HTTP 400: no", kind="http_400"))
    with pytest.raises(CallError):
        recorded.complete()
    call = recorded.call
    assert (call.error_kind, call.error_message, call.finish_reason) == ("http_400", "HTTP 400: no", "")


def test_a_refused_call_is_sent_anew_when_asked_for_again():
    recorded = Recorded(CallError("HTTP 500", kind="http_500"), "Because.")
    with pytest.raises(CallError):
        recorded.complete()
    assert recorded.complete().text == "Because."
    assert (recorded.call.reply, recorded.call.error_kind) == ("Because.", None)


def test_an_empty_reply_is_not_asked_for_again():
    recorded = Recorded("")
    recorded.complete()
    assert recorded.complete().text == ""
    assert len(recorded.scripted.requests) == 1


def test_a_reply_that_could_not_be_used_is_known():
    recorded = Recorded()
    unusable = model_call(REQUEST.model_call_id, error_kind="not_json", error_message="The reply holds no JSON.")
    recorded.ledger[REQUEST.model_call_id] = unusable
    with pytest.raises(KnownFailureError) as raised:
        recorded.complete()
    assert (raised.value.kind, raised.value.model_call_id) == ("not_json", REQUEST.model_call_id)
    assert recorded.scripted.requests == []


def test_an_endpoint_that_is_gone_leaves_no_call_behind():
    recorded = Recorded(EndpointError("Gone."))
    with pytest.raises(EndpointError):
        recorded.complete()
    assert recorded.ledger == {}


def test_replies_without_token_counts_are_recorded():
    recorded = Recorded(ChatReply("Because.", "stop", None, None, 0.1, REQUEST.model_call_id))
    recorded.complete()
    assert (recorded.call.prompt_tokens, recorded.call.completion_tokens) == (None, None)
    assert (recorded.model.prompt_tokens, recorded.model.completion_tokens) == (0, 0)
