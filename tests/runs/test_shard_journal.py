"""Tests of glan_core.runs.shard_journal: how does an actor keep what it makes, and how is that read?"""

from pathlib import Path

import pytest

from glan_core.runs.journal import Journal
from glan_core.runs.shard_journal import begin_writer, open_journals, read_writer, take_over
from glan_core.runs.shard_places import begin_session, own_folder, place_of
from glan_core.runs.shards import Gatherer
from tests.runs.shard_runs import EVERYWHERE, UNDER_ADDRESSES, actor, failure, run_folder, sealed


@pytest.fixture(params=EVERYWHERE)
def run(request: pytest.FixtureRequest) -> Path:
    """The folder of a run in which a session has begun."""
    return run_folder(request.param, request)


@pytest.mark.parametrize("is_gathered", [False, True])
def test_who_takes_over_finds_what_the_other_one_wrote_wherever_it_stands(run: Path, is_gathered: bool):
    one = actor(run, "s-0001")
    for number in (1, 2, 3):
        one.append(failure(number))
        sealed(run, one)
    one.append(failure(4))
    one.close_current()
    take_over(place_of(run), "s-0001")
    if is_gathered:
        with Journal(run) as journal:
            Gatherer(run, journal).gather(["s-0001"])

    made = read_writer(place_of(run), "s-0001", first=2, last=None)
    assert made == [failure(2), failure(3), failure(4)]
    assert read_writer(place_of(run), "s-0001", first=2, last=2) == [failure(2)]


def test_nobody_takes_over_what_an_actor_still_holds(run: Path):
    one = actor(run, "s-0001")
    one.append(failure(1))
    take_over(place_of(run), "s-0001")
    assert len(open_journals(place_of(run).journals)) == 1


@pytest.mark.parametrize("kind", UNDER_ADDRESSES)
def test_what_actors_of_an_earlier_session_left_is_not_read_by_those_of_the_next_one(
    kind: str, request: pytest.FixtureRequest
):
    folder = run_folder(kind, request)
    one = actor(folder, "s-0001")
    one.append(failure(1))
    one.close()
    before = place_of(folder)
    begin_session(folder, "")
    begin_writer(place_of(folder), "s-0002")
    assert open_journals(before.journals) == []


@pytest.mark.parametrize("kind", UNDER_ADDRESSES)
def test_nobody_else_may_look_into_what_is_being_written(kind: str, request: pytest.FixtureRequest):
    folder = run_folder(kind, request)
    actor(folder, "s-0001").append(failure(1))
    assert own_folder().stat().st_mode & 0o077 == 0
