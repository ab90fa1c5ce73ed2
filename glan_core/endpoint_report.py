"""Does an endpoint answer, how fast, and in which form can it be held to give lists?

Three short calls, then a longer reply, then the probes of reply_forms.py: at most seven calls. The first that goes
wrong ends it, and what was found before stays.
"""

import asyncio
import statistics
import threading
from collections.abc import Coroutine, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from glan_core.calls import ReplyForm
from glan_core.errors import CallError, EndpointError, GlanError
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.reply_forms import ReplyForms, check_request

SHORT_CALLS = 3
CALL_SECONDS = 20.0
"""How long one call may take."""
MOST_SECONDS = 60.0
"""How long all of them may take."""
LIST_SECONDS = 10.0
"""How long a list of models may take."""
FORM_WORDS: dict[ReplyForm, str] = {
    "schema": "held to a JSON schema",
    "json": "held to a JSON object",
    "jsonl": "asked for in words: it can be held to no form",
}
WEAKEST_FIRST: tuple[ReplyForm, ...] = ("jsonl", "json", "schema")
_SHORT_TOKENS = 4
_REPLY_TOKENS = 128

T = TypeVar("T")


@dataclass(slots=True)
class EndpointReport:
    """What was found out about one model of an endpoint."""

    model: str
    call_seconds: tuple[float, ...] = ()
    """Of the short calls."""
    reply_seconds: float | None = None
    """Of the longer reply; None: it did not come to that."""
    reply_tokens: int | None = None
    """Of the longer reply, as the endpoint counted; None also where it counts none."""
    reply_form: ReplyForm | None = None
    trouble: str = ""
    """What went wrong, in a sentence; empty: nothing."""
    hint: str = ""

    @property
    def median_seconds(self) -> float | None:
        """The middle one of the short calls."""
        return statistics.median(self.call_seconds) if self.call_seconds else None

    @property
    def tokens_per_second(self) -> float | None:
        """Of the longer reply, the wait before its first token included."""
        if not self.reply_seconds or self.reply_tokens is None:
            return None
        return self.reply_tokens / self.reply_seconds

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
        median, speed = self.median_seconds, self.tokens_per_second
        return {
            "model": self.model,
            "answers": not self.trouble,
            "median_seconds": None if median is None else round(median, 3),
            "calls": len(self.call_seconds),
            "tokens_per_second": None if speed is None else round(speed, 1),
            "reply_tokens": self.reply_tokens,
            "reply_form": self.reply_form,
            "trouble": self.trouble,
            "hint": self.hint,
        }

    def words(self) -> dict[str, str]:
        """Give what was found by its name, as sentences without an end; what was not reached is left out."""
        told: dict[str, str] = {}
        if self.median_seconds is not None:
            of = f"median of {len(self.call_seconds)}" if len(self.call_seconds) > 1 else "1 call"
            told["Short call"] = f"{self.median_seconds:.2f} s ({of})"
        if self.reply_seconds is not None:
            told["Speed"] = (
                f"does not count tokens; a reply took {self.reply_seconds:.1f} s"
                if self.tokens_per_second is None
                else f"{self.tokens_per_second:,.0f} tokens/s ({self.reply_tokens} in {self.reply_seconds:.1f} s)"
            )
        if self.reply_form is not None:
            told["Lists"] = FORM_WORDS[self.reply_form]
        return told


def report_on(
    endpoint: Endpoint, model: str, *, call_seconds: float = CALL_SECONDS, most_seconds: float = MOST_SECONDS
) -> EndpointReport:
    """Try a model, in `most_seconds` at most; what goes wrong stands in the report and is not raised."""
    report = EndpointReport(model)
    late = EndpointError(
        f"{endpoint.label} did not get through the test within {most_seconds:g} seconds.",
        "It is slow or overloaded. Test it again, or choose a smaller model.",
    )
    try:
        _within(most_seconds, _fill(report, endpoint, call_seconds), late)
    except CallError as error:
        report.trouble, report.hint = _told(error, endpoint)
    except GlanError as error:
        report.trouble, report.hint = error.message, error.hint
    return report


def reports_on(endpoint: Endpoint, model: str) -> dict[str, EndpointReport]:
    """Try a model at each address of an endpoint, all at the same time; gives a report of each, in their order."""
    addresses = endpoint.addresses
    with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
        reports = pool.map(lambda address: report_on(endpoint.at(address), model), addresses)
        return dict(zip(addresses, reports, strict=True))


def weakest_form(reports: Iterable[EndpointReport]) -> ReplyForm | None:
    """Give the form of lists that all addresses that answer can be held to; None if none of them told."""
    found = {report.reply_form for report in reports}
    return next((form for form in WEAKEST_FIRST if form in found), None)


def standing_words(reports: Mapping[str, EndpointReport]) -> str:
    """Say how many of several addresses answer, and whether they give lists in different forms."""
    answering = [report for report in reports.values() if not report.trouble]
    told = f"{len(answering)} of {len(reports)} addresses answer."
    forms = {report.reply_form for report in answering if report.reply_form is not None}
    if len(forms) > 1:
        weakest = weakest_form(answering)
        told += f" They give lists in different forms, so they are {FORM_WORDS[weakest or 'jsonl']} everywhere."
    return told


def list_models(endpoint: Endpoint, *, most_seconds: float = LIST_SECONDS) -> tuple[str, ...]:
    """List what an endpoint offers at each address that answers; EndpointError if none answers in time."""

    from glan_core.llm.senders import offered_models

    late = EndpointError(
        f"{endpoint.label} did not list its models within {most_seconds:g} seconds.", "Type the model's name instead."
    )
    return _within(most_seconds, offered_models(endpoint, timeout_seconds=most_seconds), late)


def model_to_test(endpoint: Endpoint, model: str) -> str:
    """Give the model, or the only one that the endpoint offers; EndpointError where that is not one."""
    if model:
        return model
    if endpoint.is_built_in:
        return built_in.MODEL
    offered = list_models(endpoint)
    if len(offered) != 1:
        raise EndpointError(f"{endpoint.label} offers {len(offered)} models.", "Choose the one to test.")
    return offered[0]


async def _fill(report: EndpointReport, endpoint: Endpoint, call_seconds: float) -> None:
    from glan_core.llm.openai_chat_model import OpenAIChatModel

    async with OpenAIChatModel(endpoint, timeout_seconds=call_seconds) as sender:
        for _ in range(SHORT_CALLS):
            short = await sender.complete(
                check_request(report.model, "Reply with the word: ready", max_tokens=_SHORT_TOKENS)
            )
            report.call_seconds = (*report.call_seconds, short.seconds)
        longer = await sender.complete(
            check_request(
                report.model,
                "Describe the sea to somebody who never saw it, in about 100 words.",
                max_tokens=_REPLY_TOKENS,
            )
        )
        report.reply_seconds, report.reply_tokens = longer.seconds, longer.completion_tokens
        known: dict[str, ReplyForm] = {built_in.MODEL: "schema"} if endpoint.is_built_in else {}
        report.reply_form = await ReplyForms(sender.complete, known=known).form_of(report.model)


def _within(seconds: float, coroutine: Coroutine[Any, Any, T], late: EndpointError) -> T:
    """Run a coroutine in a thread of its own, which is left behind once the time is up.

    Cancelling alone would not do: a name that is being looked up cannot be cancelled.
    """
    ended: Future[T] = Future()

    async def bounded() -> T:
        async with asyncio.timeout(seconds):
            return await coroutine

    def run() -> None:
        try:
            ended.set_result(asyncio.run(bounded()))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            ended.set_exception(error)

    threading.Thread(target=run, name="endpoint-report", daemon=True).start()
    try:
        return ended.result(timeout=seconds + 0.5)
    except TimeoutError as error:
        raise late from error


def _told(error: CallError, endpoint: Endpoint) -> tuple[str, str]:
    """Give a sentence and a hint for somebody who only wants to know whether it works."""
    kind, where = error.kind, endpoint.label
    if kind == "http_429":
        hint = "Wait a little, then test again. A run sends fewer calls at once then, and goes on by itself."
        return f"{where} refuses calls for load (HTTP 429).", hint
    if kind == "timeout":
        return error.message, "It is slow or overloaded, or still loading the model. Test it again in a minute."
    if kind in ("unreadable", "no_choices", "too_large"):
        hint = "Check the address: it usually ends in /v1, and it must not be that of a web page."
        return f"{where} is not OpenAI-compatible: what it sent is no completion.", hint
    if kind.startswith("http_5"):
        return error.message, "The trouble is at the endpoint. Its log may say more; or test it again later."
    if kind.startswith("http_"):
        return error.message, "It answers, but takes no call of this form. Choose another model."
    return error.message, error.hint
