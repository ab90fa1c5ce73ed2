"""`ingest` makes a database from journals, the same as the one that was lost."""

import json
import random

from glan_core.starter import insert_curriculum
from glan_core.store.database import open_database
from tests.model_server import MODEL, ModelServer, Reply, default_text, fail_every, stage_of
from tests.small_curriculum import small_curriculum
from tests.terminal import Terminal


def test_a_lost_database_comes_back_whole(terminal_with_model: Terminal, model_server: ModelServer):
    terminal = terminal_with_model
    terminal.database.unlink()
    terminal.run("init")
    model_server.script = fail_every(7, reply=Reply("no", status=400))
    for seed in ("1", "2"):
        terminal.run("generate", "--scope", "Physics", "--instructions", "8", "--seed", seed)
    model_server.script = lambda request: (
        Reply(default_text(request), finish_reason="length") if stage_of(request) == "answers" else None
    )
    terminal.run("generate", "--grow", "Industry/Beekeeping", "--instructions", "3")
    model_server.script = lambda request: None
    terminal.run("generate", "--grow", "Industry/Weaving", "--instructions", "3")
    terminal.run("judge", "--n", "2")
    terminal.run("judge", "--n", "2", "--judge-model", MODEL, "--against-model", "another")
    before = terminal.rows()
    # What no run makes.
    kept = {
        *("embedding", "embedded_instruction", "encoder", "encoder_choice", "encoder_recall", "neighbourhood"),
        *("projection", "projected_point", "saved_view", "saved_query", "tag"),
        *("edit", "endpoint", "endpoint_choice", "saved_preset"),
        "export",
        *("evaluation", "corpus", "corpus_row", "corpus_bad_line"),
        *("corpus_place", "corpus_placing", "corpus_point"),
        *("lifted_flag", "quality_check", "duplicate", "benchmark", "benchmark_item"),
        *("contamination", "contamination_curve", "gate_set"),
        *("review", "edited_text", "branch_hold", "kept_duplicate"),
        *("counted_up_to", "counted_question", "drawn_key_concept"),  # worked out where there is much to count
        "regeneration",  # made by runs that write rejected pairs anew: runs/test_regenerating.py
    }
    assert {table for table, rows in before.items() if not rows and table not in kept} == set()

    sent = len(model_server.requests)
    terminal.database.unlink()
    terminal.run("init")
    ingested = terminal.run("ingest", "--json")
    assert (ingested.code, ingested.data["runs"], ingested.data["unreadable"]) == (0, 6, [])
    assert terminal.rows() == before
    assert len(model_server.requests) == sent


def test_taking_in_twice_changes_nothing(terminal_with_model: Terminal):
    terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "2")
    before = terminal_with_model.rows()
    for _ in range(2):
        assert terminal_with_model.run("ingest", "--json").data == {"runs": 0, "rows": 0, "unreadable": []}
    assert terminal_with_model.rows() == before


def test_a_journal_in_another_order_of_rows_makes_the_same_database(terminal_with_model: Terminal):
    terminal = terminal_with_model
    run_id = terminal.run("generate", "--grow", "Chemistry", "--instructions", "4", "--json").data["run_id"]
    before = terminal.rows()
    lines = terminal.journal(run_id)
    shared = [line for line in lines if line["kind"] == "SharedText"]
    others = [line for line in lines if line["kind"] not in ("SharedText", "EndpointModel", "ModelCall")]
    # Two outcomes of one call are told apart by their order; everything else may come in any.
    calls = [line for line in lines if line["kind"] in ("EndpointModel", "ModelCall")]
    random.Random(7).shuffle(others)
    path = terminal.runs / run_id / "journal.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in [*others, *shared, *calls]), encoding="utf-8")
    _start_again(terminal)
    assert terminal.run("ingest").code == 0
    after = terminal.rows()
    assert {**after, "journal": []} == {**before, "journal": []}


def test_a_run_that_cannot_be_read_is_told_and_the_others_are_taken_in(terminal_with_model: Terminal):
    terminal = terminal_with_model
    broken, whole = (
        terminal.run("generate", "--scope", "Optics", "--instructions", "2", "--seed", seed, "--json").data["run_id"]
        for seed in ("1", "2")
    )
    (terminal.runs / broken / "plan.json").write_text("?")
    _start_again(terminal)
    ingested = terminal.run("ingest", "--json")
    (sentence,) = ingested.data["unreadable"]
    assert (ingested.code, ingested.data["runs"]) == (1, 1)
    assert broken in sentence
    assert [row for row in terminal.rows()["run"] if whole in row]


def test_a_command_that_plans_says_which_run_could_not_be_taken_in(terminal_with_model: Terminal):
    terminal = terminal_with_model
    run_id = terminal.run("generate", "--scope", "Optics", "--instructions", "1", "--json").data["run_id"]
    with (terminal.runs / run_id / "journal.jsonl").open("a") as lines:
        lines.write("garbage\n")
    for command in (("plan", "--scope", "Optics", "--seed", "2"), ("runs", "retry", run_id)):
        ran = terminal.run(*command)
        assert ran.code == 0
        assert "A run could not be taken in: Line" in ran.err
        assert "the rest can be read" in ran.err


def _start_again(terminal: Terminal) -> None:
    """Put the small curriculum, which the database began with, in the place of what it is now."""
    terminal.database.unlink()
    with open_database(terminal.database, create=True) as database:
        insert_curriculum(database.cursor(), small_curriculum().curriculum)
