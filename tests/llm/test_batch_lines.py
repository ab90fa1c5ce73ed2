"""Tests of glan_core.llm.batch_lines: what does a line of a result say?"""

import json
from typing import Any

import pytest

from glan_core.errors import CallError, EndpointError
from glan_core.llm.batch_lines import call_id_of, outcome_of, request_line
from glan_core.llm.endpoint import Endpoint
from tests.simulated_endpoint import request

ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "sk-loopback-0123456789")
COMPLETION = {"choices": [{"message": {"content": "Because."}, "finish_reason": "stop"}]}


def line(**changes: Any) -> bytes:
    found = {"custom_id": "a", "response": {"status_code": 200, "body": COMPLETION}, "error": None}
    return json.dumps({**found, **changes}).encode()


def test_a_request_goes_by_the_id_of_its_call() -> None:
    written = request_line(request(3))
    assert call_id_of(written) == request(3).model_call_id
    assert json.loads(written)["url"] == "/v1/chat/completions"
    assert json.loads(written)["body"]["messages"][0]["content"] == "Question 3?"


def test_an_answer_is_a_completion() -> None:
    outcome = outcome_of(line(), ENDPOINT)
    assert outcome is not None
    assert (outcome.model_call_id, outcome.completion, outcome.error) == ("a", COMPLETION, None)


@pytest.mark.parametrize(("status", "is_retryable"), [(400, False), (429, True), (503, True)])
def test_a_status_means_what_it_means_one_by_one(status: int, is_retryable: bool) -> None:
    outcome = outcome_of(line(response={"status_code": status, "body": {"error": {"message": "no"}}}), ENDPOINT)
    assert outcome is not None
    assert isinstance(outcome.error, CallError)
    assert (outcome.error.kind, outcome.error.is_retryable) == (f"http_{status}", is_retryable)


def test_a_quota_that_is_used_up_is_the_end_of_all_calls() -> None:
    body = {"error": {"message": "no money", "code": "insufficient_quota"}}
    outcome = outcome_of(line(response={"status_code": 429, "body": body}), ENDPOINT)
    assert outcome is not None
    assert isinstance(outcome.error, EndpointError)


def test_a_call_that_expired_may_be_ordered_again_and_no_key_is_quoted() -> None:
    error = {"code": "batch_expired", "message": f"late {ENDPOINT.api_key}"}
    outcome = outcome_of(line(response=None, error=error), ENDPOINT)
    assert outcome is not None
    assert isinstance(outcome.error, CallError)
    assert (outcome.error.kind, outcome.error.is_retryable) == ("batch_expired", True)
    assert ENDPOINT.api_key not in outcome.error.message


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"custom_id": 3}',
        line(response=3),
        line(response={"status_code": 200, "body": {"choices": []}}),
        line(response={"status_code": 200, "body": "<html>"}),
    ],
)
def test_a_line_that_is_none_is_passed_over(garbage: bytes) -> None:
    assert outcome_of(garbage, ENDPOINT) is None
