"""Which pairs does the Review page show, one after the other?

The address holds the queue (?queue=Flagged), its seed, the filter of the Samples page, and the pair that is open
(?card=ID).
"""

import dataclasses
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.filter_json import filter_to_json
from glan_core.review_queues import (
    QUEUES,
    QueueKind,
    ReviewQueue,
    farthest_queue,
    listed_queue,
    low_score_queue,
    near_queue,
    random_queue,
)
from glan_core.store.database import Cursor
from glan_core.store.review_queues import By, draw_sample, has_judgements, last_vector, rows_version
from glan_core.store.samples import find_samples, samples_version
from pages.shared import state
from pages.shared.gap_finding import open_gap_finder
from pages.shared.workspace import Workspace

QUEUE_WORDS: dict[QueueKind, tuple[str, str]] = {
    "random": ("At random", "All pairs of the filter, in an order that the seed sets."),
    "sample": ("Sample of each branch", "As many of every branch, as the tab Sample sets them."),
    "farthest": ("Farthest apart", "Each next pair is the farthest in meaning from all before it."),
    "near": ("Near duplicates", "Pairs that ask nearly the same, one group after the other."),
    "elsewhere": ("Nearer to another subject", "Pairs whose nearest key concept belongs to another subject."),
    "low_score": ("Lowest judge score", "What a judge scored, the worst first."),
    "flagged": ("Flagged", "Pairs that a rule has flagged."),
    "rejected": ("Rejected", "What was rejected. To accept it takes it back in."),
}


DEFAULT_SEED, _MOST_SEED = 1, 1_000_000


class Draw(NamedTuple):
    """How pairs are drawn."""

    kind: QueueKind
    seed: int
    by: By
    each: int


def choose_queue(cursor: Cursor) -> QueueKind:
    """Let the visitor choose among the queues that there is something for."""
    there = [kind for kind in QUEUES if kind != "low_score" or has_judgements(cursor)]
    kind: QueueKind = st.selectbox(
        "Queue",
        there,
        format_func=lambda each: QUEUE_WORDS[each][0],
        key=state.REVIEW_QUEUE,
        bind="query-params",
        width=230,
        help="  \n".join(f"**{QUEUE_WORDS[each][0]}**: {QUEUE_WORDS[each][1]}" for each in there),
    )
    return kind


def choose_seed() -> int:
    """Let the visitor say which random order or sample is meant."""
    seed = st.number_input(
        "Seed",
        0,
        _MOST_SEED,
        DEFAULT_SEED,
        key=state.REVIEW_SEED,
        bind="query-params",
        width=120,
        help="The same seed gives the same pairs in the same order.",
    )
    return int(seed)


def choose_second() -> bool:
    """Let the visitor ask for what others have decided on."""
    return st.toggle(
        "Second opinions",
        key=state.REVIEW_SECOND,
        bind="query-params",
        help="Also shows what others decided on, but not how, until you have.",
    )


def find_queue(workspace: Workspace, cursor: Cursor, filter_: Filter, draw: Draw) -> ReviewQueue | None:
    """Give the queue; found anew only when others may belong to it. None while pairs have to be compared first."""
    filter_ = queue_filter(filter_, draw.kind)
    version = _version(cursor, filter_)
    path, said = str(workspace.database.path), filter_to_json(filter_)
    if draw.kind == "elsewhere":
        finder = open_gap_finder()
        report = finder.report
        if report is None or finder.is_running:
            return None
        return _elsewhere(path, version, said, report.stamp, cursor, filter_, list(report.elsewhere["instruction_id"]))
    encoder, content = encoder_in_use(cursor)
    vectors = last_vector(cursor, encoder=encoder.encoder) if draw.kind in ("farthest", "near") else -1
    return _found(path, version, said, draw, encoder.encoder, content, vectors, cursor, filter_)


def find_sample(workspace: Workspace, cursor: Cursor, filter_: Filter, draw: Draw) -> pd.DataFrame:
    """Give the sample of each branch, as draw_sample does."""
    filter_ = queue_filter(filter_, "sample")
    version, draw = _version(cursor, filter_), draw._replace(kind="sample")
    return _sample(str(workspace.database.path), version, filter_to_json(filter_), draw, cursor, filter_)


def queue_filter(filter_: Filter, kind: QueueKind) -> Filter:
    """Give the filter that a queue is drawn from: whether a pair was decided on is asked only when its turn comes."""
    if kind == "rejected":
        return dataclasses.replace(filter_, statuses=("rejected",))
    return dataclasses.replace(filter_, statuses=(), **({"is_flagged": True} if kind == "flagged" else {}))


def open_statuses(filter_: Filter, kind: QueueKind) -> tuple[str, ...]:
    """Give the statuses of the pairs that a queue still asks about."""
    return ("rejected",) if kind == "rejected" else filter_.statuses or ("generated",)


def _version(cursor: Cursor, filter_: Filter) -> str:
    """Give what changes when others belong to a queue; not with every decision, unless it is about these."""
    return str(samples_version(cursor)) if filter_.statuses else rows_version(cursor)


@st.cache_resource(max_entries=8, show_spinner="Looking through all pairs")
def _found(
    path: str,
    version: str,
    filter_text: str,
    draw: Draw,
    encoder: str,
    content: str,
    vectors: int,
    _cursor: Cursor,
    _filter: Filter,
) -> ReviewQueue:
    del vectors  # it only tells what was found apart
    if draw.kind == "sample":
        sample = _sample(path, version, filter_text, draw, _cursor, _filter)
        return ReviewQueue(sample["number"].to_numpy(np.int64), np.empty(0, np.int64))
    if draw.kind == "farthest":
        return farthest_queue(_cursor, _filter, seed=draw.seed, encoder=encoder, content=content)
    if draw.kind == "near":
        return near_queue(_cursor, _filter, encoder=encoder, content=content)
    if draw.kind == "low_score":
        return low_score_queue(_cursor, _filter)
    return random_queue(_cursor, _filter, seed=draw.seed)


@st.cache_resource(max_entries=4, show_spinner="Looking through all pairs")
def _elsewhere(
    path: str, version: str, filter_text: str, stamp: str, _cursor: Cursor, _filter: Filter, _ids: list[str]
) -> ReviewQueue:
    del path, version, filter_text, stamp
    return listed_queue(_cursor, _filter, _ids)


@st.cache_resource(max_entries=4, show_spinner="Drawing a sample")
def _sample(path: str, version: str, filter_text: str, draw: Draw, _cursor: Cursor, _filter: Filter) -> pd.DataFrame:
    del path, version, filter_text
    numbers = find_samples(_cursor, _filter, "oldest")
    return draw_sample(_cursor, numbers, by=draw.by, each=draw.each, seed=draw.seed)
