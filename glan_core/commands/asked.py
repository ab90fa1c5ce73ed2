"""What does a person ask for with `plan` and `generate`?

Both take the same options (see run_options.py).
"""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from glan_core.commands.dealing_options import (
    DealOption,
    GapsOption,
    HoldSaturatedOption,
    WithHeldOption,
    allocation_named,
    gaps_named,
)
from glan_core.commands.run_options import RunOptions, with_prices
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings
from glan_core.model_choice import ModelChoice
from glan_core.planning.gaps import scope_of_gaps
from glan_core.planning.held_branches import held_in_scope
from glan_core.planning.plan_request import DEFAULT_STAGES, WHOLE_TAXONOMY, Allocation, Gap, PlanRequest
from glan_core.preset_choice import preset_settings
from glan_core.scope import resolve_scope
from glan_core.settings import Settings
from glan_core.store.database import Cursor

GROWING_STAGES = ("subjects", "syllabus", "class_details", *DEFAULT_STAGES)
REWRITING_STAGES = ("syllabus", "class_details", *DEFAULT_STAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(RunOptions):
    """The options of one command, as they were given."""

    scope: Annotated[list[str] | None, typer.Option(help="Where: name, path or id of a node. Repeatable.")] = None
    grow: Annotated[str | None, typer.Option(help="Grow this path, added if need be: Industry/Beekeeping.")] = None
    as_given: Annotated[bool, typer.Option("--as-given", help="Add it though it is like another.")] = False
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Write the syllabi of the scope anew, as another version.")
    ] = False
    instructions: Annotated[int, typer.Option(help="How many questions over the whole scope.")] = 20
    quota: Annotated[list[str] | None, typer.Option(help="NODE=NUMBER: so many there. Repeatable.")] = None
    weight: Annotated[list[str] | None, typer.Option(help="NODE=WEIGHT: deal in proportion. Repeatable.")] = None
    deal: DealOption = None
    hold_saturated: HoldSaturatedOption = False
    with_held: WithHeldOption = False
    gaps: GapsOption = None
    seed: Annotated[int, typer.Option(help="Names the sequence of draws: the same one repeats it.")] = 0
    stages: Annotated[str | None, typer.Option(help="Stages by commas. Default: instructions,answers.")] = None
    strategy_mix: Annotated[float | None, typer.Option(help="Share of draws over two sessions, 0 to 1.")] = None
    language: Annotated[str | None, typer.Option(help="Language of questions and answers: ko or Korean.")] = None
    templates: Annotated[Path | None, typer.Option(help="Folder of templates of your own.")] = None
    preset: Annotated[str | None, typer.Option(help="paper, quick or a saved one. Default: what fits the model.")] = (
        None
    )
    model: Annotated[str | None, typer.Option(help="Model for every stage. Default: GLAN_MODEL.")] = None
    answer_model: Annotated[str | None, typer.Option(help="Another model for the answers.")] = None
    stage_model: Annotated[list[str] | None, typer.Option(help="STAGE=MODEL for one stage. Repeatable.")] = None

    @property
    def settings(self) -> Settings:
        """The environment, with the options in its place."""
        return self.settings_for(
            model=self.model,
            answer_model=self.answer_model,
            GLAN_LANGUAGE=self.language,
            GLAN_TEMPLATES=str(self.templates) if self.templates else None,
        )

    def generation_settings(self, cursor: Cursor, choice: ModelChoice) -> GenerationSettings:
        """Give the preset with what was asked for otherwise; SettingsError for what does not exist."""
        wanted = preset_settings(cursor, choice, self.preset)
        if self.language is not None:  # a saved preset has a language of its own
            wanted = dataclasses.replace(wanted, language=choice.language)
        if self.strategy_mix is not None:
            wanted = dataclasses.replace(wanted, strategy_mix=self.strategy_mix)
        stages = dict(wanted.stages)
        for stage, model in _assignments(self.stage_model or (), option="--stage-model"):
            if stage not in stages:
                raise SettingsError(f"There is no stage {stage!r}.", f"Stages are: {', '.join(stages)}.")
            stages[stage] = dataclasses.replace(stages[stage], model=model)
        return with_prices(dataclasses.replace(wanted, stages=stages), self.price)

    def request(self, cursor: Cursor, settings: GenerationSettings, *, grown: str | None) -> PlanRequest:
        """Give the request of a plan; `grown` is the id of the node to grow. ScopeError, SettingsError."""
        shares = [
            (resolve_scope(cursor, node).node_id, _number(number, of=node))
            for node, number in _assignments([*(self.quota or ()), *(self.weight or ())], option="--quota or --weight")
        ]
        scope = tuple(
            WHOLE_TAXONOMY if text == WHOLE_TAXONOMY else resolve_scope(cursor, text).node_id
            for text in self.scope or ()
        )
        if len([kind for kind in (self.quota, self.weight, self.deal, self.gaps) if kind]) > 1:
            raise SettingsError("--quota, --weight, --deal and --gaps exclude each other.", "Choose one.")
        if not (scope or shares or self.gaps or grown):
            raise SettingsError(
                "No scope was chosen.", "Name a node with --scope, or one that is to be added with --grow."
            )
        if shares and scope:
            raise SettingsError("--quota and --weight name the nodes themselves.", "Leave --scope out.")
        if grown is not None:
            scope = (*scope, grown)
        allocation: Allocation = "quota" if self.quota else "weight" if self.weight else allocation_named(self.deal)
        instructions = int(sum(number for _, number in shares)) if self.quota else self.instructions
        gaps: tuple[Gap, ...] = ()
        if self.gaps is not None:
            allocation, gaps = "gaps", gaps_named(cursor, self.gaps, scope)
            if not gaps:
                raise SettingsError("There are no gaps to fill.", "Leave --gaps out, or name other nodes.")
            instructions = min(self.instructions, sum(gap.instructions for gap in gaps))
            scope = scope or scope_of_gaps(cursor, gaps)
        default = GROWING_STAGES if grown is not None else REWRITING_STAGES if self.rewrite else DEFAULT_STAGES
        given = self.stages or ",".join(default)
        scope = tuple(node_id for node_id, _ in shares) or scope
        return PlanRequest(
            scope=scope,
            instructions=instructions,
            seed=self.seed,
            settings=settings,
            stages=tuple(stage.strip() for stage in given.split(",") if stage.strip()),
            allocation=allocation,
            shares=tuple(number for _, number in shares),
            gaps=gaps,
            rewrites=self.rewrite,
            holds_saturated=self.hold_saturated,
            left_out=() if self.with_held or gaps else held_in_scope(cursor, scope),
        )


def _assignments(texts: Sequence[str], *, option: str) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals or not name.strip() or not value.strip():
            raise SettingsError(f"{text!r} is not of the form NAME=VALUE.", f"{option} takes one such pair at a time.")
        pairs.append((name.strip(), value.strip()))
    return pairs


def _number(text: str, *, of: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SettingsError(f"{text!r} is not a number.", f"Give one for {of}.")
    return number
