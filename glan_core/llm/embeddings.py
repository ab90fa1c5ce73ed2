"""How do many texts get their vectors from an OpenAI-compatible endpoint?

    408, 409, 429, 5xx, no connection   sent again, at most five times in all, after what Retry-After says
    any other status                    the error that refusals.py makes of it
    a body of another shape             EmbeddingError, with what is wrong with it

The texts of a call come back in the order in which they were sent, whatever order the endpoint gives them in.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from glan_core.errors import CallError, EmbeddingError, EndpointError
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.refusals import error_of_status

if TYPE_CHECKING:  # loading it takes most of a second, and the first page does not need it
    import openai

TEXTS_A_CALL = 32
"""As many as the most modest servers take."""
CALLS_AT_ONCE = 4
MOST_LETTERS = 8_000
"""Of a text: 8,191 tokens are what hosted models take, and a letter may be one."""
TRIES = 5
_LONGEST_WAIT_SECONDS = 60.0
_TIMEOUT_SECONDS = 60.0
_ADDRESS_HINT = "Check the address, which usually ends in /v1, and that the server is running."


def embed_at(
    endpoint: Endpoint, model: str, texts: Sequence[str], *, sleep: Callable[[float], None] = time.sleep
) -> np.ndarray:
    """Give the vectors of texts: float32 of shape (len(texts), d), rows of unit length.

    Texts are read up to 8,000 letters; an empty one is sent as a space, as endpoints refuse nothing at all.
    Raises EndpointError if the endpoint cannot be used, CallError if a call was lost after all tries, and
    EmbeddingError if what came are no vectors.
    """
    if not texts:
        return np.empty((0, 0), np.float32)
    slices = [list(texts[start : start + TEXTS_A_CALL]) for start in range(0, len(texts), TEXTS_A_CALL)]
    with _client(endpoint) as client, ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        calls = [pool.submit(_call, client, endpoint, model, part, sleep) for part in slices]
        try:
            parts = [call.result() for call in calls]
        except BaseException:
            for call in calls:
                call.cancel()
            raise
    if len({part.shape[1] for part in parts}) > 1:
        raise EmbeddingError(f"{endpoint.label} sent vectors of different lengths.", "Check which model answers there.")
    return np.concatenate(parts)


def _client(endpoint: Endpoint) -> "openai.OpenAI":
    import httpx2
    import openai

    if not (endpoint.api_key.isascii() and endpoint.api_key.isprintable()):
        # No HTTP header can carry it, and what the client raises then quotes it.
        raise EndpointError(f"The key for {endpoint.label} holds characters that no key has.", endpoint.key_hint)
    try:
        return openai.OpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key or "none",  # the client insists on one; endpoints that need none ignore it
            timeout=_TIMEOUT_SECONDS,
            max_retries=0,
        )
    except (httpx2.InvalidURL, ValueError) as error:
        raise EndpointError(f"{endpoint.label} cannot be reached: {error}.", _ADDRESS_HINT) from error


def _call(
    client: "openai.OpenAI", endpoint: Endpoint, model: str, texts: list[str], sleep: Callable[[float], None]
) -> np.ndarray:
    """Send some texts until their vectors come, at most TRIES times."""
    for tried in range(1, TRIES + 1):
        try:
            return _vectors(endpoint, _send(client, endpoint, model, texts), len(texts))
        except CallError as error:
            error.tries = tried
            if not error.is_retryable or tried == TRIES:
                raise
            asked = error.retry_after_seconds or 0.0
            if asked > _LONGEST_WAIT_SECONDS:
                raise
            sleep(asked + random.uniform(0.5, 1.0) * 2 ** (tried - 1) * (0.1 if asked else 1.0))
    raise AssertionError("the last try either returns or raises")


def _send(client: "openai.OpenAI", endpoint: Endpoint, model: str, texts: list[str]) -> bytes:
    import httpx2
    import openai

    sent = [text[:MOST_LETTERS].encode(errors="replace").decode() or " " for text in texts]
    try:
        reply = client.embeddings.with_raw_response.create(model=model, input=sent, encoding_format="float")
    except openai.APIStatusError as error:
        response = error.response
        raise error_of_status(
            endpoint, response.status_code, response.headers, response.content, model=model
        ) from error
    except openai.APITimeoutError as error:
        raise CallError(
            f"{endpoint.label} did not answer within {_TIMEOUT_SECONDS:g} seconds.", kind="timeout", is_retryable=True
        ) from error
    except openai.APIConnectionError as error:
        raise CallError(
            f"{endpoint.label} cannot be reached.", kind="connection", hint=_ADDRESS_HINT, is_retryable=True
        ) from error
    except (openai.OpenAIError, httpx2.InvalidURL, UnicodeError) as error:
        raise EndpointError(f"{endpoint.label} cannot be used: {type(error).__name__}.", _ADDRESS_HINT) from error
    return reply.content


def _vectors(endpoint: Endpoint, content: bytes, number: int) -> np.ndarray:
    """Read the vectors of a reply, in the order of its texts; EmbeddingError if they are not there."""
    try:
        body: Any = json.loads(content)
        rows = sorted(body["data"], key=lambda row: row["index"])
        places = [row["index"] for row in rows]
        vectors = np.array([row["embedding"] for row in rows], np.float32)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise EmbeddingError(f"{endpoint.label} sent something that is no list of vectors.", _ADDRESS_HINT) from error
    if places != list(range(number)) or vectors.ndim != 2 or not vectors.shape[1]:
        raise EmbeddingError(
            f"{endpoint.label} sent {len(places)} vectors for {number} texts.", "Check which model answers there."
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(vectors).all() or not lengths.all():
        raise EmbeddingError(
            f"{endpoint.label} sent a vector that is zero, or has values that are not finite.",
            "The model may have failed on a text. Try again, or choose another model.",
        )
    return np.asarray(vectors / lengths, np.float32)
