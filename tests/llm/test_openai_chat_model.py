"""A request reaches an endpoint as it should, and each way to fail is told as what it is."""

import asyncio
import dataclasses
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from glan_core.calls import ChatReply, ChatRequest, Message
from glan_core.errors import CallError, EndpointError, GlanError
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.openai_chat_model import OpenAIChatModel
from tests.model_server import API_KEY, ModelServer, Reply

REQUEST = ChatRequest(
    stage="answers",
    template="answers",
    template_fingerprint="0123456789ab",
    messages=(Message("system", "Be brief."), Message("user", "Why is the sky blue?")),
    model="scripted-model",
    temperature=0.7,
    top_p=0.95,
    max_tokens=100,
    seed=7,
)


def complete(endpoint: Endpoint, request: ChatRequest = REQUEST, *, timeout_seconds: float = 30.0) -> ChatReply:
    async def ask() -> ChatReply:
        async with OpenAIChatModel(endpoint, timeout_seconds=timeout_seconds) as model:
            return await model.complete(request)

    return asyncio.run(ask())


def list_models(endpoint: Endpoint) -> tuple[str, ...]:
    async def ask() -> tuple[str, ...]:
        async with OpenAIChatModel(endpoint) as model:
            return await model.list_models()

    return asyncio.run(ask())


def closed_port() -> int:
    """Give a port at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def closed_endpoint() -> Endpoint:
    """Give an address at which nothing listens."""
    return Endpoint(f"http://127.0.0.1:{closed_port()}/v1", API_KEY)


# What is sent and what comes back -----------------------------------------------------------------------------------


def test_the_request_is_sent_as_it_stands(model_server: ModelServer):
    complete(model_server.endpoint)
    (seen,) = model_server.requests
    assert seen.path == "/v1/chat/completions"
    assert seen.body == {
        "model": "scripted-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why is the sky blue?"},
        ],
        "temperature": 0.7,
        "top_p": 0.95,
        "max_tokens": 100,
        "seed": 7,
    }


def test_the_key_travels_in_its_header_alone(model_server: ModelServer):
    complete(model_server.endpoint)
    (seen,) = model_server.requests
    holding = [name for name, value in seen.headers.items() if API_KEY in value]
    assert [name.lower() for name in holding] == ["authorization"]
    assert API_KEY not in str(seen.body)


def test_a_schema_is_sent_as_response_format(model_server: ModelServer):
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    complete(model_server.endpoint, dataclasses.replace(REQUEST, response_schema=schema))
    (seen,) = model_server.requests
    assert seen.body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answers", "schema": schema, "strict": True},
    }


def test_a_repeat_penalty_is_sent_only_if_there_is_one(model_server: ModelServer):
    complete(model_server.endpoint)
    complete(model_server.endpoint, dataclasses.replace(REQUEST, repeat_penalty=1.1))
    without, with_penalty = model_server.requests
    assert "repeat_penalty" not in without.body
    assert with_penalty.body["repeat_penalty"] == 1.1


def test_the_reply_comes_back_with_its_tokens_and_its_call(model_server: ModelServer):
    model_server.script = lambda request: "Because of scattering."
    reply = complete(model_server.endpoint)
    assert dataclasses.replace(reply, seconds=0.0) == ChatReply(
        "Because of scattering.", "stop", 7, 3, 0.0, REQUEST.model_call_id, address=model_server.base_url
    )
    assert reply.seconds > 0


def test_a_reply_that_was_cut_off_says_so(model_server: ModelServer):
    model_server.script = lambda request: Reply("Because", finish_reason="length")
    assert complete(model_server.endpoint).finish_reason == "length"


def test_a_refusal_is_a_reply_with_its_own_finish_reason(model_server: ModelServer):
    body = b'{"choices": [{"message": {"content": null, "refusal": "I will not."}, "finish_reason": "stop"}]}'
    model_server.script = lambda request: Reply(body=body)
    reply = complete(model_server.endpoint)
    assert (reply.text, reply.finish_reason) == ("I will not.", "refusal")


def test_what_an_endpoint_leaves_out_is_unknown(model_server: ModelServer):
    model_server.script = lambda request: Reply(body=b'{"choices": [{"message": {"content": "Yes."}}]}')
    reply = complete(model_server.endpoint)
    assert dataclasses.replace(reply, seconds=0.0) == ChatReply(
        "Yes.", "unknown", None, None, 0.0, REQUEST.model_call_id, address=model_server.base_url
    )


def test_token_counts_that_are_no_numbers_are_unknown(model_server: ModelServer):
    body = b'{"choices": [{"message": {"content": "Yes."}}], "usage": {"prompt_tokens": "many"}}'
    model_server.script = lambda request: Reply(body=body)
    reply = complete(model_server.endpoint)
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


def test_half_a_character_becomes_a_question_mark(model_server: ModelServer):
    model_server.script = lambda request: Reply(body=b'{"choices": [{"message": {"content": "a\\ud83d."}}]}')
    assert complete(model_server.endpoint).text == "a?."


def test_models_are_listed_by_name(model_server: ModelServer):
    model_server.models = ["zebra", "antelope"]
    assert list_models(model_server.endpoint) == ("antelope", "zebra")


# What fails ---------------------------------------------------------------------------------------------------------

_REFUSED_KEY = "{url} refused the key."
_NO_MODEL = "{url} knows no model 'scripted-model'."
_STATUS = "{url} answered with HTTP {status}: too bad."


@pytest.mark.parametrize(
    ("status", "sentence", "hint"),
    [
        (401, _REFUSED_KEY, "OPENAI_API_KEY"),
        (403, _REFUSED_KEY, "OPENAI_API_KEY"),
        (404, _NO_MODEL, "GLAN_MODEL"),
    ],
)
def test_a_status_that_no_call_can_get_past_ends_the_run(
    model_server: ModelServer, status: int, sentence: str, hint: str
):
    model_server.script = lambda request: Reply("too bad", status=status)
    with pytest.raises(EndpointError) as raised:
        complete(model_server.endpoint)
    assert raised.value.message == sentence.format(url=model_server.base_url)
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("status", "is_retryable"),
    [
        (400, False),
        (405, False),
        (408, True),
        (409, True),
        (413, False),
        (422, False),
        (429, True),
        (500, True),
        (502, True),
        (503, True),
        (529, True),
    ],
)
def test_a_status_of_one_call_fails_that_call(model_server: ModelServer, status: int, is_retryable: bool):
    model_server.script = lambda request: Reply("too bad", status=status)
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert raised.value.message == _STATUS.format(url=model_server.base_url, status=status)
    assert (raised.value.kind, raised.value.is_retryable) == (f"http_{status}", is_retryable)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500])
def test_the_key_is_in_no_error_even_if_the_endpoint_quotes_it(model_server: ModelServer, status: int):
    model_server.script = lambda request: Reply(f"x{API_KEY}y " * 20, status=status)
    with pytest.raises(GlanError) as raised:
        complete(model_server.endpoint)
    assert API_KEY not in f"{raised.value!r} {raised.value.message} {raised.value.hint}"


def test_a_model_that_says_the_key_is_kept_without_it(model_server: ModelServer):
    model_server.script = lambda request: Reply(f"Your key is {API_KEY}, is it not?")
    assert complete(model_server.endpoint).text == "Your key is ***, is it not?"


def test_a_word_that_stands_for_a_key_is_left_in_what_a_model_says(model_server: ModelServer):
    model_server.script = lambda request: Reply("There are none.")
    assert complete(Endpoint(model_server.base_url, "none")).text == "There are none."


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
def test_a_key_that_no_header_can_carry_is_an_error_that_does_not_show_it(model_server: ModelServer, key: str):
    with pytest.raises(EndpointError, match="holds characters that no key has") as raised:
        complete(Endpoint(model_server.base_url, key))
    assert key not in f"{raised.value!r} {raised.value.hint}"
    assert model_server.requests == ()


def test_a_long_error_text_is_cut(model_server: ModelServer):
    model_server.script = lambda request: Reply("a" * 5000, status=400)
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert len(raised.value.message) < 400


def test_an_error_page_in_place_of_json_is_told_by_its_status(model_server: ModelServer):
    model_server.script = lambda request: Reply(status=502, body=b"<h1>Bad Gateway</h1>", content_type="text/html")
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert raised.value.kind == "http_502"


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_a_call_is_sent_once_whatever_comes_of_it(model_server: ModelServer, status: int):
    model_server.script = lambda request: Reply("no", status=status)
    with pytest.raises(CallError):
        complete(model_server.endpoint)
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "Add money.", "code": "insufficient_quota", "type": "insufficient_quota"}}',
        b'{"error": {"message": "Add money.", "code": null, "type": "insufficient_quota"}}',
    ],
)
def test_a_quota_that_is_used_up_ends_the_run(model_server: ModelServer, body: bytes):
    model_server.script = lambda request: Reply(status=429, body=body)
    with pytest.raises(EndpointError, match="quota is used up: Add money"):
        complete(model_server.endpoint)


def test_a_call_that_wants_to_be_paid_for_ends_the_run(model_server: ModelServer):
    model_server.script = lambda request: Reply("Insufficient balance", status=402)
    with pytest.raises(EndpointError, match="quota is used up: Insufficient balance"):
        complete(model_server.endpoint)


def test_a_model_that_is_not_found_ends_the_run_whatever_the_status(model_server: ModelServer):
    body = b'{"error": {"message": "No such model.", "code": "model_not_found"}}'
    model_server.script = lambda request: Reply(status=400, body=body)
    with pytest.raises(EndpointError, match="knows no model 'scripted-model'"):
        complete(model_server.endpoint)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 0.5 "}, 0.5),
        ({"Retry-After": "7", "Retry-After-Ms": "250"}, 0.25),
        ({"Retry-After-Ms": "nan"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
    ],
)
def test_what_the_endpoint_asks_to_wait_is_read(
    model_server: ModelServer, headers: dict[str, str], seconds: float | None
):
    model_server.script = lambda request: Reply("busy", status=429, headers=headers)
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert raised.value.retry_after_seconds == seconds


def test_a_date_to_come_back_at_is_read_by_the_clock_of_the_endpoint(model_server: ModelServer):
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    model_server.script = lambda request: Reply("busy", status=429, headers={"Retry-After": in_a_minute})
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert 50 <= raised.value.retry_after_seconds <= 61


def test_a_connection_that_drops_may_have_reached_the_endpoint(model_server: ModelServer):
    model_server.script = lambda request: Reply(is_dropped=True)
    with pytest.raises(CallError, match="cannot be reached") as raised:
        complete(model_server.endpoint)
    assert (raised.value.kind, raised.value.is_retryable, raised.value.was_sent) == ("connection", True, True)


def test_where_nothing_listens_nothing_was_sent_and_the_address_is_told():
    endpoint = closed_endpoint()
    with pytest.raises(CallError) as raised:
        complete(endpoint)
    error = raised.value
    assert error.message == f"{endpoint.base_url} cannot be reached."
    assert "OPENAI_BASE_URL" in error.hint
    assert (error.kind, error.is_retryable, error.was_sent) == ("connection", True, False)


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x00\xa5\x01", b"HTTP/1.1 abc\r\n\r\n"])
def test_whatever_is_no_http_counts_as_a_broken_connection(answer: bytes):
    with socket.create_server(("127.0.0.1", 0)) as stranger:

        def greet() -> None:
            with stranger.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(CallError) as raised:
            complete(Endpoint(f"http://127.0.0.1:{stranger.getsockname()[1]}/v1", API_KEY))
        thread.join()
    assert raised.value.kind == "connection"


@pytest.mark.parametrize(
    "base_url", ["127.0.0.1:8000/v1", "http://", "ftp://127.0.0.1/v1", "http://127.0.0.1:99999/v1"]
)
def test_an_address_that_is_none_ends_the_run(base_url: str):
    with pytest.raises(EndpointError, match="cannot be reached"):
        complete(Endpoint(base_url))


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy"])
def test_a_proxy_of_the_environment_carries_the_calls(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, variable: str
):
    monkeypatch.setenv(variable, f"http://127.0.0.1:{model_server.port}")
    complete(Endpoint("http://model.invalid/v1", API_KEY))
    (seen,) = model_server.requests
    assert seen.path == "http://model.invalid/v1/chat/completions"


def test_an_address_without_a_proxy_is_called_directly(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert complete(model_server.endpoint).text


def test_a_proxy_may_be_named_without_a_scheme(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{model_server.port}")
    complete(Endpoint("http://model.invalid/v1", API_KEY))
    assert model_server.requests[0].path == "http://model.invalid/v1/chat/completions"


def test_an_address_without_a_proxy_may_be_named_with_its_port(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("no_proxy", f"127.0.0.1:{model_server.port}")
    assert complete(model_server.endpoint).text


def test_a_proxy_that_is_not_there_is_told_as_such(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(CallError, match="its proxy does not let it through") as caught:
        complete(model_server.endpoint)
    assert "http_proxy" in caught.value.hint
    assert (caught.value.kind, caught.value.was_sent) == ("connection", False)


@pytest.mark.parametrize(
    "proxy", ["socks5://me:secret@127.0.0.1:1080", "http://127.0.0.1:x", "not a proxy", "http://[bad"]
)
def test_a_proxy_that_cannot_be_used_ends_the_run_before_it_is_spoken_to(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, proxy: str
):
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(EndpointError, match="cannot be used") as caught:
        complete(model_server.endpoint)
    assert "secret" not in f"{caught.value.message}{caught.value.hint}"
    assert model_server.requests == ()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_an_address_that_points_elsewhere_ends_the_run(model_server: ModelServer, status: int):
    elsewhere = f"{model_server.base_url}/elsewhere"
    model_server.script = lambda request: Reply(status=status, headers={"Location": f"{elsewhere}?key={API_KEY}"})
    with pytest.raises(EndpointError, match=f"points to another address: {elsewhere}") as caught:
        complete(model_server.endpoint)
    assert API_KEY not in caught.value.message
    assert len(model_server.requests) == 1


def test_what_cannot_be_unpacked_is_unreadable_and_no_broken_connection(model_server: ModelServer):
    model_server.script = lambda request: Reply(body=b"this is not gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(CallError, match="cannot be unpacked") as caught:
        complete(model_server.endpoint)
    assert (caught.value.kind, caught.value.is_retryable) == ("unreadable", False)


def test_a_name_that_nobody_knows_is_told_as_such():
    with pytest.raises(CallError, match="its name is not known"):
        complete(Endpoint("http://model.invalid/v1", API_KEY))


def test_https_where_http_is_spoken_is_told_as_such(model_server: ModelServer):
    with pytest.raises(CallError, match="it does not speak TLS"):
        complete(Endpoint(model_server.base_url.replace("http:", "https:"), API_KEY))


def test_an_organisation_that_no_header_can_carry_is_told(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org\nabc")
    with pytest.raises(EndpointError, match="control characters"):
        complete(model_server.endpoint)


def test_an_error_without_words_is_told_by_its_status_alone(model_server: ModelServer):
    model_server.script = lambda request: Reply(status=500, body=b"")
    with pytest.raises(CallError, match=r"answered with HTTP 500\.$"):
        complete(model_server.endpoint)


def test_a_call_that_is_not_answered_in_time_fails_alone(model_server: ModelServer):
    gate = threading.Event()

    def script(request: dict[str, Any]) -> str:
        gate.wait(30)
        return "Too late."

    model_server.script = script
    try:
        with pytest.raises(CallError) as raised:
            complete(model_server.endpoint, timeout_seconds=0.3)
    finally:
        gate.set()
    assert raised.value.message == f"{model_server.base_url} did not answer within 0.3 seconds."
    assert (raised.value.kind, raised.value.is_retryable) == ("timeout", False)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Welcome</html>", "text/html"),
        (b"garbage", "application/json"),
        (b'{"choices": [{"mess', "application/json"),
        (b"\xff\xfe{", "application/json"),
        (b"", "application/json"),
        (b"null", "application/json"),
        (b"[1]", "application/json"),
        (b'"text"', "application/json"),
        (b'{"choices": "text"}', "application/json"),
        (b'{"choices": [null]}', "application/json"),
        (b'{"choices": [{}]}', "application/json"),
        (b'{"choices": [{"message": {"content": 5}}]}', "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_a_body_that_is_no_completion_fails_its_call(model_server: ModelServer, body: bytes, content_type: str):
    model_server.script = lambda request: Reply(body=body, content_type=content_type)
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert (raised.value.kind, raised.value.is_retryable) == ("unreadable", False)


@pytest.mark.parametrize("body", [b"{}", b'{"choices": []}', b'{"choices": null}'])
def test_a_completion_without_choices_fails_its_call(model_server: ModelServer, body: bytes):
    model_server.script = lambda request: Reply(body=body)
    with pytest.raises(CallError) as raised:
        complete(model_server.endpoint)
    assert (raised.value.kind, raised.value.is_retryable) == ("no_choices", False)


def test_an_error_in_a_reply_that_calls_itself_fine_is_told_as_what_it_is(model_server: ModelServer):
    model_server.script = lambda request: Reply(body=b'{"error": {"message": "Provider is down.", "code": 502}}')
    with pytest.raises(CallError, match="Provider is down") as raised:
        complete(model_server.endpoint)
    assert (raised.value.kind, raised.value.is_retryable) == ("http_502", True)


def test_token_counts_beyond_all_measure_are_unknown(model_server: ModelServer):
    usage = b'{"prompt_tokens": 1e30, "completion_tokens": 100000000000000000000}'
    body = b'{"choices": [{"message": {"content": "Yes."}}], "usage": ' + usage + b"}"
    model_server.script = lambda request: Reply(body=body)
    reply = complete(model_server.endpoint)
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


def test_models_cannot_be_listed_where_nothing_listens():
    with pytest.raises(EndpointError, match="cannot be reached"):
        list_models(closed_endpoint())
