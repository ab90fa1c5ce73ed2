"""In which form can an endpoint be held to give lists?

    schema    it holds the reply to a JSON schema     response_format {"type": "json_schema", ...}
    json      it holds the reply to one JSON object   response_format {"type": "json_object"}
    jsonl     neither: the words of the prompt alone ask for JSON Lines

Servers differ, and so do models behind one server; some refuse a form, others ignore it without a word. So each model
is asked for one tiny list, strictest form first, in words that do not give the form away.
"""

import asyncio
import dataclasses
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from glan_core.calls import ChatReply, ChatRequest, Message, ReplyForm
from glan_core.errors import CallError, ReplyError
from glan_core.llm.replies import text_of

# A refusal of the form itself. Anything else (a time-out, 429, 5xx) says nothing about it.
_REFUSED = ("http_400", "http_404", "http_422")
CHECK = "check"
"""The stage of requests that only find out what an endpoint does."""
_MAX_TOKENS = 1000  # ten for the list, the rest for models that think first
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "colours": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "required": ["name"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["colours"],
    "additionalProperties": False,
}


def check_request(model: str, words: str, *, max_tokens: int) -> ChatRequest:
    """Give a request of no run, which only finds out what an endpoint does."""
    return ChatRequest(
        stage=CHECK,
        template="",
        template_fingerprint="",
        messages=(Message("user", words),),
        model=model,
        temperature=0.0,
        top_p=1.0,
        max_tokens=max_tokens,
        seed=0,
    )


class ReplyForms:
    """What each model of one endpoint can be held to; asked once, then remembered. Use it inside one event loop."""

    def __init__(
        self, complete: Callable[[ChatRequest], Awaitable[ChatReply]], *, known: dict[str, ReplyForm] | None = None
    ) -> None:
        """`complete` sends a request, as ChatModel.complete does; `known` are answers of an earlier time."""
        self._complete = complete
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.known: dict[str, ReplyForm] = dict(known or {})
        """The form of each model asked so far, to be kept by whoever made this."""

    async def form_of(self, model: str) -> ReplyForm:
        """Give the strictest form of a model.

        Raises what `complete` raises where that says nothing about the form; then the next call asks again.
        """
        if model not in self.known:
            async with self._locks[model]:
                if model not in self.known:
                    self.known[model] = await self._ask(model)
        return self.known[model]

    async def _ask(self, model: str) -> ReplyForm:
        for form in ("schema", "json"):
            try:
                reply = await self._complete(_probe(model, form))
            except CallError as error:
                if error.kind not in _REFUSED:
                    raise
            else:
                if _fits(reply):
                    return form
        return "jsonl"


def _probe(model: str, form: ReplyForm) -> ChatRequest:
    # JSON mode is refused by some unless the prompt says JSON; for the schema, saying so would help a server that
    # ignores it to pass.
    words = 'Name two colours as JSON: {"colours": [{"name": "..."}, ...]}' if form == "json" else "Name two colours."
    return dataclasses.replace(
        check_request(model, words, max_tokens=_MAX_TOKENS),
        draw=f"reply_form/{form}",
        reply_form=form,
        response_schema=_SCHEMA if form == "schema" else None,
    )


def _fits(reply: ChatReply) -> bool:
    """Say whether a reply is one JSON object of the wanted shape and nothing else: no prose, no fence."""
    try:
        value = json.loads(text_of(reply))
    except (ReplyError, ValueError, RecursionError):
        return False
    colours = value.get("colours") if isinstance(value, dict) else None
    return (
        isinstance(colours, list)
        and len(colours) > 0
        and all(isinstance(colour, dict) and isinstance(colour.get("name"), str) for colour in colours)
    )
