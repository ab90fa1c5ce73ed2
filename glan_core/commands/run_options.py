"""Which options has every command that begins a run or goes on with one, and what do they mean?

Options are written down once, as the fields of a dataclass. `command` makes a command of one:

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Asked(RunOptions):
        scope: Annotated[list[str] | None, typer.Option(help="Where.")] = None

    @command(Asked)
    def generate(asked: Asked) -> None:
"""

import dataclasses
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from glan_core.commands.engine_options import (
    ActorsOption,
    EngineOption,
    NoWaitOption,
    PartCallsOption,
    RayAddressOption,
    ShardsOption,
    engine_choice,
)
from glan_core.commands.options import (
    BaseUrlOption,
    BudgetOption,
    ConcurrencyOption,
    EndpointOption,
    MaxMinutesOption,
    MaxPairsOption,
    MaxTokensOption,
    PriceOption,
    TimeoutOption,
    settings_of,
)
from glan_core.commands.output import DatabaseOption, JsonOption, RunsOption, settings_with
from glan_core.engines.engine import EngineChoice
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, Limits
from glan_core.llm.prices import parse_prices
from glan_core.settings import Settings, runs_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Where calls are made and at what price, where the run ends, and where all is kept; as it was given."""

    endpoint: EndpointOption = None
    base_url: BaseUrlOption = None
    price: PriceOption = None
    concurrency: ConcurrencyOption = None
    timeout: TimeoutOption = None
    engine: EngineOption = None
    no_wait: NoWaitOption = False
    part_calls: PartCallsOption = None
    ray_address: RayAddressOption = None
    actors: ActorsOption = None
    shards: ShardsOption = None
    budget: BudgetOption = None
    max_tokens: MaxTokensOption = None
    max_minutes: MaxMinutesOption = None
    max_pairs: MaxPairsOption = None
    runs: RunsOption = None
    database: DatabaseOption = None
    as_json: JsonOption = False

    @property
    def limits(self) -> Limits:
        """Where the run ends though its plan is not done."""
        seconds = None if self.max_minutes is None else self.max_minutes * 60
        return Limits(dollars=self.budget, tokens=self.max_tokens, seconds=seconds, pairs=self.max_pairs)

    def settings_for(
        self, *, model: str | None = None, answer_model: str | None = None, **more: str | None
    ) -> Settings:
        """Give the environment, with the options in its place, and `more` of its variables; SettingsError."""
        given = {"OPENAI_BASE_URL": self.base_url, "GLAN_MODEL": model, "GLAN_ANSWER_MODEL": answer_model, **more}
        settings = settings_with(self.database, given)
        return settings_of(settings, self.endpoint, base_url=self.base_url, model=model, answer_model=answer_model)

    def runs_folder(self, settings: Settings) -> Path:
        """Give the folder of the journals."""
        return self.runs or runs_folder(settings.database)

    def engine_choice(self, folder: Path | None = None) -> EngineChoice:
        """Give the engine that is meant: without one that which the run in `folder` was with last. SettingsError."""
        return engine_choice(
            self.engine,
            no_wait=self.no_wait,
            part_calls=self.part_calls,
            ray_address=self.ray_address,
            actors=self.actors,
            shards=self.shards,
            folder=folder,
        )


AnyOptions = TypeVar("AnyOptions", bound=RunOptions)


def command(options: type[AnyOptions]) -> Callable[[Callable[[AnyOptions], None]], Callable[..., None]]:
    """Make a command of what is to be done with these options; those that all runs have stand last in its help."""
    signature = _signature(options)

    def command_of(do: Callable[[AnyOptions], None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            do(options(**given))

        run.__name__, run.__doc__ = do.__name__, do.__doc__
        run.__signature__ = signature  # type: ignore[attr-defined]
        return run

    return command_of


def with_prices(settings: GenerationSettings, texts: Sequence[str] | None) -> GenerationSettings:
    """Give settings with prices (MODEL=INPUT/OUTPUT) for the stages of these models; SettingsError if none uses one."""
    prices = parse_prices(tuple(texts or ()))
    models = dict.fromkeys(stage.model for stage in settings.stages.values())
    unknown = sorted(prices.keys() - models.keys())
    if unknown:
        raise SettingsError(f"No stage uses the model {unknown[0]!r}.", f"Give the price of: {', '.join(models)}.")
    stages = {
        name: dataclasses.replace(stage, price=prices[stage.model]) if stage.model in prices else stage
        for name, stage in settings.stages.items()
    }
    return dataclasses.replace(settings, stages=stages)


def _signature(options: type[RunOptions]) -> inspect.Signature:
    hints = get_type_hints(options, include_extras=True)
    of_all_runs = {field.name for field in dataclasses.fields(RunOptions)}
    fields = sorted(dataclasses.fields(options), key=lambda field: field.name in of_all_runs)
    parameters = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields
    ]
    return inspect.Signature(parameters)
