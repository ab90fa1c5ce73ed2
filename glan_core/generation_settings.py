"""How does each stage of a run call its model, and for how much?"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How one stage calls its model."""

    templates: tuple[str, ...]
    """Names of files in prompts/, without their ending: one a call (taxonomy: one a wording; subjects: one a turn)."""
    model: str
    temperature: float
    top_p: float
    max_tokens: int
    is_schema_bound: bool = False
    """Whether list replies are held to a JSON schema by the endpoint."""
    repeat_penalty: float | None = None
    """llama.cpp's repeat_penalty; None leaves it out of the request."""


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


def settings_from_data(data: dict[str, Any]) -> GenerationSettings:
    """Read generation settings back from their data."""
    values = dict(data)
    values["stages"] = {
        stage: StageSettings(**{**settings, "templates": tuple(settings["templates"])})
        for stage, settings in values["stages"].items()
    }
    values["class_sessions"] = tuple(values["class_sessions"])
    return GenerationSettings(**values)
