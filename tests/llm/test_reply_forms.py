"""What an endpoint can be held to is found out by asking it, once for each model."""

import asyncio
import json

import pytest

from glan_core.calls import ChatRequest, ReplyForm
from glan_core.errors import CallError, EndpointError
from glan_core.llm.openai_chat_model import OpenAIChatModel
from glan_core.llm.reply_forms import ReplyForms
from tests.model_server import MODEL, ModelServer, Reply
from tests.scripted_model import AnsweringModel, Script

COLOURS = '{"colours": [{"name": "red"}, {"name": "blue"}]}'
REFUSED = [CallError("No.", kind=kind) for kind in ("http_400", "http_404", "http_422")]


def _script(replies: dict[str, str | Exception]) -> Script:
    """Give each form its reply."""
    return lambda request: replies[request.reply_form]


def _form(model: AnsweringModel) -> ReplyForm:
    return asyncio.run(ReplyForms(model.complete).form_of("m"))


def test_a_model_that_keeps_to_the_schema_is_asked_once():
    model = AnsweringModel(_script({"schema": COLOURS}))
    assert _form(model) == "schema"
    (request,) = model.requests
    assert (request.stage, request.model, request.reply_form) == ("check", "m", "schema")
    assert request.response_schema is not None


@pytest.mark.parametrize("first", [*REFUSED, "Red and blue.", f"```json\n{COLOURS}\n```", '["red", "blue"]', "{}", ""])
def test_what_does_not_keep_to_the_schema_is_asked_for_json(first: str | Exception):
    model = AnsweringModel(_script({"schema": first, "json": COLOURS}))
    assert _form(model) == "json"
    assert model.requests[1].response_schema is None
    assert "JSON" in model.requests[1].messages[0].content


@pytest.mark.parametrize("second", [*REFUSED, "Red and blue.", '{"colours": ["red", "blue"]}'])
def test_what_keeps_to_neither_is_asked_for_lines(second: str | Exception):
    model = AnsweringModel(_script({"schema": "Red and blue.", "json": second}))
    assert _form(model) == "jsonl"
    assert len(model.requests) == 2


def test_the_schema_cannot_be_kept_to_by_chance():
    model = AnsweringModel(_script({"schema": COLOURS}))
    _form(model)
    words = model.requests[0].messages[0].content
    assert not any(word in words for word in ("JSON", '"colours"', '"name"'))


def test_a_model_that_thinks_first_can_keep_to_a_schema():
    assert _form(AnsweringModel(_script({"schema": f"<think>Two.</think>\n{COLOURS}"}))) == "schema"


def test_the_answer_is_remembered_for_each_model():
    model = AnsweringModel(lambda request: COLOURS if request.model == "a" else "Red and blue.")
    forms = ReplyForms(model.complete)

    async def ask() -> list[ReplyForm]:
        return [await forms.form_of(name) for name in ("a", "b", "a", "b")]

    assert asyncio.run(ask()) == ["schema", "jsonl", "schema", "jsonl"]
    assert [request.model for request in model.requests] == ["a", "b", "b"]
    assert forms.known == {"a": "schema", "b": "jsonl"}


def test_what_is_known_from_an_earlier_time_is_not_asked_again():
    model = AnsweringModel()
    assert asyncio.run(ReplyForms(model.complete, known={"m": "json"}).form_of("m")) == "json"
    assert model.requests == []


def test_many_that_want_to_know_at_once_share_one_question():
    model = AnsweringModel(_script({"schema": COLOURS}))
    under_way = 0

    async def complete(request: ChatRequest):
        nonlocal under_way
        under_way += 1
        await asyncio.sleep(0)
        assert under_way == 1
        under_way -= 1
        return await model.complete(request)

    async def ask() -> list[ReplyForm]:
        forms = ReplyForms(complete)
        return await asyncio.gather(*(forms.form_of("m") for _ in range(20)))

    assert asyncio.run(ask()) == ["schema"] * 20
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "error", [CallError("Busy.", kind="http_429"), CallError("Late.", kind="timeout"), EndpointError("Gone.")]
)
def test_bad_luck_is_no_answer_and_the_next_one_asks_again(error: CallError | EndpointError):
    replies: list[Exception | str] = [error, COLOURS]
    model = AnsweringModel(lambda request: replies.pop(0))
    forms = ReplyForms(model.complete)

    async def ask() -> ReplyForm:
        with pytest.raises(type(error)):
            await forms.form_of("m")
        assert forms.known == {}
        return await forms.form_of("m")

    assert asyncio.run(ask()) == "schema"


def _form_of_server(server: ModelServer) -> ReplyForm:
    async def ask() -> ReplyForm:
        async with OpenAIChatModel(server.endpoint) as model:
            return await ReplyForms(model.complete).form_of(MODEL)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("supported", "form"), [(("json_schema", "json_object"), "schema"), (("json_object",), "json"), ((), "jsonl")]
)
@pytest.mark.parametrize("is_refused", [True, False], ids=["refuses the others", "ignores the others"])
def test_an_endpoint_is_found_to_do_what_it_does(
    model_server: ModelServer, supported: tuple[str, ...], form: ReplyForm, is_refused: bool
):
    def script(request: dict[str, object]) -> Reply | str:
        wanted = request.get("response_format", {})
        if wanted.get("type") not in supported:
            return Reply("response_format is not supported", status=400) if is_refused else "Red and blue."
        if wanted["type"] == "json_schema":
            (key,) = wanted["json_schema"]["schema"]["required"]
            return json.dumps({key: [{"name": "red"}, {"name": "blue"}]})
        return COLOURS

    model_server.script = script
    assert _form_of_server(model_server) == form
