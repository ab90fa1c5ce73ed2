"""How does one call stand in the files of a batch service, and what does a line of a result say?

    {"custom_id": "s3v...", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-x", ...}}

    {"custom_id": "s3v...", "response": {"status_code": 200, "body": {"choices": [...], "usage": {...}}}, "error": null}
    {"custom_id": "k2f...", "response": {"status_code": 400, "body": {"error": {"message": "..."}}}, "error": null}
    {"custom_id": "b7a...", "response": null, "error": {"code": "batch_expired", "message": "..."}}

A call goes by its own id and not by that of its item: an item may be asked for several times, in other words or because
a reply could not be used, and several such calls can be in one part.
"""

import json
from typing import Any, Literal, NamedTuple

from glan_core.calls import ChatRequest
from glan_core.errors import CallError, EndpointError
from glan_core.llm.completions import UNREADABLE, arguments_of, reply_of
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.refusals import error_of_status, storable, without_key

URL: Literal["/v1/chat/completions"] = "/v1/chat/completions"
_MOST_LETTERS = 300  # of what a service says about an error


class Outcome(NamedTuple):
    """What became of one call."""

    model_call_id: str
    completion: dict[str, Any] | None
    error: CallError | EndpointError | None
    """Why there is no completion; one that is retryable may be ordered again."""


def request_line(request: ChatRequest) -> bytes:
    """Give the line of a request, with its end. Lone surrogates, which UTF-8 cannot carry, go as question marks."""
    line = {"custom_id": request.model_call_id, "method": "POST", "url": URL, "body": arguments_of(request)}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"


def call_id_of(line: bytes) -> str:
    """Give the id of the call in a line that `request_line` wrote."""
    return str(json.loads(line)["custom_id"])


def outcome_of(line: bytes, endpoint: Endpoint) -> Outcome | None:
    """Read a line of a result file; None if it is none, so that its call counts as not answered."""
    try:
        found = json.loads(line)
        model_call_id = found["custom_id"]
        error, response = found.get("error"), found.get("response") or {}
        if not isinstance(model_call_id, str):
            return None
        if error:
            return Outcome(model_call_id, None, _refused(error, endpoint))
        status, body = int(response["status_code"]), response["body"]
        if status != 200:
            content = json.dumps(body).encode()
            return Outcome(model_call_id, None, error_of_status(endpoint, status, {}, content, model="of the run"))
        reply_of(body, model_call_id=model_call_id, seconds=0.0, masked_key="")
    except UNREADABLE:
        return None
    return Outcome(model_call_id, body, None)


def _refused(error: dict[str, Any], endpoint: Endpoint) -> CallError:
    code = str(error.get("code") or "error")
    said = without_key(storable(str(error.get("message") or code)), endpoint.api_key)[:_MOST_LETTERS]
    kind = code if code.startswith("batch_") else f"batch_{code}"
    return CallError(f"The batch service did not work on it: {said}", kind=kind, is_retryable=True)
