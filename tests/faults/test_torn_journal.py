"""A journal whose last line was cut anywhere, as by a kill in the middle of a write, is gone on with all the same."""

import asyncio
import shutil
from pathlib import Path

from glan_core.generation_settings import GenerationSettings
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.runs.costs import Costs
from glan_core.runs.journal import Journal
from glan_core.runs.ledger import Ledger
from glan_core.runs.pipeline import Pipeline
from glan_core.runs.recording import RecordingModel
from glan_core.store.database import open_database
from glan_core.store.instructions import list_instructions
from tests.scripted_model import AnsweringModel
from tests.small_curriculum import small_curriculum


def test_a_run_goes_on_wherever_the_last_line_was_cut(small_file: Path, tmp_path: Path, settings: GenerationSettings):
    database = Path(shutil.copy(small_file, tmp_path / "small.duckdb"))
    optics = small_curriculum().optics.subject_id
    request = PlanRequest((optics,), 1, seed=1, settings=settings, stages=("instructions",))
    with open_database(database) as opened:
        plan = make_plan(opened.cursor(), request)
    folder = tmp_path / "run"
    assert _work_off(plan, Path(shutil.copy(small_file, tmp_path / "whole.duckdb")), folder) == 1
    whole = (folder / "journal.jsonl").read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    assert b'"kind":"Instruction"' in whole[start:]
    for end in range(start, len(whole)):
        (folder / "journal.jsonl").write_bytes(whole[:end])
        copy = Path(shutil.copy(small_file, tmp_path / "cut.duckdb"))
        assert _work_off(plan, copy, folder) == 0, (
            f"cut at byte {end - start}: the reply was there and was asked for again"
        )
        assert (folder / "journal.jsonl").read_bytes() == whole


def _work_off(plan: Plan, database: Path, folder: Path) -> int:
    """Give the number of calls that it took; afterwards the one instruction of the plan is there."""
    model = AnsweringModel()

    async def run() -> None:
        with open_database(database) as opened, Journal(folder) as journal:
            ledger = Ledger(opened, journal, run_id=plan.run_id)
            recording = RecordingModel(
                model,
                run_id=plan.run_id,
                find=ledger.find_call,
                record=ledger.record,
                cost=Costs(plan.request.settings, base_url="").of,
            )
            cursor = opened.cursor()
            for work in Pipeline(plan, cursor=cursor, model=recording, ledger=ledger).first_work():
                await work.do()
            await ledger.flush()
            assert len(list_instructions(cursor, [plan.items[0].instruction_id])) == 1
            ledger.close()

    asyncio.run(run())
    return len(model.requests)
