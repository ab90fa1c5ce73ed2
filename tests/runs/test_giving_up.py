"""Tests of glan_core.runs.giving_up: does a run stop waiting for a service, and say so?"""

import pytest

from glan_core.errors import StoreError
from glan_core.runs.batch_parts import Out, Part, PartLog, calls_out, now
from glan_core.runs.giving_up import give_up_awaited
from glan_core.runs.journal import Journal
from glan_core.runs.run_folder import find_status
from tests.workbench import Workbench


def test_a_run_whose_parts_are_given_up_says_so_in_the_database_and_in_its_folder(workbench: Workbench) -> None:
    plan = workbench.plan(instructions=2)
    workbench.execute(plan)
    folder = workbench.folder(plan)
    log = PartLog(folder)
    log.change(log.add(Part(1, now(), "a-model", 3, 0, 0, None, now(), "http://x/v1")), state="ordered")
    assert give_up_awaited(workbench.database, folder) == Out(1, 3)
    status = find_status(folder)
    assert status is not None
    told = "3 calls in 1 part were given up. Go on with the run to ask for them again."
    assert (workbench.run(plan).message, status.message) == (told, told)
    assert calls_out(folder) == Out(0, 0)


def test_a_run_that_waits_for_nothing_keeps_its_message(workbench: Workbench) -> None:
    plan = workbench.plan(instructions=2)
    workbench.execute(plan)
    assert give_up_awaited(workbench.database, workbench.folder(plan)) == Out(0, 0)
    assert workbench.run(plan).message == ""


def test_parts_of_a_run_at_work_are_not_given_up(workbench: Workbench) -> None:
    folder = workbench.runs_folder / "run"
    with Journal(folder):
        log = PartLog(folder)
        log.change(log.add(Part(1, now(), "a-model", 3, 0, 0, None, now(), "http://x/v1")), state="ordered")
        with pytest.raises(StoreError, match="being worked on"):
            give_up_awaited(workbench.database, folder)
    assert calls_out(folder) == Out(1, 3)
