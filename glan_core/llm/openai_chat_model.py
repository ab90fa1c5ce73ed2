"""How does one request reach an OpenAI-compatible endpoint, and what do its errors mean?

401, 403                          EndpointError: the key is refused
404                               EndpointError: no such model, or no such path
no connection                     EndpointError after the client's own retries
no reply in time                  CallError after those retries: its item fails, others may be quicker
429, 5xx after those retries      CallError, retryable
a body that is no completion      CallError, retryable
400, 413, 422 ...                 CallError: this request is refused, asking again would not help
"""

import time
from types import TracebackType
from typing import Any, Self

import openai

from glan_core.calls import ChatReply, ChatRequest
from glan_core.errors import CallError, EndpointError
from glan_core.llm.endpoint import Endpoint

# The client waits 0.5 s, 1 s, 2 s ... between tries, or as long as Retry-After says.
_RETRIES = 4
_TIMEOUT_SECONDS = 180.0

_ADDRESS_HINT = (
    "Check the address (OPENAI_BASE_URL or --base-url, usually ending in /v1) and that the server is running."
)
_KEY_HINT = "Check the environment variable OPENAI_API_KEY; it is read at the start."

# What the client and the lines that read its result raise when the body is something else: a web page, half a
# document, JSON of another shape.
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)


class OpenAIChatModel:
    """A ChatModel behind an endpoint. Use it as an async context manager, inside one event loop."""

    def __init__(
        self, endpoint: Endpoint, *, timeout_seconds: float = _TIMEOUT_SECONDS, retries: int = _RETRIES
    ) -> None:
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        if not (endpoint.api_key.isascii() and endpoint.api_key.isprintable()):
            # No HTTP header can carry it, and what the client raises then quotes it.
            raise EndpointError(f"The key for {endpoint.label} holds characters that no key has.", _KEY_HINT)
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            # The client insists on a key; endpoints that need none ignore it.
            api_key=endpoint.api_key or "none",
            timeout=timeout_seconds,
            max_retries=retries,
            http_client=openai.DefaultAioHttpClient(),
        )

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made by the first call."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send the request and wait for the whole reply."""
        started = time.perf_counter()
        try:
            completion = await self._client.chat.completions.create(**_arguments(request))
            if not completion.choices:
                raise CallError("The endpoint sent a reply without choices.", kind="no_choices", is_retryable=True)
            choice = completion.choices[0]
            return ChatReply(
                text=_storable(choice.message.content or choice.message.refusal or ""),
                finish_reason="refusal" if choice.message.refusal else choice.finish_reason or "unknown",
                prompt_tokens=_tokens(completion.usage, "prompt_tokens"),
                completion_tokens=_tokens(completion.usage, "completion_tokens"),
                seconds=time.perf_counter() - started,
                model_call_id=request.model_call_id,
            )
        except openai.OpenAIError as error:
            raise self._explained(error, model=request.model) from error
        except _UNREADABLE as error:
            message = f"{self._endpoint.label} sent something that is no completion."
            raise CallError(message, kind="unreadable", is_retryable=True) from error

    async def list_models(self) -> tuple[str, ...]:
        """List the model names that the endpoint offers; EndpointError if it does not answer."""
        try:
            page = await self._client.models.list()
            return tuple(sorted(model.id for model in page.data if model.id))
        except openai.OpenAIError as error:
            raise self._explained(error, model="") from error
        except _UNREADABLE as error:
            raise EndpointError(f"{self._endpoint.label} has no list of models.", _ADDRESS_HINT) from error

    def _explained(self, error: openai.OpenAIError, *, model: str) -> EndpointError | CallError:
        where = self._endpoint.label
        # The aiohttp transport reports a refused connection as a time-out while connecting.
        if isinstance(error, openai.APITimeoutError) and type(error.__cause__).__name__ != "ConnectTimeout":
            return CallError(
                f"{where} did not answer within {self._timeout_seconds:g} seconds (tries: {self._retries + 1}).",
                kind="timeout",
                hint="It may be overloaded. Try again later, or with fewer calls at once.",
            )
        if isinstance(error, openai.APIConnectionError):
            return EndpointError(
                f"{where} cannot be reached.",
                _ADDRESS_HINT,
            )
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return EndpointError(f"{where} refused the key.", _KEY_HINT)
        if isinstance(error, openai.NotFoundError):
            return EndpointError(
                f"{where} knows no model {model!r}." if model else f"{where} has no list of models.",
                "Check the model's name (GLAN_MODEL or --model) and the address, which usually ends in /v1.",
            )
        if isinstance(error, openai.APIStatusError):
            is_retryable = error.status_code in (408, 409, 429) or error.status_code >= 500
            return CallError(
                f"{where} answered with HTTP {error.status_code}: {_reason(error, api_key=self._endpoint.api_key)}",
                kind=f"http_{error.status_code}",
                is_retryable=is_retryable,
            )
        return CallError(f"{where} sent something unreadable: {error}", kind="unreadable", is_retryable=True)


def _arguments(request: ChatRequest) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": [message._asdict() for message in request.messages],
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
    }
    if request.response_schema is not None:
        arguments["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": request.stage, "schema": request.response_schema, "strict": True},
        }
    if request.repeat_penalty is not None:
        arguments["extra_body"] = {"repeat_penalty": request.repeat_penalty}
    return arguments


def _reason(error: openai.APIStatusError, *, api_key: str) -> str:
    body = error.body
    message = str((body.get("message") if isinstance(body, dict) else None) or error.message)
    if api_key:
        message = message.replace(api_key, "***")  # some endpoints quote the request back
    return message[:300]


def _tokens(usage: object, name: str) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) else None


def _storable(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
