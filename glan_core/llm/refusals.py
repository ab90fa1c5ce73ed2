"""What does it mean when an endpoint does not give a completion?

3xx with an address          EndpointError: it points elsewhere
401, 403                     EndpointError: the key is refused
404, or model_not_found      EndpointError: no such model, or no such path
402, or insufficient_quota   EndpointError: there is no money left
408, 409, 429, 5xx           CallError `http_429` ..., retryable, with what Retry-After says
400, 413, 422 ...            CallError: this request is refused, asking again would not help
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from glan_core.errors import CallError, EndpointError
from glan_core.llm.endpoint import Endpoint

_MOST_LETTERS = 300  # of what an endpoint says about an error


def error_of_status(
    endpoint: Endpoint, status: int, headers: Mapping[str, str], content: bytes, *, model: str
) -> EndpointError | CallError:
    """Give the error that a status other than 200 means; without a `model`, the list of models was asked for."""
    where = endpoint.label
    if 300 <= status < 400 and "location" in headers:
        there = without_key(storable(headers["location"])[:_MOST_LETTERS], endpoint.api_key)
        return EndpointError(f"{where} points to another address: {there}", "Put that into OPENAI_BASE_URL.")
    said = _error_of(content, api_key=endpoint.api_key)
    if status in (401, 403):
        return EndpointError(f"{where} refused the key.", endpoint.key_hint)
    if status == 404 or "model_not_found" in said.codes:
        return EndpointError(
            f"{where} knows no model {model!r}." if model else f"{where} has no list of models.",
            "Check the model's name (Endpoints page, GLAN_MODEL or --model) and the address: it usually ends in /v1.",
        )
    if status == 402 or "insufficient_quota" in said.codes:
        return EndpointError(f"{where} says that its quota is used up: {said.message}", "Top it up, then go on.")
    return CallError(
        f"{where} answered with HTTP {status}{f': {said.message}' if said.message else '.'}",
        kind=f"http_{status}",
        is_retryable=status in (408, 409, 429) or status >= 500,
        retry_after_seconds=_retry_after_seconds(headers),
    )


def storable(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def without_key(text: str, api_key: str) -> str:
    """Replace a key by stars: some endpoints quote the request back, and what comes back is kept."""
    return text.replace(api_key, "***") if api_key else text


class _Said(NamedTuple):
    message: str
    codes: tuple[str, ...]


def _error_of(content: bytes, *, api_key: str) -> _Said:
    """Read {"error": {"message": ..., "code": ..., "type": ...}}, or what is left of it in another shape."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = content.decode(errors="replace")
    inner = body.get("error", body) if isinstance(body, dict) else body
    message = str(inner.get("message") or inner) if isinstance(inner, dict) else str(inner)
    message = without_key(message, api_key)
    # OpenAI says it in both, others in one of them.
    codes = (str(inner.get("code")), str(inner.get("type"))) if isinstance(inner, dict) else ()
    words = storable(" ".join(message.split()))
    if len(words) > _MOST_LETTERS:
        words = f"{words[:_MOST_LETTERS]}…"
    return _Said(words if not words or words.endswith((".", "!", "?", "…")) else f"{words}.", codes)


def _retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After, as seconds or as a date, or OpenAI's finer retry-after-ms."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        if "retry-after" not in headers:
            return None
        value = headers["retry-after"].strip()
        if value.replace(".", "", 1).isdigit():
            return float(value)
        # By the endpoint's own clock where it tells it: the one here may be minutes off.
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None  # neither form: the endpoint's own waits apply
