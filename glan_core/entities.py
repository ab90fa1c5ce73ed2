"""What are the things that GLAN speaks of?

One frozen record per noun, with the columns of its table in store/schema.sql. Records carry no behaviour beyond what
follows from their own fields, know no database and no model, and are what every layer hands to the next.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

LEVELS = ("field", "sub_field", "discipline")
SUBJECT_LEVELS = ("introductory", "intermediate", "advanced")
LONGEST_NAME = 200
"""Characters of a node's or subject's name, or of a subtopic."""
LONGEST_DESCRIPTION = 2_000
LARGEST_TARGET = 1_000_000_000
STAGES = ("taxonomy", "subjects", "syllabus", "class_details", "instructions", "answers")


class Strategy(StrEnum):
    """How many class sessions a combination is drawn from (paper, section 2.4)."""

    ONE_SESSION = "one_session"
    TWO_SESSIONS = "two_sessions"


class RunState(StrEnum):
    """Where a run stands; `interrupted` means its process ended without saying so."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class TaxonomyNode:
    """A field, sub-field or discipline."""

    taxonomy_node_id: str
    parent_id: str | None
    level: str
    """One of LEVELS."""
    name: str
    description: str = ""
    status: Literal["pending", "kept", "removed"] = "kept"
    target: int | None = None
    """How many pairs are wanted below this node; None when nobody said."""
    origin: str = "user"
    """`paper` (named there), `starter` (ours, shipped), `user` or `model`."""
    position: int | None = None
    """Place among its siblings, from 1; None comes after them. The order of the fields is that of their colours."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one reviewer said about a node."""

    vote_id: str
    taxonomy_node_id: str
    reviewer: str
    verdict: Literal["keep", "remove"]
    reason: str
    voted_at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What a student of a discipline should learn; repeats across disciplines are meant."""

    subject_id: str
    discipline_id: str
    name: str
    level: str
    """One of SUBJECT_LEVELS."""
    subtopics: tuple[str, ...] = ()
    run_id: str | None = None
    model_call_id: str | None = None
    status: Literal["kept", "removed"] = "kept"


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The course of one subject as free text; versions count from 1 and all of them stay."""

    syllabus_id: str
    subject_id: str
    version: int
    text: str
    run_id: str | None = None
    model_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClassSession:
    """One meeting of a course, at its place in the teaching order (from 1)."""

    class_session_id: str
    syllabus_id: str
    position: int
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class KeyConcept:
    """What a class session teaches, at its place in the session (from 1)."""

    key_concept_id: str
    class_session_id: str
    position: int
    name: str


@dataclass(frozen=True, slots=True)
class ClassDetails:
    """The class sessions of one syllabus with the key concepts of each, in teaching order."""

    class_sessions: tuple[ClassSession, ...]
    key_concepts: tuple[KeyConcept, ...]

    def key_concepts_of(self, class_session_id: str) -> tuple[KeyConcept, ...]:
        """List the key concepts of one session in order."""
        return tuple(concept for concept in self.key_concepts if concept.class_session_id == class_session_id)


@dataclass(frozen=True, slots=True)
class Combination:
    """What one homework question is about: 1 or 2 class sessions, 1 to 5 of their key concepts."""

    strategy: Strategy
    class_session_ids: tuple[str, ...]
    """In teaching order."""
    key_concept_ids: tuple[str, ...]
    """In teaching order."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A homework question, bound to the key concepts it was drawn from."""

    instruction_id: str
    syllabus_id: str
    strategy: Strategy
    text: str
    key_concept_ids: tuple[str, ...]
    run_id: str
    model_call_id: str
    status: Literal["generated", "accepted", "rejected"] = "generated"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the answering model said to one instruction, bound to it by id."""

    answer_id: str
    instruction_id: str
    text: str
    run_id: str
    model_call_id: str


@dataclass(frozen=True, slots=True)
class QualityFlag:
    """A reason not to trust a pair blindly; quality/kinds.py lists the kinds."""

    instruction_id: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that a run gave up on; it may have been made since, by another run or the same one later."""

    item_id: str
    """An instruction, an answer, or the node or syllabus that could not grow."""
    run_id: str
    stage: str
    error_kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan."""

    run_id: str
    plan: dict[str, Any]
    """What was asked for: scope, instructions, stages (see plan.PlanRequest)."""
    settings: dict[str, Any]
    """GenerationSettings as data."""
    seed: int
    state: RunState
    engine: str
    started_at: datetime
    finished_at: datetime | None = None
    message: str = ""
    """Why a run stopped, in one sentence with its hint."""
    is_demo: bool = False
    """Shipped with the release (demo.py), not made here."""
    is_removed: bool = False
    """Its pairs count nowhere, until they are put back."""


class Range(NamedTuple):
    """From `least` to `most`, both included; None leaves that end open."""

    least: int | None = None
    most: int | None = None


ANY_LENGTH = Range()


class ScoreRange(NamedTuple):
    """From `least` to `most`, both included; None leaves that end open."""

    least: float | None = None
    most: float | None = None


ANY_SCORE = ScoreRange()


class Window(NamedTuple):
    """A part of a layout of the map, in its coordinates."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pairs are meant; every condition that is set must hold. The empty filter means all of them.

    Of the values of one condition any may hold: run_ids=("a", "b") means the pairs of both runs.
    """

    taxonomy_node_ids: tuple[str, ...] = ()
    """Nodes or subjects; everything below them counts."""
    run_ids: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    has_answer: bool | None = None
    is_flagged: bool | None = None
    is_demo: bool | None = None
    instruction_ids: tuple[str, ...] = ()
    projection_id: str = ""
    polygon: tuple[tuple[float, float], ...] = field(default=())
    """Corners in the coordinates of projection_id; with fewer than three it does not filter."""
    box: Window | None = None
    """In the coordinates of projection_id, its edges included."""
    tags: tuple[str, ...] = ()
    text: str = ""
    """Words that must all occur, in the question or the answer, in upper or lower case."""
    models: tuple[str, ...] = ()
    """Of the question or of the answer."""
    strategies: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    """Of the subject: some of SUBJECT_LEVELS."""
    instruction_characters: Range = ANY_LENGTH
    """How long the question is."""
    answer_characters: Range = ANY_LENGTH
    """How long the answer is; what has none fits no range."""
    judge_score: ScoreRange = ANY_SCORE
    """What judges gave the pair, 1 to 10; what was not judged fits no range."""
    flag_kinds: tuple[str, ...] = ()
    """Quality flags of which the pair carries one."""
    reviewers: tuple[str, ...] = ()
    """Who said something of the pair that stands, on a card, in bulk or in a file."""
    without_flag_kinds: tuple[str, ...] = ()
    """Quality flags of which the pair carries none."""
