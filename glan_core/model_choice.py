"""Which endpoint and which models does a run use, and do they answer?"""

import asyncio
from typing import NamedTuple

from glan_core import presets
from glan_core.calls import ChatRequest, Message
from glan_core.errors import EndpointError, SettingsError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.openai_chat_model import OpenAIChatModel
from glan_core.settings import Settings

CONCURRENCY = 16
"""Calls at once to an endpoint of the user's own, until told otherwise."""
_CHECK_SECONDS = 10.0


class ModelChoice(NamedTuple):
    """An endpoint with the models to use there."""

    endpoint: Endpoint
    model: str
    answer_model: str
    concurrency: int

    @property
    def preset(self) -> str:
        """The preset that fits: the paper's numbers, unless the built-in model has to cope with them."""
        return "quick" if self.endpoint.is_built_in else "paper"

    def generation_settings(self, preset: str | None = None) -> GenerationSettings:
        """Give a preset (the fitting one by default) for these models."""
        return presets.preset(preset or self.preset, model=self.model, answer_model=self.answer_model)


def choose_model(settings: Settings) -> ModelChoice:
    """Give the endpoint and models that the settings mean; starts the built-in model if it is them.

    Raises EndpointError if the endpoint has to be asked for its models and does not answer, and SettingsError if it
    offers several and none was named.
    """
    if not settings.base_url:
        return ModelChoice(built_in.start(), built_in.MODEL, built_in.MODEL, built_in.CONCURRENCY)
    endpoint = Endpoint(settings.base_url, settings.api_key)
    model = settings.model or _only_model(endpoint)
    return ModelChoice(endpoint, model, settings.answer_model or model, CONCURRENCY)


def check_endpoint(choice: ModelChoice) -> float:
    """Ask the model for one word, and give the seconds it took; EndpointError if it does not answer."""
    request = ChatRequest(
        stage="check",
        template="",
        template_fingerprint="",
        messages=(Message("user", "Reply with the word: ready"),),
        model=choice.model,
        temperature=0.0,
        top_p=1.0,
        max_tokens=4,
        seed=0,
    )

    async def ask() -> float:
        async with OpenAIChatModel(choice.endpoint, timeout_seconds=_CHECK_SECONDS, retries=0) as model:
            return (await model.complete(request)).seconds

    return asyncio.run(ask())


def _only_model(endpoint: Endpoint) -> str:
    async def ask() -> tuple[str, ...]:
        async with OpenAIChatModel(endpoint, timeout_seconds=_CHECK_SECONDS, retries=1) as model:
            return await model.list_models()

    models = asyncio.run(ask())
    if len(models) == 1:
        return models[0]
    if not models:
        raise EndpointError(
            f"{endpoint.label} offers no model.", "Load one there, or name it with GLAN_MODEL or --model."
        )
    raise SettingsError(
        f"{endpoint.label} offers {len(models)} models, and none was chosen.",
        f"Set GLAN_MODEL or --model, for instance to {', '.join(models[:4])}.",
    )
