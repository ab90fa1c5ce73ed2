"""What is sent to a model, and what comes back?"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

from glan_core import ids

ReplyForm = Literal["jsonl", "json", "schema"]
"""How a list is asked for: one object a line; one object around it, in JSON mode; the same, held to a JSON schema."""


class Message(NamedTuple):
    """One turn of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class ChatRequest:
    """One call to a model, complete: what is sent, and why."""

    stage: str
    template: str
    template_fingerprint: str
    messages: tuple[Message, ...]
    model: str
    temperature: float
    top_p: float
    max_tokens: int
    seed: int
    draw: str = ""
    """Tells apart calls that send the same messages on purpose, such as the ten subject queries."""
    attempt: int = 1
    """Counts from 1; a further attempt has another seed."""
    reply_form: ReplyForm | Literal["text"] = "text"
    response_schema: dict[str, Any] | None = None
    """Set for the form `schema` alone."""
    repeat_penalty: float | None = None
    shared_texts: tuple[str, ...] = field(default=(), compare=False)
    """Texts within the messages that other calls hold too, and that are kept once (see shared_texts.py)."""

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Everything that shapes the reply beyond messages and model."""
        return {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "repeat_penalty": self.repeat_penalty,
            "reply_form": self.reply_form,
            "response_schema": self.response_schema,
        }

    @cached_property
    def model_call_id(self) -> str:
        """The same request has the same id in every run, so its reply can be used again."""
        return ids.stable_id(
            "model_call",
            self.stage,
            self.template_fingerprint,
            self.model,
            self.parameters,
            self.messages,
            self.draw,
            self.attempt,
        )


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What came back for one ChatRequest."""

    text: str
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float
    model_call_id: str = ""
    tries: int = 1
    """How often the request was sent until this came back."""
    address: str = ""
    """Of the server that gave it; empty for the built-in model, which has another one each time."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One finished call, as it stands in the ledger; a failed one has an error_kind."""

    model_call_id: str
    run_id: str
    stage: str
    template: str
    template_fingerprint: str
    model: str
    parameters: dict[str, Any]
    messages: tuple[Message, ...]
    reply: str
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float
    attempt: int
    finished_at: datetime
    error_kind: str | None = None
    error_message: str | None = None
    cost: float | None = None
    """US dollars; None when the price of the model is not known."""
    tries: int = 1
    """How often the request was sent; what was refused or lost before is not in the ledger."""
    left_out: str | None = None
    """What of the reply could not be used, and why."""
    shared_texts: tuple[str, ...] = field(default=(), compare=False)
    """As in ChatRequest."""
    address: str | None = None
    """Of the server that it was sent to last; None for the built-in model, and where nobody wrote it down."""

    @property
    def has_reply(self) -> bool:
        """Whether the endpoint answered at all, so that there is nothing to gain from sending the call again."""
        return self.finish_reason != ""


@dataclass(frozen=True, slots=True)
class SharedText:
    """A text that many prompts hold, kept once."""

    shared_text_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AddressStanding:
    """How one address of an endpoint with several has fared in this process."""

    address: str
    answered: int = 0
    """Calls that got a reply, or were refused for what they are."""
    failed: int = 0
    """Calls that it lost or failed; most were sent again, to another address as a rule."""
    refused: int = 0
    """Calls that it refused for load."""
    under_way: int = 0
    limit: int = 0
    """How many calls it may get at once now."""
    is_resting: bool = False
    """Whether it gets no calls for now."""
    reason: str = ""
    """Why it gets none, or why it got none last; empty if it never failed."""


@dataclass(frozen=True, slots=True)
class EndpointModel:
    """What was found out about a model of an endpoint."""

    endpoint: str
    """Its address; never its key."""
    model: str
    reply_form: ReplyForm | None = None
    """In which form it can be held to give lists; None when nobody tried."""
    ceiling: int | None = None
    """How many calls at once it served when it refused more; None when it never refused any."""
