"""What must a thing do to be a chat model here?"""

from typing import Protocol

from glan_core.calls import ChatReply, ChatRequest, ReplyForm

TIMEOUT_SECONDS = 180.0
"""How long a call may take, unless somebody says otherwise."""


class Sender(Protocol):
    """Whatever can complete a conversation: an endpoint, something that sends to one again and again."""

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply to one request.

        Raises CallError when this call was refused or lost, EndpointError when no call can succeed.
        """
        ...


class ChatModel(Sender, Protocol):
    """What a stage works with: a Sender that knows how its endpoint gives lists. A journal that remembers, a script."""

    async def reply_form(self, model: str) -> ReplyForm:
        """Say in which form this model's endpoint can be held to give lists; the same answer every time.

        Finding out may take calls, which raise what `complete` raises; see ReplyForms.
        """
        ...
