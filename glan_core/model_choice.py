"""Which endpoint and which models does a run use, and do they answer?"""

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from glan_core import presets
from glan_core.calls import ChatRequest, Message
from glan_core.coroutines import run_to_end
from glan_core.errors import CallError, EndpointError, SettingsError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.fleet import none_can_be_used
from glan_core.prompts import check_folder
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
    language: str = "en"
    templates_folder: str = ""
    endpoint_name: str = ""
    """What people call the endpoint; empty where the environment names it."""

    @property
    def preset(self) -> str:
        """The preset that fits: the paper's numbers, unless the built-in model has to cope with them."""
        return "quick" if self.endpoint.is_built_in else "paper"

    def generation_settings(self, preset: str | None = None) -> GenerationSettings:
        """Give a preset (the fitting one by default) for these models."""
        settings = presets.preset(preset or self.preset, model=self.model, answer_model=self.answer_model)
        return dataclasses.replace(settings, language=self.language, templates_folder=self.templates_folder)


class EndpointChoice(NamedTuple):
    """An endpoint and how many calls it gets at once, until it refuses some."""

    endpoint: Endpoint
    concurrency: int


def choose_endpoint(settings: Settings) -> EndpointChoice:
    """Give the endpoint that the settings mean; starts the built-in model if it is that one. Raises EndpointError."""
    if not settings.base_url:
        return EndpointChoice(built_in.start(settings.threads), built_in.CONCURRENCY)
    endpoint = Endpoint(
        settings.base_url,
        settings.api_key,
        key_name=settings.key_name,
        other_addresses=settings.other_addresses,
    )
    return EndpointChoice(endpoint, settings.concurrency or CONCURRENCY)


def choose_model(settings: Settings) -> ModelChoice:
    """Give the endpoint and models that the settings mean; starts the built-in model if it is them.

    Raises EndpointError if the endpoint has to be asked for its models and does not answer, SettingsError if it offers
    several and none was named, and TemplateError if a template of the user's own cannot be used.
    """
    if settings.templates_folder:
        check_folder(settings.templates_folder)
    endpoint, concurrency = choose_endpoint(settings)
    model = built_in.MODEL if endpoint.is_built_in else settings.model or _only_model(endpoint)
    answer_model = model if endpoint.is_built_in else settings.answer_model or model
    return ModelChoice(
        endpoint,
        model,
        answer_model,
        concurrency,
        language=settings.language,
        templates_folder=settings.templates_folder,
        endpoint_name=settings.endpoint_name,
    )


class AddressCheck(NamedTuple):
    """Whether one address of an endpoint answers."""

    address: str
    seconds: float | None
    """How long one word took; None: it does not answer."""
    error: EndpointError | None = None
    """Why it does not."""


def check_endpoint(choice: ModelChoice) -> float:
    """Ask the model for one word, and give the seconds it took; EndpointError if it does not answer.

    Of several addresses the quickest counts, and one that answers is enough: a run goes on with it.
    """
    return seconds_of(check_addresses_of(choice))


def seconds_of(checks: Sequence[AddressCheck]) -> float:
    """Give the seconds of the quickest address; EndpointError if none answers."""
    seconds = [check.seconds for check in checks if check.seconds is not None]
    if seconds:
        return min(seconds)
    errors = [check.error for check in checks if check.error is not None]
    raise errors[0] if len(errors) == 1 else none_can_be_used(errors)


def check_addresses_of(choice: ModelChoice) -> tuple[AddressCheck, ...]:
    """Ask the model for one word at each address of its endpoint, all at once."""
    from glan_core.llm.openai_chat_model import OpenAIChatModel

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

    async def ask(address: str) -> AddressCheck:
        async with OpenAIChatModel(choice.endpoint.at(address), timeout_seconds=_CHECK_SECONDS) as model:
            try:
                return AddressCheck(address, (await model.complete(request)).seconds)
            except EndpointError as error:
                return AddressCheck(address, None, error)
            except CallError as error:  # a run would send it again; this is about the endpoint
                return AddressCheck(address, None, EndpointError(error.message, error.hint))

    async def ask_all() -> tuple[AddressCheck, ...]:
        return tuple(await asyncio.gather(*(ask(address) for address in choice.endpoint.addresses)))

    return run_to_end(ask_all())


def _only_model(endpoint: Endpoint) -> str:
    from glan_core.llm.senders import offered_models

    models = run_to_end(offered_models(endpoint, timeout_seconds=_CHECK_SECONDS))
    if len(models) == 1:
        return models[0]
    if not models:
        raise EndpointError(
            f"{endpoint.label} offers no model.",
            "Load one there, or name it on the Endpoints page or with GLAN_MODEL or --model.",
        )
    raise SettingsError(
        f"{endpoint.label} offers {len(models)} models, and none was chosen.",
        f"Choose one on the Endpoints page or with GLAN_MODEL or --model, for instance {', '.join(models[:4])}.",
    )
