"""How is a request written for an OpenAI-compatible endpoint, and what does a completion say?

The same words go out one by one and in the parts of a batch service, and the same come back.
"""

from typing import Any

from glan_core.calls import ChatReply, ChatRequest
from glan_core.llm.refusals import storable, without_key

# What the lines that read a body raise when it is something else: JSON of another shape.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
_MOST_TOKENS = 2**31 - 1  # what the ledger can hold; no reply has as many


def arguments_of(request: ChatRequest) -> dict[str, Any]:
    """Give the body of a request."""
    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": [message._asdict() for message in request.messages],
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
    }
    if request.reply_form == "json":
        arguments["response_format"] = {"type": "json_object"}
    if request.response_schema is not None:
        arguments["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": request.stage, "schema": request.response_schema, "strict": True},
        }
    if request.repeat_penalty is not None:
        arguments["repeat_penalty"] = request.repeat_penalty
    return arguments


def reply_of(completion: dict[str, Any], *, model_call_id: str, seconds: float, masked_key: str) -> ChatReply:
    """Give the reply that a completion holds; one of UNREADABLE is raised if it is none."""
    choice = completion["choices"][0]
    said = choice["message"]
    usage = completion.get("usage") or {}
    refusal = said.get("refusal")
    return ChatReply(
        text=without_key(storable(said.get("content") or refusal or ""), masked_key),
        finish_reason="refusal" if refusal else str(choice.get("finish_reason") or "unknown"),
        prompt_tokens=_tokens(usage, "prompt_tokens"),
        completion_tokens=_tokens(usage, "completion_tokens"),
        seconds=seconds,
        model_call_id=model_call_id,
    )


def _tokens(usage: object, name: str) -> int | None:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and 0 <= value <= _MOST_TOKENS else None
