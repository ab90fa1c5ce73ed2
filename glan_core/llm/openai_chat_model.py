"""How does one request reach an OpenAI-compatible endpoint, and its reply come back?

Each call is sent once; whether it is sent again is decided in steady_chat_model.py.

a status other than 200          see refusals.py
no address at all                EndpointError
no connection, or a broken one   CallError `connection`, retryable
no reply in time             CallError `timeout`: the endpoint may still be at work on it
a body that is no completion     CallError `unreadable` or `no_choices`: an attempt of its item, see attempts.py
"""

import asyncio
import dataclasses
import json
import ssl
import time
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError

from glan_core.calls import ChatReply, ChatRequest
from glan_core.errors import CallError, EndpointError
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.completions import UNREADABLE, arguments_of, reply_of
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.proxies import PROXY_HINT, find_proxy
from glan_core.llm.refusals import error_of_status

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_CONNECTING_SECONDS = 30.0
_SHORTEST_KEY = 12
_MOST_BYTES = 32_000_000  # of a reply; the longest that a model writes has some hundred thousand

_ADDRESS_HINT = (
    "Check the address (Endpoints page, OPENAI_BASE_URL or --base-url, usually ending in /v1) and that the server is "
    "running."
)
_CERTIFICATE_HINT = (
    "Use the address that its certificate names. If your organisation signs its own, name the file of its certificates "
    "in SSL_CERT_FILE before the start."
)
_HEADER_HINT = "Check the environment variables OPENAI_ORG_ID and OPENAI_PROJECT_ID."

_LOST = (aiohttp.ClientError, OSError)
_NO_ADDRESS = (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError)


class OpenAIChatModel:
    """A Sender for an endpoint. Use it as an async context manager, inside one event loop."""

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        # What is shorter than any provider's key stands for none, and may be a word that a model says.
        self._masked_key = endpoint.api_key if len(endpoint.api_key) >= _SHORTEST_KEY else ""
        if not (endpoint.api_key.isascii() and endpoint.api_key.isprintable()):
            # No HTTP header can carry it, and what the client raises then quotes it.
            raise EndpointError(f"The key for {endpoint.label} holds characters that no key has.", endpoint.key_hint)
        self._proxy = find_proxy(endpoint.base_url)
        self._client = open_client(endpoint, timeout_seconds=timeout_seconds)
        self._url = f"{str(self._client.base_url).rstrip('/')}/chat/completions"
        defaults = {name: value for name, value in self._client.default_headers.items() if isinstance(value, str)}
        self._headers = {**defaults, **self._client.auth_headers}
        for name, value in self._headers.items():
            if not value.isprintable():
                raise EndpointError(f"The header {name} for {endpoint.label} holds control characters.", _HEADER_HINT)

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made by the first call."""
        # A call goes to aiohttp itself and not through the client, whose leanest way in takes 0.3 ms of CPU more a call
        # (benchmarks/README.md). Address, key and headers are the client's.
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            # How many calls are under way is decided in throttle.py.
            connector=aiohttp.TCPConnector(limit=0, ssl=_certificates()),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECTING_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._session.close()
        await self._client.close()

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send the request and wait for the whole reply."""
        started = time.perf_counter()
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._session.post(self._url, data=_body(request), allow_redirects=False) as response,
            ):
                content = await self._content(response)
        except _NO_ADDRESS as error:
            raise EndpointError(f"{self._endpoint.label} cannot be reached.", _ADDRESS_HINT) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise self._lost(error) from error
        except TimeoutError as error:
            raise self._timed_out() from error
        except _LOST as error:
            raise self._lost(error) from error
        if response.status != 200:
            raise error_of_status(self._endpoint, response.status, response.headers, content, model=request.model)
        try:
            completion = json.loads(content)
            if not completion.get("choices"):
                raise self._without_choices(completion, response, content, model=request.model)
            reply = reply_of(
                completion,
                model_call_id=request.model_call_id,
                seconds=time.perf_counter() - started,
                masked_key=self._masked_key,
            )
            address = "" if self._endpoint.is_built_in else self._endpoint.base_url
            return dataclasses.replace(reply, address=address)
        except UNREADABLE as error:
            message = f"{self._endpoint.label} sent something that is no completion."
            raise CallError(message, kind="unreadable", hint=_ADDRESS_HINT) from error

    async def list_models(self) -> tuple[str, ...]:
        """List the model names that the endpoint offers; EndpointError if it does not answer."""
        import openai

        try:
            page = await self._client.models.list()
            return tuple(sorted(model.id for model in page.data if model.id))
        except openai.APIStatusError as error:
            response = error.response
            refused = error_of_status(
                self._endpoint, response.status_code, response.headers, response.content, model=""
            )
            raise EndpointError(refused.message, refused.hint) from error
        except openai.APIConnectionError as error:
            raise EndpointError(f"{self._endpoint.label} cannot be reached.", _ADDRESS_HINT) from error
        except (openai.OpenAIError, *UNREADABLE) as error:
            raise EndpointError(f"{self._endpoint.label} has no list of models.", _ADDRESS_HINT) from error

    def _lost(self, error: Exception) -> CallError:
        if isinstance(error.__cause__, ContentEncodingError):  # a reply came, and asking again would cost another
            message = f"{self._endpoint.label} sent something that cannot be unpacked."
            return CallError(message, kind="unreadable", hint=_ADDRESS_HINT)
        why, hint = "", _ADDRESS_HINT
        if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
            why, hint = ": its proxy does not let it through", PROXY_HINT
        elif isinstance(error, aiohttp.ClientConnectorCertificateError):
            why = f": its certificate is not trusted ({_words(error.certificate_error)})"
            hint = _CERTIFICATE_HINT
        elif isinstance(error, aiohttp.ClientConnectorSSLError):
            why = ": it does not speak TLS as https does"
        elif isinstance(error, aiohttp.ClientConnectorDNSError):
            why = ": its name is not known"
        return CallError(
            f"{self._endpoint.label} cannot be reached{why}.",
            kind="connection",
            hint=hint,
            is_retryable=True,
            was_sent=not isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError),
        )

    async def _content(self, response: aiohttp.ClientResponse) -> bytes:
        declared = response.content_length
        if declared is not None and declared <= _MOST_BYTES and "Content-Encoding" not in response.headers:
            return await response.read()
        parts = bytearray()
        async for part in response.content.iter_any():
            parts += part
            if len(parts) > _MOST_BYTES:
                raise CallError(
                    f"{self._endpoint.label} sent more than {_MOST_BYTES // 1_000_000} MB.", kind="too_large"
                )
        return bytes(parts)

    def _timed_out(self) -> CallError:
        return CallError(
            f"{self._endpoint.label} did not answer within {self._timeout_seconds:g} seconds.",
            kind="timeout",
            hint="It may be overloaded. Try again later, or with fewer calls at once.",
        )

    def _without_choices(
        self, completion: dict[str, Any], response: aiohttp.ClientResponse, content: bytes, *, model: str
    ) -> EndpointError | CallError:
        # Some gateways put what befell the server behind them into a reply with status 200.
        error = completion.get("error")
        status = error.get("code") if isinstance(error, dict) else None
        if isinstance(status, int) and 400 <= status < 600:
            return error_of_status(self._endpoint, status, response.headers, content, model=model)
        return CallError("The endpoint sent a reply without choices.", kind="no_choices")


def open_client(endpoint: Endpoint, *, timeout_seconds: float) -> "AsyncOpenAI":
    """Give a client, to be closed by whoever asked for it; EndpointError for an address that is none."""
    import httpx2  # loading it and openai takes most of a second, and the first page needs neither
    import openai

    try:
        return openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            # The client insists on a key; endpoints that need none ignore it.
            api_key=endpoint.api_key or "none",
            timeout=timeout_seconds,
            max_retries=0,
            http_client=openai.DefaultAioHttpClient(timeout=timeout_seconds, verify=_certificates()),
        )
    except (httpx2.InvalidURL, ValueError) as error:
        raise EndpointError(f"{endpoint.label} cannot be reached: {error}.", _ADDRESS_HINT) from error


@cache
def _certificates() -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()  # reading them takes 40 ms, so once a process


def _body(request: ChatRequest) -> bytes:
    # Lone surrogates, which JSON can carry and UTF-8 cannot, go as question marks.
    return json.dumps(arguments_of(request), ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _words(error: Exception) -> str:
    return str(getattr(error, "verify_message", "")) or str(error)
