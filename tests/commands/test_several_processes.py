"""Commands get on with each other, and with an app that has the database open all day."""

from collections.abc import Callable

from glan_core.engines.background import Background
from glan_core.store.database import open_database
from tests.model_server import ModelServer
from tests.terminal import Held, Started, Terminal, complaint, count, held_by_another

SMALL = ("generate", "--scope", "Optics", "--instructions", "40", "--concurrency", "4", "--json")


def drawn(terminal: Terminal, run_id: str) -> set[tuple[str, ...]]:
    """Give the combinations that a run has drawn."""
    return {
        tuple(sorted(line["value"]["key_concept_ids"]))
        for line in terminal.journal(run_id)
        if line["kind"] == "Instruction"
    }


def test_two_runs_at_once_share_no_combination_and_both_are_in_the_database(
    terminal_with_model: Terminal, start: Callable[..., Started]
):
    ended = [started.end() for started in [start(*SMALL, "--seed", seed) for seed in ("1", "2", "3")]]
    assert [(ran.code, ran.data["answers"]) for ran in ended] == [(0, 40)] * 3
    combinations = [drawn(terminal_with_model, ran.data["run_id"]) for ran in ended]
    assert [len(each) for each in combinations] == [40] * 3
    assert len(set.union(*combinations)) == 120
    assert count(terminal_with_model.database)["answers"] == 120
    assert not [path for path in terminal_with_model.folder.iterdir() if "copy" in path.name]


def test_the_same_command_is_refused_while_it_is_at_work(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    held = Held(model_server, after=5, concurrency=4)
    started = start(*SMALL)
    held.wait()
    error, hint = complaint(terminal_with_model.run(*SMALL))
    assert "is being worked on already" in error
    assert "runs show" in hint
    held.release()
    assert started.end().data["answers"] == 40


def test_a_run_that_shares_questions_with_one_at_work_is_refused(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    held = Held(model_server, after=5, concurrency=4)
    started = start(*SMALL)
    held.wait()
    error, hint = complaint(terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "3"))
    assert "some of the same questions" in error
    assert "another seed" in hint
    planned = terminal_with_model.run("plan", "--scope", "Optics", "--instructions", "3", "--json")
    assert planned.code == 0
    assert "some of the same questions" in planned.err
    held.release()
    assert started.end().code == 0


def test_nobody_draws_below_a_node_that_grows(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    terminal_with_model.run("generate", "--grow", "Chemistry", "--instructions", "2")
    held = Held(model_server, after=len(model_server.requests) + 3, concurrency=2)
    started = start("generate", "--grow", "Chemistry", "--instructions", "30", "--concurrency", "2", "--json")
    held.wait()
    error, _ = complaint(terminal_with_model.run("generate", "--scope", "Chemistry", "--seed", "2"))
    assert "at work on a node that grows" in error
    held.release()
    assert started.end().code == 0


def test_plan_generate_and_list_work_while_another_process_has_the_database(
    terminal_with_model: Terminal, model_server: ModelServer
):
    terminal = terminal_with_model
    command = ("generate", "--scope", "Optics", "--instructions", "5", "--json")
    with held_by_another(terminal.database):
        planned = terminal.run("plan", *command[1:])
        assert (planned.code, sum(planned.data["calls"].values())) == (0, 10)
        made = terminal.run(*command)
        assert (made.code, made.data["answers"]) == (0, 5)
        assert "the app takes it in by itself" in made.err
        assert terminal.run("runs", "list", "--json").data["runs"][0]["state"] == "finished"
        again = terminal.run(*command)
        assert (again.code, again.data["calls"]) == (0, 0)
        assert [path.name for path in terminal.folder.iterdir() if "copy" in path.name] == []
    assert count(terminal.database)["answers"] == 0
    assert terminal.run("ingest").code == 0
    assert count(terminal.database)["answers"] == 5
    assert len(model_server.requests) == 10


def test_an_app_takes_in_what_a_command_has_made(
    terminal_with_model: Terminal, start: Callable[..., Started], model_server: ModelServer
):
    with open_database(terminal_with_model.database) as database:
        ended = start("generate", "--scope", "Optics", "--instructions", "5", "--json").end()
        assert (ended.code, ended.data["answers"]) == (0, 5)
        taken = Background(database, terminal_with_model.runs).take_in_news()
        assert taken is not None
        assert taken.runs == 1
    assert count(terminal_with_model.database)["answers"] == 5


def test_a_new_node_is_not_added_while_another_process_has_the_database(terminal_with_model: Terminal):
    with held_by_another(terminal_with_model.database):
        error, hint = complaint(terminal_with_model.run("generate", "--grow", "Industry/Beekeeping"))
        assert "cannot be added while another process has" in error
        assert "Close the app" in hint
        assert terminal_with_model.run("plan", "--grow", "Industry/Beekeeping").code == 0
