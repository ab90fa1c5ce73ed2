"""What does `diversity` print?"""

import json
from pathlib import Path

import numpy as np
import pytest

from glan_core.corpora.importing import import_corpus
from glan_core.embedding.encoder import ENCODER
from glan_core.insight.headline import STEPS
from glan_core.store.database import open_database
from glan_core.store.evaluations import list_evaluations
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.corpus_files.files import alpaca, write
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
    assert first.startswith(f"n = 30 of 30 questions, seed 0, {ENCODER} (instruction)\n")
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
    assert f"{ENCODER} has read 0 of 2 questions" in error
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
    assert "0 of 0 questions" in error
    assert hint == "hint: Choose other pairs."
    assert _kept(terminal_with_pairs) == []


def test_a_process_of_its_own_prints_the_same(terminal_with_pairs: Terminal):
    here = terminal_with_pairs.run("diversity", "--n", "12", "--json").data
    apart = terminal_with_pairs.run_apart("diversity", "--n", "12", "--anew", "--json")
    assert apart.code == 0, apart.err
    there = json.loads(apart.out)
    assert there["before"] == here["evaluation_id"]
    assert there["metrics"]["vendi_1"]["value"] == pytest.approx(here["metrics"]["vendi_1"]["value"])


@pytest.fixture
def metals(terminal_with_pairs: Terminal, tmp_path: Path) -> Terminal:
    """The same, with vectors as long as those of the encoder, and a corpus of 12 rows of which 6 repeat the others."""
    with open_database(terminal_with_pairs.database) as database:
        cursor = database.cursor()
        cursor.execute("delete from embedded_instruction")
        cursor.execute("delete from embedding")
        embed(cursor, ENCODER, np.pad(clustered(20), ((0, 0), (0, 384 - 32))))
        link(cursor, ENCODER, **{f"p{n}": n % 10 if n < 20 else n - 10 for n in range(30)})
        pairs = [(f"Why does metal number {n % 6} rust?", "It oxidises.") for n in range(12)]
        import_corpus(database, write(tmp_path / "set.jsonl", alpaca(pairs)), name="Metals")
    return terminal_with_pairs


def test_a_corpus_is_measured_in_place_of_pairs(metals: Terminal):
    done = metals.run("diversity", "--corpus", "metals", "--json")
    assert done.code == 0
    assert _conditions(done) == (12, 12)
    assert done.data["measured"] not in ("pairs", "")
    assert done.data["metrics"]["near_duplicate_rate"]["value"] >= 0.5
    assert "Reading 6 texts ..." in done.err or "Reading 12 texts ..." in done.err
    assert "12 rows" in metals.run("diversity", "--corpus", "Metals").out


def test_two_sets_are_compared_at_equal_n(metals: Terminal):
    done = metals.run("diversity", "--run", "two", "--against", "corpus:Metals", "--json")
    assert done.code == 0
    found = done.data
    assert (found["n"], found["seed"], found["encoder"], found["shared_rows"]) == (10, 0, ENCODER, 0)
    assert (found["first"]["n"], found["first"]["rows"], found["first"]["scope"]) == (10, 10, {"run_ids": ["two"]})
    assert (found["second"]["n"], found["second"]["rows"], found["second"]["scope"]) == (10, 12, {})
    assert sorted(_kept(metals)) == sorted([found["first"]["evaluation_id"], found["second"]["evaluation_id"]])
    for metric, each in found["differences"].items():
        one, other = (found[name]["metrics"][metric]["value"] for name in ("first", "second"))
        assert (each["first"], each["second"], each["difference"]) == (one, other, one - other)
    vendi = found["differences"]["vendi_1"]
    assert vendi["lower"] < vendi["difference"] < vendi["upper"]
    again = metals.run("diversity", "--run", "two", "--against", "corpus:Metals", "--json")
    assert (again.data, again.err) == (found, "")
    lines = metals.run("diversity", "--run", "two", "--against", "corpus:Metals").out.splitlines()
    assert lines[0].startswith("n = 10 of each: of 10 rows, and of 12 rows of corpus:Metals, 0 in both; seed 0, ")
    assert any(line.startswith("  Vendi score, q = 1: ") for line in lines)


@pytest.mark.parametrize("against", ["pairs", "run:one", '{"run_ids": ["one"]}', FIELD])
def test_a_set_is_named_in_any_of_the_forms(terminal_with_pairs: Terminal, against: str):
    done = terminal_with_pairs.run("diversity", "--run", "two", "--against", against, "--json")
    assert done.code == 0, done.err
    assert (done.data["n"], done.data["second"]["rows"]) == (10, 30 if against in ("pairs", FIELD) else 20)


def test_a_reference_tells_how_far_it_is_covered(terminal_with_pairs: Terminal):
    done = terminal_with_pairs.run("diversity", "--reference", "run:one", "--json")
    numbers = done.data["metrics"]
    assert done.data["reference"] == '{"run_ids": ["one"]}'
    assert numbers["reference_coverage"]["value"] == 1  # all of it is among the pairs
    assert numbers["reference_coverage"]["parameters"]["reference_rows"] == 20
    assert numbers["reference_coverage"]["parameters"]["shared_rows"] == 20
    assert "Coverage of the reference, share: 1" in terminal_with_pairs.run("diversity", "--reference", "run:one").out
    error, _ = complaint(terminal_with_pairs.run("diversity", "--reference", "run:two", "--json"))
    assert "A reference wants 11 rows, and 10 were drawn" in error


def test_intervals_are_told_where_they_are_asked_for(terminal_with_pairs: Terminal):
    found = terminal_with_pairs.run("diversity", "--intervals", "--json")
    vendi = found.data["metrics"]["vendi_1"]
    assert vendi["lower"] < vendi["value"] < vendi["upper"]
    assert "Measuring 8 times two halves ..." in found.err


def test_earlier_evaluations_are_compared_at_equal_n_and_others_say_why_not(terminal_with_pairs: Terminal):
    of_ten = terminal_with_pairs.run("diversity", "--run", "two", "--json").data["evaluation_id"]
    of_all = terminal_with_pairs.run("diversity", "--json").data["evaluation_id"]
    found = terminal_with_pairs.run("diversity", "--run", "one", "--n", "10", "--earlier", "--json").data
    earlier = {each["evaluation_id"]: each for each in found["earlier"]}
    assert earlier[of_ten]["not_compared"] is None
    difference = earlier[of_ten]["differences"]["vendi_1"]
    assert difference["difference"] == difference["first"] - difference["second"]
    assert difference["first"] == found["metrics"]["vendi_1"]["value"]
    assert (earlier[of_all]["not_compared"], earlier[of_all]["differences"]) == ("n = 30, not 10", None)
    told = terminal_with_pairs.run("diversity", "--run", "one", "--n", "10", "--earlier").out
    assert "not compared, n = 30, not 10" in told


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--against", "corpus:Nowhere"), "There is no corpus 'Nowhere'."),
        (("--against", "run:three"), "There is no run 'three'."),
        (("--against", "Alchemy"), "Alchemy"),
        (("--against", "{"), "is not a filter"),
        (("--run", "three", "--against", "pairs"), "0 and 30 rows can be drawn"),
        (("--corpus", "Nowhere"), "There is no corpus 'Nowhere'."),
        (("--corpus", "Metals", "--run", "one"), "--corpus excludes --scope, --filter and --run."),
        (("--reference", "corpus:Nowhere"), "There is no corpus 'Nowhere'."),
    ],
)
def test_a_set_that_is_not_there_is_told_in_a_sentence(
    terminal_with_pairs: Terminal, options: tuple[str, ...], sentence: str
):
    error, hint = complaint(terminal_with_pairs.run("diversity", *options, "--json"))
    assert sentence in error
    assert hint
    assert _kept(terminal_with_pairs) == []
