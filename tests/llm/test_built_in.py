"""The built-in model starts, keeps strangers out, answers, and holds to a form that it is given."""

import asyncio
import dataclasses
import json
import urllib.error
import urllib.request

import pytest

from glan_core.calls import ChatReply, ChatRequest, Message
from glan_core.errors import EndpointError
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.openai_chat_model import OpenAIChatModel

pytestmark = pytest.mark.model

REQUEST = ChatRequest(
    stage="answers",
    template="answers_quick",
    template_fingerprint="0123456789ab",
    messages=(Message("user", "Name two colours."),),
    model=built_in.MODEL,
    temperature=0.0,
    top_p=1.0,
    max_tokens=24,
    seed=7,
)
SCHEMA = {
    "type": "object",
    "properties": {
        "colours": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {"type": "string", "enum": ["red", "green", "blue"]},
        }
    },
    "required": ["colours"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def endpoint() -> Endpoint:
    """The endpoint of the model; it serves as long as the process lives."""
    return built_in.start()


def complete(endpoint: Endpoint, request: ChatRequest = REQUEST) -> ChatReply:
    async def ask() -> ChatReply:
        async with OpenAIChatModel(endpoint) as model:
            return await model.complete(request)

    return asyncio.run(ask())


def test_the_model_listens_on_loopback_only(endpoint: Endpoint):
    assert endpoint.base_url.startswith("http://127.0.0.1:")


def test_starting_twice_gives_the_same_endpoint(endpoint: Endpoint):
    assert built_in.start() is endpoint


def test_the_endpoint_is_called_the_built_in_model(endpoint: Endpoint):
    assert endpoint.label == "built-in model"


def test_the_key_is_not_shown(endpoint: Endpoint):
    assert len(endpoint.api_key) >= 24
    assert endpoint.api_key not in repr(endpoint)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guessed"}], ids=["no key", "another key"])
def test_without_its_key_the_model_answers_nobody(endpoint: Endpoint, headers: dict[str, str]):
    body = json.dumps({"model": built_in.MODEL, "messages": [{"role": "user", "content": "Hello"}]}).encode()
    request = urllib.request.Request(
        f"{endpoint.base_url}/chat/completions", data=body, headers={"Content-Type": "application/json", **headers}
    )
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=60)
    with raised.value as refusal:
        assert refusal.code == 401


def test_a_wrong_key_is_told_as_one(endpoint: Endpoint):
    with pytest.raises(EndpointError, match="refused the key"):
        complete(dataclasses.replace(endpoint, api_key="guessed"))


def test_the_model_answers_and_counts_its_tokens(endpoint: Endpoint):
    reply = complete(endpoint)
    assert reply.text.strip()
    assert reply.prompt_tokens
    assert 0 < (reply.completion_tokens or 0) <= REQUEST.max_tokens


def test_a_reply_that_reaches_its_limit_says_so(endpoint: Endpoint):
    assert complete(endpoint, dataclasses.replace(REQUEST, max_tokens=1)).finish_reason == "length"


def test_a_reply_holds_to_the_schema_it_is_given(endpoint: Endpoint):
    reply = complete(endpoint, dataclasses.replace(REQUEST, response_schema=SCHEMA, max_tokens=64))
    colours = json.loads(reply.text)["colours"]
    assert len(colours) == 2
    assert set(colours) <= {"red", "green", "blue"}


def test_the_endpoint_offers_one_model(endpoint: Endpoint):
    async def ask() -> tuple[str, ...]:
        async with OpenAIChatModel(endpoint) as model:
            return await model.list_models()

    assert asyncio.run(ask()) == (built_in.MODEL,)
