"""`generate` does what its options say, and stops where they say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from glan_core.store.database import open_database
from tests.model_server import MODEL, ModelServer, Reply, default_text, stage_of
from tests.newest_questions import keep_questions
from tests.terminal import Terminal, complaint, count


def generate(terminal: Terminal, *arguments: str | Path, instructions: int | None = None) -> dict[str, Any]:
    """Run a command that succeeds or is stopped, and give its data."""
    number = () if instructions is None else ("--instructions", str(instructions))
    ran = terminal.run("generate", *arguments, *number, "--json")
    assert ran.code in (0, 1), ran.err
    return ran.data


def stages_sent(server: ModelServer) -> set[str]:
    """Give the stages that the server was asked for."""
    return {request.stage for request in server.requests}


# Growing ------------------------------------------------------------------------------------------------------------


def test_a_discipline_that_was_a_name_gets_subjects_syllabi_and_pairs(terminal_with_model: Terminal):
    ran = terminal_with_model.run("generate", "--grow", "Industry/Beekeeping", "--instructions", "2")
    assert ran.code == 0, ran.err
    for name in ("field 'Industry'", "sub-field 'Beekeeping'", "discipline 'Beekeeping'"):
        assert f"Added the {name}.\n" in ran.err
    made = count(terminal_with_model.database)
    assert (made["fields"], made["disciplines"], made["answers"]) == (3, 4, 2)


def test_growing_one_node_leaves_every_other_row_as_it_was(terminal_with_model: Terminal, model_server: ModelServer):
    generate(terminal_with_model, "--scope", "Optics", instructions=3)
    before, sent = terminal_with_model.rows(), len(model_server.requests)
    generate(terminal_with_model, "--grow", "Industry/Beekeeping", instructions=2)
    after = terminal_with_model.rows()
    for table in before.keys() - {"journal"}:
        assert set(before[table]) <= set(after[table]), table
    for request in model_server.requests[sent:]:
        assert "Optics" not in str(request.body)


def test_growing_the_same_path_again_adds_nothing_and_sends_nothing(
    terminal_with_model: Terminal, model_server: ModelServer
):
    first = generate(terminal_with_model, "--grow", "Industry/Beekeeping", instructions=3)
    before, sent = terminal_with_model.rows(), len(model_server.requests)
    second = generate(terminal_with_model, "--grow", "industry/beekeeping", instructions=3)
    after = terminal_with_model.rows()
    assert (first["answers"], second["answers"], second["calls"]) == (3, 0, 0)
    assert len(model_server.requests) == sent
    assert {table: rows for table, rows in after.items() if table not in ("run", "journal")} == {
        table: rows for table, rows in before.items() if table not in ("run", "journal")
    }


def test_a_discipline_that_is_there_grows_without_a_new_node(terminal_with_model: Terminal):
    before = count(terminal_with_model.database)
    ran = terminal_with_model.run("generate", "--grow", "Natural Science/Chemistry", "--instructions", "1")
    after = count(terminal_with_model.database)
    assert (ran.code, "Added" in ran.err) == (0, False)
    assert (after["disciplines"], after["answers"]) == (before["disciplines"], 1)


# Limits -------------------------------------------------------------------------------------------------------------


def test_no_more_pairs_are_made_than_allowed(terminal_with_model: Terminal):
    data = generate(terminal_with_model, "--scope", "Optics", "--max-pairs", "3", instructions=9)
    assert (data["state"], data["instructions"], data["answers"]) == ("stopped", 3, 3)
    assert "limit of 3 pairs" in data["message"]


def test_a_run_with_a_limit_of_pairs_goes_on_for_as_many_more(terminal_with_model: Terminal):
    for _ in range(2):
        generate(terminal_with_model, "--scope", "Optics", "--max-pairs", "3", instructions=9)
    assert count(terminal_with_model.database)["answers"] == 6


def test_a_budget_for_a_model_of_unknown_price_is_refused_with_the_way_out(
    terminal_with_model: Terminal, model_server: ModelServer
):
    error, hint = complaint(terminal_with_model.run("generate", "--scope", "Optics", "--budget", "1"))
    assert f"price of '{MODEL}' is not known" in error
    assert f"--price {MODEL}=" in hint
    assert model_server.requests == ()


def test_a_budget_is_not_overspent(terminal_with_model: Terminal, model_server: ModelServer):
    # A dollar a token each way, so the dollars are the tokens that the server counts.
    price = ("--price", f"{MODEL}=1000000/1000000", "--concurrency", "2")
    data = generate(terminal_with_model, "--scope", "Optics", *price, "--budget", "6000", instructions=60)
    tokens = sum(
        sum(len(message.content.split()) for message in request.messages) + len(default_text(request.body).split())
        for request in model_server.requests
    )
    assert data["state"] == "stopped"
    assert "budget of $6000 would not hold another call" in data["message"]
    assert 3000 < tokens == data["cost"] <= 6000


def test_a_limit_of_tokens_is_kept(terminal_with_model: Terminal):
    data = generate(
        terminal_with_model, "--scope", "Optics", "--max-tokens", "6000", "--concurrency", "2", instructions=60
    )
    assert "limit of 6,000 tokens would not hold another call" in data["message"]
    assert 3000 < sum(data["tokens"].values()) <= 6000


def test_a_limit_of_time_is_kept(terminal_with_model: Terminal, model_server: ModelServer):
    model_server.script = lambda request: Reply(default_text(request), delay_seconds=0.05)
    options = ("--max-minutes", "0.02", "--concurrency", "1")
    data = generate(terminal_with_model, "--scope", "Optics", *options, instructions=500)
    assert data["state"] == "stopped"
    assert "time limit" in data["message"]
    assert 1 <= data["calls"] < 100


@pytest.mark.parametrize("option", ["--budget", "--max-tokens", "--max-minutes", "--max-pairs"])
def test_a_limit_of_nothing_is_refused(terminal_with_model: Terminal, option: str):
    price = ("--price", f"{MODEL}=1/1")
    error, _ = complaint(terminal_with_model.run("generate", "--scope", "Optics", option, "0", *price))
    assert "lets nothing be made" in error


# Dealing ------------------------------------------------------------------------------------------------------------


def subjects_asked(terminal: Terminal, run_id: str) -> dict[str, int]:
    """Count the questions of a run by the subject that their syllabus belongs to."""
    counted: dict[str, int] = {}
    for line in terminal.journal(run_id):
        if line["kind"] == "Instruction":
            counted[line["value"]["syllabus_id"]] = counted.get(line["value"]["syllabus_id"], 0) + 1
    return counted


def test_quotas_are_met(terminal_with_model: Terminal):
    generate(terminal_with_model, "--grow", "Chemistry", instructions=2)
    data = generate(terminal_with_model, "--quota", "Optics=5", "--quota", "Chemistry=2", "--seed", "1")
    assert data["answers"] == 7
    assert max(subjects_asked(terminal_with_model, data["run_id"]).values()) == 5


def test_a_quota_that_cannot_be_met_is_told_and_is_no_success(terminal_with_model: Terminal):
    ran = terminal_with_model.run("generate", "--quota", "Optics=3", "--quota", "Chemistry=2", "--json")
    assert (ran.code, ran.data["answers"]) == (1, 3)
    assert "Not possible: 2 instructions: no syllabus below their nodes" in ran.err
    planned = terminal_with_model.run("plan", "--quota", "Optics=3", "--quota", "Chemistry=2")
    assert "not possible  2 instructions: no syllabus" in planned.out


def test_a_plan_tells_which_nodes_it_would_add(terminal_with_model: Terminal):
    ran = terminal_with_model.run("plan", "--grow", "Industry/Beekeeping", "--instructions", "2")
    assert "adds          the field 'Industry', the sub-field 'Beekeeping', the discipline 'Beekeeping'" in ran.out


def test_weights_are_proportions(terminal_with_model: Terminal):
    generate(terminal_with_model, "--grow", "Chemistry", instructions=2)
    weights = ("--weight", "Optics=3", "--weight", "Chemistry=1", "--seed", "1")
    data = generate(terminal_with_model, *weights, instructions=8)
    assert max(subjects_asked(terminal_with_model, data["run_id"]).values()) == 6


def test_unused_key_concepts_are_filled(terminal_with_model: Terminal):
    generate(terminal_with_model, "--scope", "Optics", instructions=2)
    generate(terminal_with_model, "--scope", "Optics", "--gaps", "unused", instructions=15)
    error, _ = complaint(terminal_with_model.run("plan", "--scope", "Optics", "--gaps", "unused"))
    assert "no gaps to fill" in error


def test_gaps_of_a_file_are_filled(terminal_with_model: Terminal, small: Any):
    (concept,) = small.nodes.key_concept_ids("telescope")
    gaps = terminal_with_model.folder / "gaps.jsonl"
    gaps.write_text(json.dumps({"node_id": concept, "instructions": 3}) + "\n")
    data = generate(terminal_with_model, "--gaps", gaps)
    drawn = [line["value"] for line in terminal_with_model.journal(data["run_id"]) if line["kind"] == "Instruction"]
    assert len(drawn) == 3
    assert all(concept in instruction["key_concept_ids"] for instruction in drawn)


# Models, language, templates ----------------------------------------------------------------------------------------


def test_a_stage_can_have_a_model_of_its_own(terminal_with_model: Terminal, model_server: ModelServer):
    generate(terminal_with_model, "--scope", "Optics", "--stage-model", "answers=faster", instructions=1)
    models = {request.stage: request.body["model"] for request in model_server.requests}
    assert models == {"instructions": MODEL, "answers": "faster"}


def test_the_language_reaches_every_prompt(terminal_with_model: Terminal, model_server: ModelServer):
    generate(terminal_with_model, "--scope", "Optics", "--language", "Korean", instructions=1)
    assert stages_sent(model_server) == {"instructions", "answers"}
    assert all("Korean" in str(request.messages) for request in model_server.requests)


def test_the_language_may_come_from_the_environment(terminal_with_model: Terminal, model_server: ModelServer):
    terminal_with_model.environment["GLAN_LANGUAGE"] = "ko"
    generate(terminal_with_model, "--scope", "Optics", instructions=1)
    assert all("Korean" in str(request.messages) for request in model_server.requests)


def test_a_template_of_ones_own_takes_the_place_of_the_shipped_one(
    terminal_with_model: Terminal, model_server: ModelServer
):
    folder = terminal_with_model.folder / "templates"
    folder.mkdir()
    shipped = (Path(__file__).parents[2] / "glan_core" / "prompts" / "answers.jinja").read_text(encoding="utf-8")
    (folder / "answers.jinja").write_text(shipped.replace("{{ instruction }}", "{{ instruction }} Answer as a pirate."))
    generate(terminal_with_model, "--scope", "Optics", "--templates", folder, instructions=1)
    said = {stage_of(request.body): "as a pirate" in str(request.messages) for request in model_server.requests}
    assert said == {"instructions": False, "answers": True}


def test_progress_in_a_log_is_plain_lines(terminal_with_model: Terminal):
    ran = terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "2")
    assert "\x1b" not in ran.err
    assert all(re.match(r"(running|finished): \d+ instructions, ", line) for line in ran.err.splitlines())


def test_what_is_held_gets_no_pairs_and_is_told(terminal_with_model: Terminal):
    with open_database(terminal_with_model.database) as opened:
        keep_questions(opened.cursor(), "Optics", new=1, repeated=99)
    stages = "syllabus,class_details,instructions"
    told = ("--scope", "Physics", "--stages", stages, "--deal", "novelty", "--hold-saturated", "--instructions", "3")
    ran = terminal_with_model.run("generate", *told)
    assert ran.code == 0, ran.err
    assert "1 of 2 subjects is held, as more adds nearly nothing new: Optics" in ran.err
    with open_database(terminal_with_model.database) as opened:
        made = opened.cursor().execute(
            """
            select subject.name, count(*)
            from instruction
            join syllabus on syllabus.syllabus_id = instruction.syllabus_id
            join subject on subject.subject_id = syllabus.subject_id
            where instruction.run_id <> 'made'
            group by subject.name
            """
        )
        assert made.fetchall() == [("Mechanics", 3)]
