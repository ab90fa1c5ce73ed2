"""What is sent to a model, and what comes back?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from glan_core import ids


class Message(NamedTuple):
    """One turn of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
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
    response_schema: dict[str, Any] | None = None
    repeat_penalty: float | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything that shapes the reply beyond messages and model."""
        return {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "repeat_penalty": self.repeat_penalty,
            "response_schema": self.response_schema,
        }

    @property
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

    @property
    def has_reply(self) -> bool:
        """Whether the endpoint answered at all, so that there is nothing to gain from sending the call again."""
        return self.finish_reason != ""
