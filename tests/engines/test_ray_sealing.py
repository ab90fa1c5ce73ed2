"""Tests of glan_core.engines.ray_sealing: when is what an actor wrote safe, whatever becomes of its machine?

Actors whose shards and parts lie under an address, as those of test_ray_shift.py: without Ray.
"""

import asyncio
import shutil
from pathlib import Path

import pytest

from glan_core.engines.ray_desk import Stint
from glan_core.engines.ray_sealing import Sealing
from glan_core.entities import Failure
from glan_core.errors import DiskError
from glan_core.runs.journal import Journal
from glan_core.runs.shard_journal import ShardJournal, end_writer, read_writer
from glan_core.runs.shard_places import own_folder, place_of
from glan_core.runs.shards import Gatherer, has_shards
from tests.engines.actors_of_a_loop import Actors
from tests.object_store import ObjectStore
from tests.runs.shard_runs import EVERYWHERE, UNDER_ADDRESSES, address_of, failure, move_to_machine, run_folder
from tests.workbench import Workbench, belongs


@pytest.mark.parametrize("kind", UNDER_ADDRESSES)
def test_two_actors_without_a_shared_disk_make_what_one_process_makes(
    workbench: Workbench, tmp_path: Path, kind: str, request: pytest.FixtureRequest
):
    move_to_machine("one", request)
    plan = workbench.plan(instructions=20)
    actors = Actors(workbench, plan, tmp_path, shards=address_of(kind, request))
    assert not (actors.folder / "parts").exists()

    async def run() -> None:
        done = await asyncio.gather(actors.work("a", actors.parts[::2]), actors.work("b", actors.parts[1::2]))
        assert done == [[True] * 10, [True] * 10]

    asyncio.run(run())
    assert not (actors.folder / "shards").exists()
    actors.bring_home(workbench)
    assert {pair.instruction_id for pair in workbench.pairs()} == {item.instruction_id for item in plan.items}
    assert all(belongs(pair) for pair in workbench.pairs())
    assert len(workbench.server.requests) == 40
    assert not has_shards(actors.folder)
    assert list(own_folder().rglob("*")) == []


@pytest.mark.parametrize("kind", UNDER_ADDRESSES)
@pytest.mark.parametrize("is_same_machine", [True, False])
def test_who_takes_a_part_over_sends_again_only_what_was_lost_with_the_machine(
    workbench: Workbench, tmp_path: Path, kind: str, request: pytest.FixtureRequest, is_same_machine: bool
):
    move_to_machine("one", request)
    plan = workbench.plan(instructions=20)
    actors = Actors(workbench, plan, tmp_path, shards=address_of(kind, request))

    async def run() -> int:
        dies = asyncio.Event()
        loop = asyncio.get_running_loop()
        workbench.server.script = lambda call: (
            loop.call_soon_threadsafe(dies.set) and None if len(workbench.server.requests) > 15 else None
        )
        await actors.work("a", actors.parts, dies=dies)
        unsealed = sum(_calls(path) for path in own_folder().rglob("journal.jsonl"))
        if not is_same_machine:
            move_to_machine("another one", request)
        workbench.server.script = lambda call: None
        assert await actors.work("a", actors.parts) == [True] * 20
        return unsealed

    unsealed = asyncio.run(run())
    sent = [call.key for call in workbench.server.requests]
    assert len(set(sent)) == 40
    under_way = 4
    assert len(sent) - len(set(sent)) <= under_way + (0 if is_same_machine else unsealed)
    actors.bring_home(workbench)
    assert len([pair for pair in workbench.pairs() if belongs(pair)]) == 20


def _calls(journal: Path) -> int:
    return sum(b'"kind":"ModelCall"' in line for line in journal.read_bytes().splitlines())


def test_nothing_of_a_part_that_counts_as_done_goes_with_the_machine(
    workbench: Workbench, tmp_path: Path, object_store: ObjectStore, request: pytest.FixtureRequest
):
    move_to_machine("one", request)
    actors = Actors(workbench, workbench.plan(instructions=12), tmp_path, shards=object_store.address("done"))
    done: list[str] = []
    dies = asyncio.Event()
    end_part = actors.desk.end_part

    def end(part: str, stint: Stint) -> None:
        end_part(part, stint)
        done.append(part)
        if len(done) == len(actors.parts):
            dies.set()

    request.getfixturevalue("monkeypatch").setattr(actors.desk, "end_part", end)
    asyncio.run(actors.work("a", actors.parts, dies=dies))
    shutil.rmtree(own_folder())  # and the machine is lost
    with Journal(actors.folder) as journal:
        gatherer = Gatherer(actors.folder, journal)
        gatherer.gather(None)
        assert gatherer.kinds["Answer"] == 12


def test_an_actor_that_cannot_write_under_its_address_makes_no_call(
    workbench: Workbench, tmp_path: Path, request: pytest.FixtureRequest
):
    move_to_machine("one", request)
    shared = tmp_path / "shared"
    actors = Actors(workbench, workbench.plan(instructions=3), tmp_path, shards=shared.as_uri())
    session = place_of(actors.folder).session
    (shared / actors.folder.name / session / "writers").write_text("in the way")
    request.getfixturevalue("monkeypatch").setattr("glan_core.runs.shard_addresses._PAUSES_SECONDS", ())
    assert asyncio.run(actors.work("a", actors.parts)) == [False] * 3
    (said,) = actors.desk.look("stop").said
    assert said.error is not None
    assert said.error[0] == "DiskError"
    assert not workbench.server.requests


@pytest.mark.parametrize("kind", EVERYWHERE)
def test_who_has_other_things_to_do_waits_for_the_next_shard_only_where_it_has_to(
    kind: str, request: pytest.FixtureRequest
):
    folder = run_folder(kind, request)

    async def run() -> list[bool]:
        sealing, journal = _sealing(folder)
        await sealing.begin()
        journal.append(failure(1))
        waiting = asyncio.create_task(sealing.make_safe(is_last=False))
        await asyncio.sleep(0)
        was_safe = waiting.done()
        await sealing.end()
        assert await waiting
        assert read_writer(place_of(folder), "s-0001", first=1, last=None) == [failure(1)]
        return [was_safe, has_shards(folder)]

    assert asyncio.run(run()) == [kind == "folder", True]


def test_what_could_not_be_sealed_is_sealed_the_next_time(request: pytest.FixtureRequest):
    folder = run_folder("file", request)

    async def run() -> list[Failure]:
        sealing, journal = _sealing(folder)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("glan_core.engines.ray_sealing.seal", _refuse)
            journal.append(failure(1))
            with pytest.raises(DiskError):
                await sealing.seal()
        waiting = asyncio.create_task(sealing.make_safe(is_last=False))
        journal.append(failure(2))
        await asyncio.sleep(0)
        await sealing.seal()
        assert await waiting
        return read_writer(place_of(folder), "s-0001", first=1, last=None)  # type: ignore[return-value]

    assert asyncio.run(run()) == [failure(1), failure(2)]
    end_writer(place_of(folder), "s-0001")


def test_who_waits_in_vain_is_told(request: pytest.FixtureRequest):
    folder = run_folder("file", request)

    async def run() -> bool:
        sealing, journal = _sealing(folder)
        journal.append(failure(1))
        waiting = asyncio.create_task(sealing.make_safe(is_last=False))
        await asyncio.sleep(0)
        sealing.give_up()
        return await waiting

    assert not asyncio.run(run())


def _sealing(folder: Path) -> tuple[Sealing, ShardJournal]:
    place = place_of(folder)
    journal = ShardJournal(place, "s-0001")
    return Sealing(place, journal, writer="s-0001"), journal


def _refuse(place: object, closed: Path) -> None:
    raise DiskError(f"{closed} cannot be written: no space left.", "Free space.")
