"""How does an endpoint behave whose every delay, refusal and fault is known beforehand?

Run as a process of its own, `python -m benchmarks.fixed_latency_server '{"latency_seconds": 0.2}'` prints the port it
was given on the loopback address and serves until it is told to end, or until its time is over.

    POST /v1/chat/completions   a question, or the answer to a question that this server has asked before
    GET  /v1/models             one model
    POST /reset                 count from zero, with the behaviour in the body
    GET  /statistics            what has been counted since
    GET  /bodies                the request bodies since, as a JSON list, if the behaviour keeps them
    GET  /times                 when each completion since was sent off, in seconds of a clock of this process

The n-th request since the reset gets the n-th delay of a fixed sequence, whoever sends it. Two clients that send the
same number of requests therefore meet the same delays in the same order.
"""

import asyncio
import json
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import count

from aiohttp import web

from benchmarks.behaviour import MODEL, Behaviour, Statistics

LIFETIME_SECONDS = 3600.0  # an orphan ends by itself
_QUESTION_MARK = b"Benchmark question "  # stands in every question, and so in the prompt for its answer


@dataclass
class _Counted:
    """The state between two resets."""

    behaviour: Behaviour
    statistics: Statistics = field(default_factory=Statistics)
    seen: Counter[bytes | int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    refused_prompt: int | None = None
    cpu_started: float = field(default_factory=time.process_time)

    def __post_init__(self) -> None:
        self.serials = count(1)
        self.delays = random.Random(1)
        self.faults = random.Random(2)

    def delay(self) -> float:
        """Give the next delay in seconds."""
        mean, sigma = self.behaviour.latency_seconds, self.behaviour.latency_sigma
        if not sigma:
            return mean
        # The mean of the standard log-normal distribution is exp(sigma² / 2).
        drawn = mean * self.delays.lognormvariate(-sigma * sigma / 2, sigma)
        return min(drawn, self.behaviour.latency_cap_seconds)

    def fault(self) -> str:
        """Give the next fault, or an empty text for none."""
        drawn = self.faults.random()
        for name in ("refused", "malformed", "reset", "stalled"):
            drawn -= getattr(self.behaviour, f"{name}_share")
            if drawn < 0:
                return name
        return ""

    def summary(self) -> Statistics:
        """Bring the statistics up to date."""
        self.statistics.cpu_seconds = time.process_time() - self.cpu_started
        self.statistics.prompts = len(self.seen)
        self.statistics.prompts_repeated = sum(1 for times in self.seen.values() if times > 1)
        self.statistics.refused_prompt_seen = self.seen[self.refused_prompt] if self.refused_prompt else 0
        return self.statistics


class FixedLatencyServer:
    """The handler of all requests."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._counted = _Counted(behaviour)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        match request.path:
            case "/v1/chat/completions":
                return await self._complete(request)
            case "/v1/models":
                return _json({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
            case "/reset":
                self._counted = _Counted(Behaviour(**await request.json()))
                return _json({})
            case "/statistics":
                return _json(asdict(self._counted.summary()))
            case "/bodies":
                return web.Response(body=b"[" + b",".join(self._counted.bodies) + b"]")
            case "/times":
                return _json(self._counted.times)
            case _:
                return _error(404, "no such path")

    async def _complete(self, request: web.BaseRequest) -> web.StreamResponse:
        counted = self._counted  # what was begun before a reset is not counted after it
        behaviour, statistics = counted.behaviour, counted.statistics
        body = await request.read()
        statistics.requests += 1
        prompt = hash(body)
        counted.seen[prompt] += 1
        if behaviour.keeps_bodies:
            counted.bodies.append(body)
        if behaviour.in_flight_limit is not None and statistics.in_flight >= behaviour.in_flight_limit:
            statistics.too_many += 1
            return _error(429, "too many requests", retry_after=behaviour.retry_after)
        statistics.in_flight += 1
        statistics.most_in_flight = max(statistics.most_in_flight, statistics.in_flight)
        try:
            return await self._worked_on(request, body=body, prompt=prompt, counted=counted)
        finally:
            statistics.in_flight -= 1

    async def _worked_on(
        self, request: web.BaseRequest, *, body: bytes, prompt: int, counted: _Counted
    ) -> web.StreamResponse:
        statistics, behaviour = counted.statistics, counted.behaviour
        delay, fault, serial = counted.delay(), counted.fault(), next(counted.serials)
        if statistics.requests == behaviour.refused_request:
            counted.refused_prompt = prompt
        if fault == "stalled":
            statistics.stalled += 1
            delay += behaviour.stall_seconds
        if delay:
            await asyncio.sleep(delay)
        if prompt == counted.refused_prompt or fault == "refused":
            statistics.refused += 1
            return _error(400, "refused on purpose")
        if fault == "malformed":
            statistics.malformed += 1
            return web.Response(body=b'{"id": "chatcmpl-0", "choices": [{"ind', content_type="application/json")
        if fault == "reset":
            statistics.connections_reset += 1
            if request.transport is not None:
                request.transport.abort()
            return web.Response()  # to nobody
        content = _quoting(body, serial) if behaviour.quotes_questions else _completion(body, serial)
        statistics.replies += 1
        counted.times.append(time.perf_counter())
        return web.Response(body=content, content_type="application/json")


_QUESTION = (
    "%s%06d: a student has learned both ideas and wants to see how they work together. Explain, step by step and with "
    "numbers of your own, what happens when the first is changed while the second is held fixed, and check the result."
)
_ANSWER = (
    "Answer %06d. First write down what is known and what is wanted. The first idea says how the quantity changes, the "
    "second says what stays the same, and together they leave one unknown. "
    + "Take a small example, work it out by hand, and compare what you find with what you expected before you began. "
    * 8
)


def _completion_with(text: str) -> bytes:
    return json.dumps(
        {
            "id": "chatcmpl-fixed",
            "object": "chat.completion",
            "created": 0,
            "model": MODEL,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1200, "completion_tokens": 180, "total_tokens": 1380},
        },
        ensure_ascii=False,
    ).encode()


_QUESTION_BODY = _completion_with(_QUESTION).replace(b"%s", _QUESTION_MARK, 1)
_ANSWER_BODY = _completion_with(_ANSWER)


def _completion(body: bytes, serial: int) -> bytes:
    """Fill a serial number into a body that was built before: no reply equals another."""
    return (_ANSWER_BODY if _QUESTION_MARK in body else _QUESTION_BODY) % serial


def _quoting(body: bytes, serial: int) -> bytes:
    if _QUESTION_MARK not in body:
        return _QUESTION_BODY % serial
    question = json.loads(body)["messages"][-1]["content"]
    return _completion_with(f"You asked: «{question}» " + _ANSWER % serial)


def _json(data: object) -> web.Response:
    return web.Response(body=json.dumps(data).encode(), content_type="application/json")


def _error(status: int, message: str, *, retry_after: str | None = None) -> web.Response:
    body = json.dumps({"error": {"message": message, "type": "benchmark", "code": None}}).encode()
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def serve(behaviour: Behaviour) -> None:
    """Serve on a free port of the loopback address, which is printed, until SIGTERM or the end of its time."""
    runner = web.ServerRunner(web.Server(FixedLatencyServer(behaviour).handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024, shutdown_timeout=0.1)
    await site.start()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print(site.name.rsplit(":", 1)[1], flush=True)  # noqa: T201 - the port is what the caller waits for
    try:
        await asyncio.wait_for(ended.wait(), LIFETIME_SECONDS)
    except TimeoutError:
        sys.exit("Its time was over.")
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(Behaviour(**json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}"))))
