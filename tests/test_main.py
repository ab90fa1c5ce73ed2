"""The commands do what a person types, with the model server as their endpoint."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from glan_core.__main__ import COMMANDS, app_with
from glan_core.settings import PROJECT_FOLDER, runs_folder
from glan_core.starter import read_curriculum
from glan_core.store.database import open_database
from tests.model_server import API_KEY, MODEL, ModelServer, Reply, fail_every
from tests.terminal import Held, Ran, Started, Terminal, complaint, count, folder_with, held_by_another

ALL_STAGES = "subjects,syllabus,class_details,instructions,answers"


# starting ------------------------------------------------------------------------------------------------------------


def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with():
    ready = vars(typer.main.get_command(app_with(COMMANDS)))["commands"]
    assert ready.keys() == COMMANDS.keys()
    assert {name: told.help.partition("\n")[0] for name, told in ready.items()} == {
        name: purpose for name, (_, purpose) in COMMANDS.items()
    }


@pytest.mark.parametrize(
    ("command", "not_needed"),
    [("--help", "duckdb numpy pandas pyarrow aiohttp"), ("runs list", "pandas aiohttp json_repair openai")],
)
def test_a_command_starts_without_libraries_that_it_does_not_need(tmp_path: Path, command: str, not_needed: str):
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "glan_core", *command.split()],
        cwd=PROJECT_FOLDER,
        env=Terminal(tmp_path).environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}
    assert "typer" in loaded
    assert loaded.isdisjoint(not_needed.split())


# init ---------------------------------------------------------------------------------------------------------------


def test_init_makes_a_database_with_the_starter_curriculum_and_the_demo_pairs(tmp_path: Path):
    terminal = Terminal(tmp_path / "new" / "folder")
    ran = terminal.run("init", "--json")
    curriculum = read_curriculum()
    assert ran.code == 0
    assert ran.data["fields"] == 8
    assert ran.data["subjects"] == len(curriculum.subjects)
    assert ran.data["key_concepts"] == len(curriculum.key_concepts)
    assert ran.data["demo_answers"] == ran.data["answers"] > 0
    assert count(terminal.database) == {name: ran.data[name] for name in count(terminal.database)}


def test_the_demo_pairs_can_be_left_out_put_in_and_taken_out(tmp_path: Path):
    terminal = Terminal(tmp_path)
    made = terminal.run("init", "--without-demo", "--json").data
    assert (made["disciplines"], made["answers"]) == (126, 0)
    added = terminal.run("demo", "add", "--json").data["demo_pairs"]
    assert added == count(terminal.database)["answers"] > 0
    assert terminal.run("demo", "remove").out == f"{terminal.database} has no demo pairs.\n"
    assert count(terminal.database)["answers"] == 0
    assert terminal.run("demo", "add").out == f"{terminal.database} has {added:,} demo pairs.\n"


def test_the_demo_pairs_do_not_fit_a_database_without_their_syllabi(tmp_path: Path):
    terminal = Terminal(tmp_path)
    terminal.run("init", "--empty")
    error, hint = complaint(terminal.run("demo", "add"))
    assert "made of syllabi that this database does not hold" in error
    assert "--without-demo" in hint
    assert not any(count(terminal.database).values())


def test_an_empty_database_holds_nothing(tmp_path: Path):
    other = tmp_path / "other.duckdb"
    ran = Terminal(tmp_path).run("init", "--empty", "--database", other)
    assert (ran.code, ran.out) == (0, f"Made {other} with 0 disciplines and 0 demo pairs.\n")
    assert list(tmp_path.iterdir()) == [other]
    assert not any(count(other).values())


def test_init_leaves_a_database_that_is_there_as_it_is(terminal: Terminal):
    before = terminal.database.read_bytes()
    error, _ = complaint(terminal.run("init"))
    assert f"{terminal.database} is there already" in error
    assert terminal.database.read_bytes() == before


# generate -----------------------------------------------------------------------------------------------------------


class Generated(NamedTuple):
    """A database in which three commands have made pairs."""

    terminal: Terminal
    first: Ran
    second: Ran
    requests_by_first: int
    requests_by_second: int
    grown: Ran


@pytest.fixture(scope="module")
def generated(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """20 pairs of Optics, the same command again, and 2 pairs of Chemistry, which has no subject before."""
    server = ModelServer()
    terminal = Terminal(folder_with(small_file, tmp_path_factory.mktemp("generated")), server.base_url)
    command = ("generate", "--scope", "Optics", "--instructions", "20", "--seed", "7", "--json")
    first = terminal.run_apart(*command)  # what a shell sees, and not what a test catches
    requests = len(server.requests)
    second = terminal.run(*command)
    repeated = len(server.requests) - requests
    grown = terminal.run("generate", "--scope", "Chemistry", "--instructions", "2", "--stages", ALL_STAGES)
    server.stop()
    return Generated(terminal, first, second, requests, repeated, grown)


def test_generate_makes_as_many_pairs_as_asked_for(generated: Generated):
    data = generated.first.data
    assert generated.first.code == 0
    assert (data["state"], data["instructions"], data["answers"], data["failed"]) == ("finished", 20, 20, 0)


def test_generate_counts_its_calls(generated: Generated):
    data = generated.first.data
    assert (data["calls"], data["calls_reused"]) == (40, 0)
    assert generated.requests_by_first == 40


def test_generate_names_the_model_and_the_endpoint(generated: Generated):
    data = generated.first.data
    assert (data["model"], data["endpoint"]) == (MODEL, generated.terminal.environment["OPENAI_BASE_URL"])


def test_the_same_command_sends_nothing_again(generated: Generated):
    data = generated.second.data
    assert generated.second.code == 0
    assert (data["calls"], data["calls_reused"]) == (0, 40)
    assert generated.requests_by_second == 0


def test_the_same_command_goes_on_with_the_same_run(generated: Generated):
    assert generated.second.data["run_id"] == generated.first.data["run_id"]


def test_json_is_one_line_on_standard_output_and_progress_is_not_among_it(generated: Generated):
    assert generated.first.out.count("\n") == 1
    assert "20 instructions, 20 answers, 0 failed, 40 calls" in generated.first.err


def test_a_bare_discipline_grows_before_it_is_asked_about(generated: Generated):
    assert generated.grown.code == 0
    made = r"\d+ subjects, \d+ syllab\w+, 2 instructions and 2 answers"
    assert re.fullmatch(rf"Run \w+ finished: {made} in \d+ s\.\n", generated.grown.out)


def test_every_run_has_its_journal_beside_the_database(generated: Generated):
    folders = {path.parent.name for path in runs_folder(generated.terminal.database).rglob("journal.jsonl")}
    assert len(folders) == 2
    assert generated.first.data["run_id"] in folders


def test_journals_can_be_kept_elsewhere(terminal_with_model: Terminal, tmp_path: Path):
    ran = terminal_with_model.run(
        "generate", "--scope", "Optics", "--instructions", "1", "--runs", tmp_path / "runs", "--json"
    )
    assert (tmp_path / "runs" / ran.data["run_id"] / "journal.jsonl").is_file()
    assert not runs_folder(terminal_with_model.database).exists()


# Items that fail, and the key ---------------------------------------------------------------------------------------


class Refused(NamedTuple):
    """A run of which every fifth call was refused with an error that quotes the key."""

    terminal: Terminal
    ran: Ran
    refusals: int


@pytest.fixture(scope="module")
def refused(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Refused:
    """Ten instructions of Optics, some of them refused."""
    server = ModelServer(fail_every(5, reply=Reply(f"Not with the key {API_KEY}.", status=400)))
    terminal = Terminal(folder_with(small_file, tmp_path_factory.mktemp("refused")), server.base_url)
    ran = terminal.run("generate", "--scope", "Optics", "--instructions", "10", "--json")
    server.stop()
    return Refused(terminal, ran, sum(reply.status == 400 for reply in server.replies))


def test_failed_items_are_counted_and_make_the_exit_code_one(refused: Refused):
    assert refused.ran.code == 1
    assert refused.ran.data["failed"] == refused.refusals > 0


def test_failed_items_take_no_other_along(refused: Refused):
    data = refused.ran.data
    assert data["state"] == "finished"
    assert data["answers"] == 10 - data["failed"] == count(refused.terminal.database)["answers"]


def test_the_key_is_in_nothing_that_a_command_says(refused: Refused, generated: Generated):
    for ran in (refused.ran, generated.first, generated.second, generated.grown):
        assert API_KEY not in ran.out + ran.err


def test_the_key_is_in_no_file(refused: Refused, generated: Generated):
    files = [path for folder in (refused.terminal.folder, generated.terminal.folder) for path in folder.rglob("*.*")]
    assert {"glan.duckdb", "plan.json", "journal.jsonl"} <= {path.name for path in files}
    assert [path for path in files if path.is_file() and API_KEY.encode() in path.read_bytes()] == []


def test_the_key_is_in_no_row(refused: Refused):
    # A database compresses its texts, so its file may hold what its bytes do not show.
    with open_database(refused.terminal.database) as opened:
        cursor = opened.cursor()
        tables = [name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()]
        rows = [str(row) for table in tables for row in cursor.execute(f"from {table}").fetchall()]
    assert any("Not with the key ***." in row for row in rows)
    assert not any(API_KEY in row for row in rows)


# Interrupts ---------------------------------------------------------------------------------------------------------


CONCURRENCY = 3
COMMAND = ("generate", "--scope", "Optics", "--instructions", "12", "--concurrency", str(CONCURRENCY), "--json")


def test_an_interrupted_command_ends_after_the_calls_under_way_and_goes_on_where_it_was(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    held = Held(model_server, after=7, concurrency=CONCURRENCY)
    started = start(*COMMAND)
    held.wait()
    started.signal(signal.SIGINT)
    started.wait_for("Stopping after the calls under way")
    held.release()
    stopped = started.end()
    assert (stopped.code, stopped.data["state"]) == (1, "stopped")
    assert "Traceback" not in stopped.err
    assert stopped.data["calls"] == len(model_server.requests) == 7 + CONCURRENCY

    finished = terminal_with_model.run(*COMMAND)
    assert (finished.code, finished.data["state"]) == (0, "finished")
    assert finished.data["calls"] == 24 - stopped.data["calls"]
    assert len({request.key for request in model_server.requests}) == len(model_server.requests) == 24
    assert count(terminal_with_model.database)["answers"] == 12


def test_a_second_interrupt_ends_at_once_and_loses_only_the_calls_under_way(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    held = Held(model_server, after=7, concurrency=CONCURRENCY)
    started = start(*COMMAND)
    held.wait()
    started.signal(signal.SIGINT)
    started.wait_for("Stopping after the calls under way")
    started.signal(signal.SIGINT)
    ended = started.end()
    answered = {request.key for request in model_server.requests[:7]}
    held.release()
    assert (ended.code, ended.out) == (130, "")
    assert "Traceback" not in ended.err

    before = len(model_server.requests)
    finished = terminal_with_model.run(*COMMAND)
    assert (finished.code, finished.data["state"]) == (0, "finished")
    assert answered.isdisjoint(request.key for request in model_server.requests[before:])
    assert count(terminal_with_model.database)["answers"] == 12


# What cannot be done ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence", "advice"),
    [
        (("generate", "--scope", "Optic"), "There is no node 'Optic'", "Did you mean 'Optics'?"),
        (
            ("generate", "--scope", "Agriculture"),
            "No subject in this scope has a syllabus",
            "--stages subjects,syllabus",
        ),
        (("generate", "--scope", "Optics", "--instructions", "many"), "--instructions", "--help"),
        (("generate",), "No scope was chosen", "--scope"),
        (("grow",), "No such command 'grow'", "--help"),
        (("export", "out.jsonl", "--filter", "[]"), "'[]' is not a filter", "run_ids"),
        (("export", "out.jsonl"), "No answered pair", "generate some first"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_a_hint(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str, advice: str
):
    error, hint = complaint(terminal.run(*arguments))
    assert sentence in error
    assert advice in hint


def test_no_command_at_all_shows_the_commands(terminal: Terminal):
    ran = terminal.run()
    assert "generate" in ran.out
    assert "error" not in ran.err


def test_a_database_that_is_not_there_is_named(terminal: Terminal):
    terminal.database.unlink()
    error, hint = complaint(terminal.run("generate", "--scope", "Optics"))
    assert f"There is no database at {terminal.database}" in error
    assert "init" in hint


def test_a_database_that_another_process_holds_is_named(terminal: Terminal):
    with held_by_another(terminal.database) as process_id:
        error, hint = complaint(terminal.run("export", "out.jsonl"))
    assert f"{terminal.database} is in use by another process (process {process_id})" in error
    assert "Close the app" in hint


@pytest.mark.parametrize("name", ["file/glan.duckdb", "file/folder/glan.duckdb"])
def test_a_database_cannot_be_made_where_nothing_can_be_written(tmp_path: Path, name: str):
    (tmp_path / "file").touch()
    error, _ = complaint(Terminal(tmp_path).run("init", "--database", tmp_path / name))
    assert f"{tmp_path / name} cannot be used" in error


def test_journals_cannot_be_kept_where_nothing_can_be_written(terminal: Terminal, tmp_path: Path):
    (tmp_path / "file").touch()
    error, _ = complaint(terminal.run("generate", "--scope", "Optics", "--runs", tmp_path / "file"))
    assert "cannot be written" in error


@pytest.mark.parametrize(
    ("reply", "sentence", "advice"),
    [
        (Reply(f"Incorrect key {API_KEY}", status=401), "refused the key", "OPENAI_API_KEY"),
        (Reply("no such model", status=404), f"knows no model '{MODEL}'", "GLAN_MODEL"),
    ],
    ids=["wrong key", "unknown model"],
)
def test_an_endpoint_that_cannot_be_used_ends_the_command(
    terminal_with_model: Terminal, model_server: ModelServer, reply: Reply, sentence: str, advice: str
):
    model_server.script = lambda request: reply
    error, hint = complaint(terminal_with_model.run("generate", "--scope", "Optics"))
    assert sentence in error
    assert advice in hint
    assert len(model_server.requests) <= 16  # those that were under way when the first was refused


def test_an_endpoint_that_is_not_there_ends_the_command(terminal_with_model: Terminal, model_server: ModelServer):
    model_server.stop()
    error, hint = complaint(terminal_with_model.run("generate", "--scope", "Optics"))
    assert f"{model_server.base_url} cannot be reached" in error
    assert "OPENAI_BASE_URL or --base-url" in hint


# export -------------------------------------------------------------------------------------------------------------


def disciplines_in(path: Path) -> list[str]:
    """Give the disciplines that the pairs of a chat file belong to."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted({json.loads(line)["metadata"]["discipline"] for line in lines})


def test_export_writes_every_pair(generated: Generated, tmp_path: Path):
    out = tmp_path / "pairs.jsonl"
    ran = generated.terminal.run("export", out)
    assert ran.code == 0
    assert ran.out == f"Wrote 22 pairs to {out} ({out.stat().st_size:,} bytes); none was left out.\n"
    assert disciplines_in(out) == ["Chemistry", "Physics"]


def test_export_can_be_narrowed_to_a_scope(generated: Generated, tmp_path: Path):
    out = tmp_path / "pairs.jsonl"
    ran = generated.terminal.run("export", out, "--scope", "Chemistry", "--json")
    assert (ran.code, ran.data["pairs"], ran.data["path"]) == (0, 2, str(out))
    assert disciplines_in(out) == ["Chemistry"]


def test_export_can_be_narrowed_by_a_filter(generated: Generated, tmp_path: Path):
    out = tmp_path / "pairs.jsonl"
    run_id = generated.first.data["run_id"]
    ran = generated.terminal.run("export", out, "--filter", json.dumps({"run_ids": [run_id]}), "--json")
    assert (ran.code, ran.data["pairs"], ran.data["filter"]) == (0, 20, {"run_ids": [run_id]})
    assert disciplines_in(out) == ["Physics"]


def test_a_scope_beside_a_filter_is_refused(generated: Generated, tmp_path: Path):
    filter_ = json.dumps({"run_ids": [generated.first.data["run_id"]]})
    error, _ = complaint(
        generated.terminal.run("export", tmp_path / "pairs.jsonl", "--scope", "Chemistry", "--filter", filter_)
    )
    assert "--filter and --view exclude --scope" in error
    assert list(tmp_path.iterdir()) == []


def test_export_takes_its_options(generated: Generated, tmp_path: Path):
    ran = generated.terminal.run(
        "export", tmp_path / "pairs", "--format", "parquet", "--gates", "none", "--no-lineage", "--json"
    )
    assert (ran.data["format"], ran.data["gates"], ran.data["has_lineage"]) == ("parquet", [], False)


# doctor -------------------------------------------------------------------------------------------------------------


@pytest.mark.model
def test_doctor_ends_with_one_when_something_is_broken(terminal: Terminal):
    ran = terminal.run("doctor", "--json")
    assert ran.code == 1
    assert [check["name"] for check in ran.data["checks"] if check["state"] == "broken"] == ["model in use"]
    assert API_KEY not in ran.out + ran.err


@pytest.mark.model
def test_doctor_ends_with_zero_when_all_is_well(terminal_with_model: Terminal):
    ran = terminal_with_model.run("doctor")
    assert ran.code == 0
    assert re.search(r"^ok +database: ", ran.out, re.MULTILINE)
    assert "broken" not in ran.out
