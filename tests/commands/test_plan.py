"""`plan` says what `generate` would do, and leaves everything as it was."""

import shutil

import pytest

from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from tests.model_server import ModelServer
from tests.newest_questions import keep_questions
from tests.terminal import Terminal, complaint


@pytest.mark.parametrize(
    "arguments",
    [("--scope", "Optics"), ("--grow", "Industry/Beekeeping"), ("--grow", "Chemistry")],
    ids=["scope", "new path", "discipline"],
)
def test_a_plan_leaves_no_trace(terminal: Terminal, arguments: tuple[str, ...]):
    before = terminal.rows()
    ran = terminal.run("plan", *arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.data["run_id"]
    assert terminal.rows() == before
    assert [path.name for path in terminal.folder.iterdir()] == ["glan.duckdb"]


def test_a_plan_sends_nothing(terminal_with_model: Terminal, model_server: ModelServer):
    terminal_with_model.run("plan", "--scope", "Optics")
    assert model_server.requests == ()


def test_a_plan_names_the_run_that_generate_makes(terminal_with_model: Terminal):
    planned = terminal_with_model.run("plan", "--scope", "Optics", "--instructions", "2", "--json").data
    made = terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "2", "--json").data
    assert planned["run_id"] == made["run_id"]
    assert sum(planned["calls"].values()) == made["calls"] == 4


def test_a_plan_counts_what_need_not_be_made_again(terminal_with_model: Terminal):
    terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "2")
    planned = terminal_with_model.run("plan", "--scope", "Optics", "--instructions", "3", "--json").data
    assert (planned["calls_reused"], sum(planned["calls"].values())) == (4, 2)


def test_a_plan_tells_what_would_be_added(terminal: Terminal):
    planned = terminal.run("plan", "--grow", "Industry/Beekeeping", "--json").data
    assert planned["added"] == ["Industry", "Beekeeping", "Beekeeping"]
    assert [growth["stage"] for growth in planned["growing"]] == ["subjects"]


def test_a_plan_in_words_names_instructions_calls_tokens_time_and_cost(terminal: Terminal):
    ran = terminal.run("plan", "--scope", "Optics", "--instructions", "7", "--price", "scripted-model=1/2")
    for words in (r"  instructions  7", "14 (7 instructions, 7 answers)", "of 1,818 used", "tokens", "time", "$"):
        assert words in ran.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--scope", "Optics", "--quota", "Optics=2"), "name the nodes themselves"),
        (("--quota", "Optics=2", "--weight", "Physics=1"), "exclude each other"),
        (("--quota", "Optics=2", "--deal", "novelty"), "exclude each other"),
        (("--scope", "Optics", "--deal", "fairly"), "cannot be dealt by 'fairly'"),
        (("--scope", "Optics", "--deal", "deficit"), "No node of this scope has a target that is not reached"),
        (("--scope", "Optics", "--gaps", "unused", "--hold-saturated"), "no node can be held"),
        (("--quota", "Optics=many"), "'many' is not a number"),
        (("--quota", "Optics=inf"), "'inf' is not a number"),
        (("--quota", "Optics=1.5"), "not a number of instructions"),
        (("--weight", "Optics"), "not of the form NAME=VALUE"),
        (("--gaps", "unused"), "needs a scope"),
        (("--gaps", "nowhere.jsonl"), "not a list of gaps"),
        (("--scope", "Optics", "--stage-model", "essays=m"), "no stage 'essays'"),
        (("--scope", "Optics", "--price", "other-model=1/2"), "No stage uses the model 'other-model'"),
        (("--scope", "Optics", "--price", "scripted-model=1"), "is not a price"),
        (("--scope", "Optics", "--language", "Elvish"), "Elvish"),
        (("--scope", "Optics", "--stages", "essays"), "no stage 'essays'"),
        (("--scope", "Optics", "--strategy-mix", "2"), "not a share"),
        (("--scope", "Optics", "--preset", "huge"), "no preset 'huge'"),
        (("--grow", "Beekeeping"), "no node 'Beekeeping'"),
        (("--grow", "Industry//Beekeeping"), "has an empty part"),
        (("--grow", "A/B/C/D"), "too deep"),
        (("--grow", "Natural Science/Phisics"), "there is Natural Science/Physical sciences/Physics"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_planned_is_said_in_a_sentence(terminal: Terminal, arguments: tuple[str, ...], sentence: str):
    error, _ = complaint(terminal.run("plan", *arguments))
    assert sentence in error


def test_a_gaps_file_without_a_gap_is_refused(terminal: Terminal):
    (terminal.folder / "gaps.jsonl").write_text("\n")
    error, _ = complaint(terminal.run("plan", "--gaps", terminal.folder / "gaps.jsonl"))
    assert "no gaps to fill" in error


def test_a_template_of_ones_own_that_cannot_be_used_is_refused(terminal: Terminal):
    folder = terminal.folder / "templates"
    folder.mkdir()
    shipped = (PROJECT_FOLDER / "glan_core" / "prompts" / "answers.jinja").read_text(encoding="utf-8")
    (folder / "answers.jinja").write_text(shipped.replace("{{ instruction }}", "{{ instruction }} {{ answr }}"))
    error, _ = complaint(terminal.run("plan", "--scope", "Optics", "--templates", folder))
    assert "answr" in error


def test_a_folder_of_templates_that_is_not_there_is_refused(terminal: Terminal):
    error, _ = complaint(terminal.run("plan", "--scope", "Optics", "--templates", terminal.folder / "nowhere"))
    assert "nowhere" in error


def test_without_a_folder_for_the_database_the_hint_is_init(terminal: Terminal):
    shutil.rmtree(terminal.folder)
    error, hint = complaint(terminal.run("plan", "--scope", "Optics"))
    assert f"There is no database at {terminal.database}" in error
    assert "init" in hint


def test_a_plan_tells_that_a_syllabus_is_to_be_written_anew(terminal_with_model: Terminal):
    planned = terminal_with_model.run("plan", "--scope", "Optics", "--instructions", "2", "--rewrite", "--json").data
    assert planned["calls"] == {"syllabus": 1, "class_details": 1, "instructions": 2, "answers": 2}


def test_a_plan_by_novelty_says_by_what_it_was_dealt(terminal: Terminal):
    planned = terminal.run("plan", "--scope", "Optics", "--deal", "novelty", "--json").data["novelty"]
    assert (planned["encoder"], planned["level"], planned["near"]) == ("all-MiniLM-L6-v2", "subject", 0.8)
    (node,) = planned["nodes"]
    assert (node["pairs"], node["compared"], node["instructions"], node["is_held"]) == (0, 0, 20, False)
    assert "novelty" not in terminal.run("plan", "--scope", "Optics", "--json").data


def test_what_is_held_is_told_in_words_and_in_json(terminal: Terminal):
    with open_database(terminal.database) as opened:
        keep_questions(opened.cursor(), "Optics", new=2, repeated=98)
    ran = terminal.run("plan", "--scope", "Optics", "--hold-saturated", "--json")
    assert ran.code == 2
    assert "1 of 1 subject in this scope" in ran.err
    assert "2 of their 100 newest pairs" in ran.err
    stages = "syllabus,class_details,instructions,answers"  # Mechanics grows its syllabus first
    told = ("plan", "--scope", "Physics", "--stages", stages, "--hold-saturated")
    data = terminal.run(*told, "--json").data
    assert [node["is_held"] for node in data["novelty"]["nodes"] if node["compared"]] == [True]
    assert data["instructions"] == 0
    words = terminal.run(*told).out
    assert "1 of 2 subjects is held" in words
    assert "The 10 pairs that would have gone there went to Mechanics +10." in words
    assert terminal.run(*told[:-1], "--json").data["instructions"] == 10


def test_targets_decide_where_they_are_asked(terminal: Terminal):
    with open_database(terminal.database) as opened:
        opened.cursor().execute("update taxonomy_node set target = 9 where name = 'Physics'")
    for deal in ("target", "deficit"):
        assert terminal.run("plan", "--scope", "Natural Science", "--deal", deal, "--json").data["instructions"] == 20
