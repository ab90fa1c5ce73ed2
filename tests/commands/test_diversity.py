"""What does `diversity` print?"""

import json

import pytest

from glan_core.embedding.encoder import ENCODER
from glan_core.insight.headline import STEPS
from glan_core.store.database import open_database
from glan_core.store.evaluations import list_evaluations
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.embedding.test_neighbours import clustered
from tests.small_pairs import instruction, run
from tests.store.vectors import embed, link
from tests.terminal import Ran, Terminal, complaint

FIELD = "Natural Science"


@pytest.fixture
def terminal_with_pairs(terminal: Terminal) -> Terminal:
    """Twenty pairs of the run `one`, of which the second ten repeat the first, and ten others of the run `two`."""
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        for name in ("one", "two"):
            save_run(cursor, run(name))
        names = [f"p{number}" for number in range(30)]
        made = [
            instruction(name, run_id="one" if number < 20 else "two", text=f"How does lens {number} bend light?")
            for number, name in enumerate(names)
        ]
        ingest(cursor, made)
        embed(cursor, ENCODER, clustered(20))
        link(cursor, ENCODER, **{name: n % 10 if n < 20 else n - 10 for n, name in enumerate(names)})
    return terminal


def _kept(terminal: Terminal) -> list[str]:
    with open_database(terminal.database) as database:
        return [each.evaluation_id for each in list_evaluations(database.cursor())]


def _conditions(done: Ran) -> tuple[int, int]:
    return done.data["n"], done.data["rows"]


def test_json_says_what_was_measured_and_how(terminal_with_pairs: Terminal):
    done = terminal_with_pairs.run("diversity", "--json")
    found = done.data
    assert done.code == 0
    assert (found["n"], found["rows"], found["seed"]) == (30, 30, 0)
    assert (found["encoder"], found["content"], found["measured"]) == (ENCODER, "instruction", "pairs")
    assert (found["scope"], found["reference"], found["before"]) == ({}, "", None)
    assert [found["evaluation_id"]] == _kept(terminal_with_pairs)
    numbers = found["metrics"]
    assert 10 / 30 <= numbers["near_duplicate_rate"]["value"] < 1
    assert 1 <= numbers["vendi_2"]["value"] <= numbers["vendi_1"]["value"] <= 20
    assert {"near_duplicate_rate", "nearest_distance", "novel_sum", "compression_ratio", "distinct_2"} <= set(numbers)
    groups = numbers["near_duplicate_rate"]["parameters"]["groups"]
    assert any({"p0", "p10"} <= set(group) for group in groups)


def test_each_step_is_told_on_the_side(terminal_with_pairs: Terminal):
    told = terminal_with_pairs.run("diversity", "--json").err.splitlines()
    assert told == [f"Measuring {step} ({number} of 4) ..." for number, step in enumerate(STEPS, 1)]


def test_a_run_a_filter_and_a_scope_narrow_what_is_measured(terminal_with_pairs: Terminal):
    of_run = terminal_with_pairs.run("diversity", "--run", "two", "--json")
    assert _conditions(of_run) == (10, 10)
    assert of_run.data["scope"] == {"run_ids": ["two"]}
    of_both = terminal_with_pairs.run("diversity", "--run", "one", "--run", "two", "--json")
    assert _conditions(of_both) == (30, 30)
    of_filter = terminal_with_pairs.run("diversity", "--filter", '{"text": "lens 2"}', "--json")
    assert _conditions(of_filter) == (12, 12)  # 2, 12 and 20 to 29
    of_scope = terminal_with_pairs.run("diversity", "--scope", FIELD, "--json")
    assert _conditions(of_scope) == (30, 30)
    assert list(of_scope.data["scope"]) == ["taxonomy_node_ids"]


def test_a_filter_of_a_run_and_the_run_are_one_measurement(terminal_with_pairs: Terminal):
    first = terminal_with_pairs.run("diversity", "--run", "two", "--json").data
    again = terminal_with_pairs.run("diversity", "--filter", '{"run_ids": ["two"]}', "--json").data
    assert again["evaluation_id"] == first["evaluation_id"]


def test_fewer_rows_are_drawn_by_seed(terminal_with_pairs: Terminal):
    first, second = (
        terminal_with_pairs.run("diversity", "--n", "12", "--seed", seed, "--json").data for seed in ("0", "1")
    )
    assert [(each["n"], each["rows"], each["seed"]) for each in (first, second)] == [(12, 30, 0), (12, 30, 1)]
    assert first["metrics"]["vendi_1"]["value"] != second["metrics"]["vendi_1"]["value"]


def test_what_was_measured_is_found_again_unless_it_is_asked_for_anew(terminal_with_pairs: Terminal):
    first = terminal_with_pairs.run("diversity", "--json")
    again = terminal_with_pairs.run("diversity", "--json")
    assert (again.data, again.err) == (first.data, "")
    anew = terminal_with_pairs.run("diversity", "--anew", "--json")
    assert "Measuring" in anew.err
    assert anew.data["before"] == first.data["evaluation_id"]
    assert _kept(terminal_with_pairs) == [anew.data["evaluation_id"], first.data["evaluation_id"]]
    assert {name: each["value"] for name, each in anew.data["metrics"].items()} == {
        name: each["value"] for name, each in first.data["metrics"].items()
    }


def test_a_person_gets_lines_and_what_changed(terminal_with_pairs: Terminal):
    first = terminal_with_pairs.run("diversity").out
    assert first.startswith(f"n = 30 of 30 pairs, seed 0, {ENCODER} (instruction)\n")
    assert "  Near-duplicates, share: " in first
    assert "  Vendi score, q = 1: " in first
    assert "since the last time" not in first
    anew = terminal_with_pairs.run("diversity", "--anew").out
    lines = [line for line in anew.splitlines() if line.startswith("  ")]
    assert lines
    assert all(line.endswith(", +0 since the last time") for line in lines)


def test_without_vectors_the_command_says_how_to_make_them(terminal: Terminal):
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        save_run(cursor, run())
        ingest(cursor, [instruction("a"), instruction("b")])
    error, hint = complaint(terminal.run("diversity", "--json"))
    assert f"{ENCODER} has read 0 of 2 pairs" in error
    assert "python -m glan_core embed" in hint
    assert _kept(terminal) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--filter", '{"colour": "red"}'), "A filter has no 'colour' in this release."),
        (("--filter", "run one"), "'run one' is not a filter."),
        (("--filter", "{}", "--run", "one"), "--filter excludes --scope and --run."),
        (("--filter", "{}", "--scope", FIELD), "--filter excludes --scope and --run."),
        (("--scope", "Alchemy"), "Alchemy"),
        (("--n", "1"), "--n"),
        (("--n", "20001"), "--n"),
        (("--n", "many"), "--n"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_what_cannot_be_measured_is_told_in_a_sentence(
    terminal_with_pairs: Terminal, options: tuple[str, ...], sentence: str
):
    error, _hint = complaint(terminal_with_pairs.run("diversity", *options, "--json"))
    assert sentence in error
    assert _kept(terminal_with_pairs) == []


def test_where_there_are_no_pairs_nobody_is_told_to_embed_them(terminal_with_pairs: Terminal):
    error, hint = complaint(terminal_with_pairs.run("diversity", "--run", "three", "--json"))
    assert "0 of 0 pairs" in error
    assert hint == "hint: Choose other pairs."
    assert _kept(terminal_with_pairs) == []


def test_a_process_of_its_own_prints_the_same(terminal_with_pairs: Terminal):
    here = terminal_with_pairs.run("diversity", "--n", "12", "--json").data
    apart = terminal_with_pairs.run_apart("diversity", "--n", "12", "--anew", "--json")
    assert apart.code == 0, apart.err
    there = json.loads(apart.out)
    assert there["before"] == here["evaluation_id"]
    assert there["metrics"]["vendi_1"]["value"] == pytest.approx(here["metrics"]["vendi_1"]["value"])
