"""A test of an endpoint tells whether it answers, how fast, in which forms, or in a sentence what is wrong."""

import contextlib
import itertools
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glan_core.endpoint_report import EndpointReport, list_models, model_to_test, report_on
from glan_core.errors import EndpointError
from glan_core.llm.endpoint import Endpoint
from tests.model_server import API_KEY, MODEL, ModelServer, Reply, Script

COLOURS = json.dumps({"colours": [{"name": "red"}, {"name": "blue"}]})


def _holding_to(*forms: str) -> Script:
    def script(request: dict[str, Any]) -> Reply | str:
        form = request.get("response_format", {}).get("type")
        if form is None:
            return "one two three four"
        return COLOURS if form in forms else Reply("unknown response_format", status=400)

    return script


def test_a_working_endpoint_takes_three_short_calls_a_longer_one_and_the_probes(model_server: ModelServer) -> None:
    model_server.script = _holding_to("json_schema", "json_object")
    report = report_on(model_server.endpoint, MODEL)
    assert (report.trouble, report.reply_form) == ("", "schema")
    assert len(report.call_seconds) == 3
    assert [request.body["max_tokens"] for request in model_server.requests] == [4, 4, 4, 128, 1000]
    assert report.reply_tokens == 4  # the server counts words
    assert report.tokens_per_second == pytest.approx(4 / report.reply_seconds)
    words = report.words()
    assert "median of 3" in words["Short call"]
    assert "tokens/s (4 in" in words["Speed"]
    assert words["Lists"] == "held to a JSON schema"


@pytest.mark.parametrize(("forms", "form"), [(("json_object",), "json"), ((), "jsonl")])
def test_the_form_that_it_can_be_held_to_is_found(model_server: ModelServer, forms: tuple[str, ...], form: str) -> None:
    model_server.script = _holding_to(*forms)
    assert report_on(model_server.endpoint, MODEL).reply_form == form


def test_the_median_is_the_middle_one_of_the_calls() -> None:
    assert EndpointReport("m", call_seconds=(0.1, 9.0, 0.2)).median_seconds == 0.2
    assert EndpointReport("m").median_seconds is None


def test_an_endpoint_that_counts_no_tokens_is_told_to_do_so(model_server: ModelServer) -> None:
    body = json.dumps({"choices": [{"message": {"content": "ready"}, "finish_reason": "stop"}]}).encode()
    model_server.script = lambda request: Reply(body=body)
    report = report_on(model_server.endpoint, MODEL)
    assert report.tokens_per_second is None
    assert report.words()["Speed"].startswith("does not count tokens; a reply took ")


@pytest.mark.parametrize(
    ("reply", "sentence", "hint"),
    [
        (Reply(f"wrong: {API_KEY}", status=401), "refused the key", "OPENAI_API_KEY"),
        (Reply("no", status=403), "refused the key", "OPENAI_API_KEY"),
        (Reply("no", status=404), f"knows no model '{MODEL}'", "name"),
        (Reply("busy", status=429), "refuses calls for load (HTTP 429)", "test again"),
        (Reply("broken inside", status=500), "HTTP 500: broken inside", "Its log"),
        (Reply("max_tokens is not known", status=400), "max_tokens is not known", "another model"),
        (Reply(body=b"<html>Welcome</html>", content_type="text/html"), "is not OpenAI-compatible", "/v1"),
        (Reply(body=b'{"hello": "world"}'), "is not OpenAI-compatible", "/v1"),
        (Reply(is_dropped=True), "cannot be reached", "server is running"),
        (Reply(status=302, headers={"location": "http://127.0.0.1:9/"}), "points to another address", "BASE_URL"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_after_one_call(
    model_server: ModelServer, reply: Reply, sentence: str, hint: str
) -> None:
    model_server.script = lambda request: reply
    report = report_on(model_server.endpoint, MODEL)
    assert sentence in report.trouble
    assert report.trouble.endswith((".", "/"))
    assert hint in report.hint
    assert API_KEY not in report.trouble + report.hint
    assert len(model_server.requests) == 1
    assert report.words() == {}


def test_an_endpoint_that_is_not_there_is_told(model_server: ModelServer) -> None:
    model_server.stop()
    assert "cannot be reached" in report_on(model_server.endpoint, MODEL).trouble


def test_a_slow_call_ends_at_its_time_out(model_server: ModelServer) -> None:
    model_server.script = lambda request: Reply("late", delay_seconds=30)
    report = report_on(model_server.endpoint, MODEL, call_seconds=0.2)
    assert "did not answer within 0.2 seconds" in report.trouble
    assert "slow" in report.hint


def test_the_whole_test_ends_at_its_time_out_and_keeps_what_it_found(model_server: ModelServer) -> None:
    calls = itertools.count(1)
    model_server.script = lambda request: Reply("ready", delay_seconds=30 if next(calls) > 2 else 0)
    started = time.monotonic()
    report = report_on(model_server.endpoint, MODEL, call_seconds=60, most_seconds=1)
    assert time.monotonic() - started < 10
    assert "did not get through the test within 1 seconds" in report.trouble
    assert "median of 2" in report.words()["Short call"]


def test_a_refusal_after_the_first_call_keeps_what_was_measured(model_server: ModelServer) -> None:
    calls = itertools.count(1)
    model_server.script = lambda request: Reply("busy", status=429) if next(calls) > 1 else "ready"
    report = report_on(model_server.endpoint, MODEL)
    assert "refuses calls for load" in report.trouble
    assert "(1 call)" in report.words()["Short call"]
    assert report.to_data()["answers"] is False


@contextlib.contextmanager
def over_https(greet: Callable[[socket.socket], None]) -> Iterator[Endpoint]:
    """Give an https address where `greet` meets whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):  # the test is over
                while True:
                    connection, _ = server.accept()
                    with connection:
                        greet(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield Endpoint(f"https://127.0.0.1:{server.getsockname()[1]}/v1")


def test_https_where_only_http_is_spoken_is_told() -> None:
    def speak_http(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with over_https(speak_http) as endpoint:
        assert "does not speak TLS as https does" in report_on(endpoint, MODEL).trouble


def test_a_certificate_that_is_not_trusted_is_told_with_what_to_do() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "self_signed.pem")

    def speak_tls(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError):  # the client goes away
            context.wrap_socket(connection, server_side=True)

    with over_https(speak_tls) as endpoint:
        report = report_on(endpoint, MODEL)
    assert "its certificate is not trusted (self-signed certificate)." in report.trouble
    assert "SSL_CERT_FILE" in report.hint


def test_the_models_are_listed_in_order(model_server: ModelServer) -> None:
    model_server.models = ["b", "a"]
    assert list_models(model_server.endpoint) == ("a", "b")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply("no", status=401), "refused the key"),
        (Reply("no", status=404), "has no list of models"),
        (Reply("broken", status=500), "HTTP 500"),
        (Reply(body=b"<html></html>"), "has no list of models"),
        (Reply(delay_seconds=30), "did not list its models within 0.3 seconds|cannot be reached"),
    ],
)
def test_why_there_is_no_list_of_models_is_told(model_server: ModelServer, reply: Reply, sentence: str) -> None:
    model_server.models_reply = reply
    with pytest.raises(EndpointError, match=sentence):
        list_models(model_server.endpoint, most_seconds=0.3 if reply.delay_seconds else 10)


def test_the_only_model_of_an_endpoint_is_tested_without_a_name(model_server: ModelServer) -> None:
    assert model_to_test(model_server.endpoint, "") == MODEL
    assert model_to_test(model_server.endpoint, "mine") == "mine"
    model_server.models = ["a", "b"]
    with pytest.raises(EndpointError, match="offers 2 models"):
        model_to_test(model_server.endpoint, "")
