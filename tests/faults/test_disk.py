"""A disk that fills up stops the run with its reason; what was made is safe, and the run goes on later."""

import dataclasses
import subprocess
import sys

from glan_core.entities import QualityFlag, RunState
from glan_core.runs.journal import Journal, write_plan
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from tests.workbench import Workbench, belongs


def test_a_full_disk_stops_the_run_and_loses_nothing(workbench: Workbench):
    plan = workbench.plan(instructions=12)
    folder = workbench.folder(plan)
    write_plan(folder, plan.to_data())
    workbench.database.close()
    # The limit is one of the size of a file, so the journal is made the longest file first: it meets the limit alone.
    with Journal(folder) as journal:
        flag = QualityFlag(plan.items[0].instruction_id, "truncated", "x" * 1000)
        for _ in range(16):
            journal.append(*[flag] * 1000)
    limit = (folder / "journal.jsonl").stat().st_size + 30_000
    arguments = (workbench.database.path, folder, workbench.server.base_url, "--file-limit", limit)
    printed = subprocess.run(
        [sys.executable, "-m", "tests.run_a_plan", *map(str, arguments)],
        cwd=PROJECT_FOLDER,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    assert printed.startswith("DiskError ")
    assert "cannot be written: file too large" in printed
    made = workbench.made(plan)
    assert 0 < len(made) < 24

    with open_database(workbench.database.path) as database:
        resumed = dataclasses.replace(workbench, database=database, cursor=database.cursor())
        stopped = resumed.run(plan)
        assert stopped.state is RunState.STOPPED
        assert "cannot be written" in stopped.message
        assert resumed.execute(plan).state is RunState.FINISHED
        assert len(resumed.pairs()) == 12
        assert all(belongs(pair) for pair in resumed.pairs())
        assert set(made) <= set(resumed.made(plan))
