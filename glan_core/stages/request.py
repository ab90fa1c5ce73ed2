"""How does a stage put a rendered template into a request?"""

from typing import Any

from glan_core import ids, prompts
from glan_core.calls import ChatRequest, Message
from glan_core.generation_settings import StageSettings

LANGUAGE_NAMES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "pt": "Portuguese", "zh": "Chinese",
}  # fmt: skip
"""What the templates call a language; a code that is not here is passed on as it is."""


def request_for(
    stage: str,
    template: str,
    *,
    settings: StageSettings,
    seed: int,
    draw: str,
    attempt: int = 1,
    earlier: tuple[Message, ...] = (),
    response_schema: dict[str, Any] | None = None,
    **values: object,
) -> ChatRequest:
    """Give the request of one call.

    `earlier` are the turns of a conversation that this one goes on with. `seed` (the run's), `draw` and `attempt` make
    the call's own seed, so that every call of a run differs and a rerun repeats it. The schema is sent only where the
    settings bind the stage to one.
    """
    return ChatRequest(
        stage=stage,
        template=template,
        template_fingerprint=prompts.fingerprint(template),
        messages=(*earlier, *prompts.render(template, **values)),
        model=settings.model,
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,
        seed=ids.stable_seed(seed, stage, draw, attempt),
        draw=draw,
        attempt=attempt,
        response_schema=response_schema if settings.is_schema_bound else None,
        repeat_penalty=settings.repeat_penalty,
    )


def language_name(code: str) -> str:
    """Give the name of a language as prompts say it."""
    return LANGUAGE_NAMES.get(code, code)


def list_schema(key: str, properties: dict[str, Any], *, at_least: int = 1, at_most: int) -> dict[str, Any]:
    """Give the JSON schema of {key: [object, ...]} in which every property is required."""
    return {
        "type": "object",
        "properties": {
            key: {
                "type": "array",
                "minItems": at_least,
                "maxItems": at_most,
                "items": {
                    "type": "object",
                    "properties": properties,
                    "required": list(properties),
                    "additionalProperties": False,
                },
            }
        },
        "required": [key],
        "additionalProperties": False,
    }
