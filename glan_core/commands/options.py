"""Which options do several commands have?"""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import typer

from glan_core.endpoints import endpoint_named, settings_at
from glan_core.errors import SettingsError
from glan_core.runs.headless import planning_database
from glan_core.saved_endpoint import SavedEndpoint
from glan_core.settings import Settings, runs_folder
from glan_core.text_encoding import key_of_environment

BaseUrlOption = Annotated[
    list[str] | None,
    typer.Option(help="Endpoint; once for each address, where the same model has several. Default: OPENAI_BASE_URL."),
]
EndpointOption = Annotated[
    str | None, typer.Option("--endpoint", help="Name of an endpoint that was added. Default: the environment's.")
]
PriceOption = Annotated[list[str] | None, typer.Option(help="MODEL=INPUT/OUTPUT dollars per million tokens.")]
ConcurrencyOption = Annotated[int | None, typer.Option(help="Most calls at once.", min=1)]
TimeoutOption = Annotated[float | None, typer.Option(help="Seconds that a call may take.", min=0.001)]
BudgetOption = Annotated[float | None, typer.Option(help="Dollars that the run may spend in all.")]
MaxTokensOption = Annotated[int | None, typer.Option(help="Tokens that the run may use in all.")]
MaxMinutesOption = Annotated[float | None, typer.Option(help="Minutes from now.")]
MaxPairsOption = Annotated[int | None, typer.Option(help="Pairs from now.")]


find_key = key_of_environment
"""How commands find keys: in the environment alone."""


def saved_endpoint(settings: Settings, name: str) -> SavedEndpoint:
    """Give the endpoint that was added under this name; SettingsError if there is none."""
    with planning_database(settings.database, runs_folder(settings.database)) as planning:
        return endpoint_named(planning.database.cursor(), name)


def settings_of(
    settings: Settings,
    endpoint: str | None,
    *,
    base_url: Sequence[str] | None = None,
    model: str | None = None,
    answer_model: str | None = None,
) -> Settings:
    """Give the settings at the endpoint of this name, with what other options say in its place.

    SettingsError if there is none, if its key is not set, or if --base-url names another.
    """
    if endpoint is None:
        return settings
    if base_url:
        raise SettingsError("--endpoint and --base-url exclude each other.", "Choose one.")
    there = settings_at(settings, saved_endpoint(settings, endpoint), find_key)
    return dataclasses.replace(
        there, model=model or there.model, answer_model=answer_model or ("" if model else there.answer_model)
    )
