"""How does each stage of a run call its model, and for how much?"""

from dataclasses import dataclass
from typing import Any, Literal

from glan_core.calls import ReplyForm


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in US dollars."""

    input_per_million: float
    """A million tokens of prompts."""
    output_per_million: float
    """A million tokens of replies."""


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How one stage calls its model."""

    templates: tuple[str, ...]
    """Names of files in prompts/, without their ending: one a call (taxonomy: one a wording; subjects: one a turn)."""
    model: str
    temperature: float
    top_p: float
    max_tokens: int
    reply_form: Literal["auto"] | ReplyForm = "auto"
    """How lists are asked for; `auto` takes the strictest form that the endpoint can be held to."""
    repeat_penalty: float | None = None
    """llama.cpp's repeat_penalty; None leaves it out of the request."""
    price: Price | None = None
    """The user's own; None: the published one, where there is one. Changes no id and no call."""


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How every stage calls its model, and how much each is asked for."""

    preset: str
    stages: dict[str, StageSettings]
    subject_queries: int
    """How often a discipline is asked for its subjects."""
    subjects_per_query: int
    class_sessions: tuple[int, int]
    """Fewest and most class sessions that a syllabus is asked for."""
    key_concepts: int
    """Key concepts that each class session is asked for."""
    strategy_mix: float
    """Share of draws over two class sessions, 0 to 1; the rest are over one."""
    reply_attempts: int = 3
    """How often an item is asked for when its reply cannot be used."""
    language: str = "en"
    """Two letters of ISO 639-1; see languages.py."""
    templates_folder: str = ""
    """A folder of one's own templates; each replaces the shipped one of its name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a run ends though its plan is not done; None: nowhere. No part of the plan: a run can go on with others."""

    dollars: float | None = None
    """US dollars that the run may spend in all, however often it was taken up."""
    tokens: int | None = None
    """Tokens of prompts and replies, in all."""
    seconds: float | None = None
    """From here on."""
    pairs: int | None = None
    """Pairs from here on; instructions where no answers are asked for."""


def settings_from_data(data: dict[str, Any]) -> GenerationSettings:
    """Read generation settings back from their data."""
    values = dict(data)
    values["stages"] = {stage: _stage_from_data(settings) for stage, settings in values["stages"].items()}
    values["class_sessions"] = tuple(values["class_sessions"])
    return GenerationSettings(**values)


def _stage_from_data(data: dict[str, Any]) -> StageSettings:
    values = {**data, "templates": tuple(data["templates"])}
    if "is_schema_bound" in values:  # plans of versions that knew no other form
        values["reply_form"] = "schema" if values.pop("is_schema_bound") else "jsonl"
    if values.get("price") is not None:
        values["price"] = Price(**values["price"])
    return StageSettings(**values)
