"""A chat model that says what a test tells it to."""

import asyncio
from collections.abc import Callable

from glan_core.calls import ChatReply, ChatRequest, ReplyForm
from tests.model_server import default_text

Script = Callable[[ChatRequest], "str | ChatReply | Exception | None"]


class ScriptedModel:
    """Give these replies one after the other; an exception among them is raised in its turn."""

    form: ReplyForm = "jsonl"

    def __init__(self, *replies: str | ChatReply | Exception) -> None:
        self._replies = list(replies)
        self.requests: list[ChatRequest] = []

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the next reply; IndexError if there is none left."""
        self.requests.append(request)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, ChatReply):
            return reply
        return reply_to(request, reply)

    async def reply_form(self, model: str) -> ReplyForm:
        """Give the form that the test has set."""
        return self.form


def reply_to(request: ChatRequest, text: str, *, finish_reason: str = "stop") -> ChatReply:
    """Give a reply that took ten tokens each way and a quarter of a second."""
    return ChatReply(text, finish_reason, 10, 10, 0.25, request.model_call_id)


def cut_off(text: str) -> ChatReply:
    """Give a reply that reached its token limit."""
    return ChatReply(text, "length", 10, 10, 0.25, "cutoffcall")


class AnsweringModel:
    """Give what a function says to each request; for None what the model server says by default."""

    form: ReplyForm = "jsonl"

    def __init__(self, script: Script = lambda request: None) -> None:
        self.script = script
        self.requests: list[ChatRequest] = []

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply, or raise the exception, that the function gives."""
        self.requests.append(request)
        await asyncio.sleep(0)  # as with an endpoint, others have their turn before the reply is there
        reply = self.script(request)
        if isinstance(reply, Exception):
            raise reply
        if reply is None:
            messages = [message._asdict() for message in request.messages]
            reply = default_text({"messages": messages, "seed": request.seed})
        return reply if isinstance(reply, ChatReply) else reply_to(request, reply)

    async def reply_form(self, model: str) -> ReplyForm:
        """Give the form that the test has set."""
        return self.form

    def requests_of(self, stage: str) -> list[ChatRequest]:
        """Give the requests of one stage."""
        return [request for request in self.requests if request.stage == stage]
