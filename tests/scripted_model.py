"""A chat model that says what a test tells it to."""

from glan_core.entities import ChatReply, ChatRequest


class ScriptedModel:
    """Give these replies one after the other; an exception among them is raised in its turn."""

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


def reply_to(request: ChatRequest, text: str, *, finish_reason: str = "stop") -> ChatReply:
    """Give a reply that took ten tokens each way and a quarter of a second."""
    return ChatReply(text, finish_reason, 10, 10, 0.25, request.model_call_id)


def cut_off(text: str) -> ChatReply:
    """Give a reply that reached its token limit."""
    return ChatReply(text, "length", 10, 10, 0.25, "cutoffcall")
