"""What a gate leaves out is out, and what a name of gates means stays the same."""

from datetime import UTC, datetime

import pytest

from glan_core.entities import Filter, QualityFlag, ScoreRange
from glan_core.errors import ExportError
from glan_core.gates import (
    GATES,
    SHIPPED_GATE_SETS,
    check_gates,
    count_left_out,
    gate_sets,
    gated,
    gates_named,
    is_shipped,
    judge_bound,
    judge_gate,
    keep_gate_set,
)
from glan_core.store.gate_sets import GateSet, remove_gate_set, save_gate_set
from glan_core.store.ingest import ingest
from glan_core.store.pairs import list_pairs
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run

NOW = datetime(2024, 2, 20, tzinfo=UTC)


@pytest.fixture
def pairs(small: Small) -> Small:
    """Pairs a to g: b is cut off, c an exact and d a near duplicate, e contaminated, f rejected, g a demo pair."""
    save_run(small.cursor, run())
    save_run(small.cursor, run("demo", is_demo=True))
    statuses = {"a": "accepted", "f": "rejected"}
    ingest(
        small.cursor,
        [
            *(
                instruction(name, status=statuses.get(name, "generated"), run_id="demo" if name == "g" else "run")
                for name in "abcdefgh"
            ),
            *(answer(name) for name in "abcdefg"),
            QualityFlag("b", "truncated"),
            QualityFlag("c", "exact_duplicate"),
            QualityFlag("d", "near_duplicate"),
            QualityFlag("e", "contaminated"),
        ],
    )
    return small


def _passing(pairs: Small, *gates: str) -> str:
    found = list_pairs(pairs.cursor, gated(Filter(), gates), limit=100)["instruction_id"]
    return "".join(sorted(found))


@pytest.mark.parametrize(
    ("gates", "passing"),
    [
        ((), "abcdefg"),
        (("demo",), "abcdef"),
        (("flagged",), "afg"),
        (("rejected",), "abcdeg"),
        (("unaccepted",), "a"),
        (("duplicates",), "abefg"),
        (("exact_duplicate",), "abdefg"),
        (("near_duplicate", "contaminated"), "abcfg"),
        (("truncated", "demo", "rejected"), "acde"),
        (("rejected", "unaccepted"), "a"),
        (("judge_below_6",), ""),
    ],
)
def test_a_gate_leaves_out_what_its_name_says(pairs: Small, gates: tuple[str, ...], passing: str):
    assert _passing(pairs, *gates) == passing


def test_gates_of_judges_ask_for_the_highest_score():
    assert gated(Filter(), ("judge_below_6", "judge_below_7.5")).judge_score == ScoreRange(7.5, None)
    assert gated(Filter(judge_score=ScoreRange(8, 9)), ("judge_below_6",)).judge_score == ScoreRange(8, 9)
    assert judge_bound(("demo", judge_gate(6.5))) == 6.5
    assert judge_bound(("demo",)) is None


def test_what_is_left_out_is_counted_by_its_first_reason(pairs: Small):
    assert count_left_out(pairs.cursor, Filter(), ("contaminated", "demo", "duplicates", "flagged")) == {
        "unanswered": 1,
        "demo": 1,
        "flagged": 4,
    }
    assert count_left_out(pairs.cursor, Filter(), ("contaminated", "duplicates")) == {
        "unanswered": 1,
        "duplicates": 2,
        "contaminated": 1,
    }


@pytest.mark.parametrize(
    ("filter_", "gate"),
    [
        (Filter(is_demo=True), "demo"),
        (Filter(is_flagged=True), "flagged"),
        (Filter(statuses=("rejected",)), "rejected"),
        (Filter(statuses=("generated",)), "unaccepted"),
        (Filter(flag_kinds=("near_duplicate",)), "duplicates"),
        (Filter(flag_kinds=("contaminated",)), "contaminated"),
        (Filter(judge_score=ScoreRange(None, 5)), "judge_below_6"),
    ],
)
def test_a_filter_that_asks_for_what_a_gate_leaves_out_is_refused(filter_: Filter, gate: str):
    with pytest.raises(ExportError, match="leaves them out"):
        gated(filter_, (gate,))


def test_a_filter_that_asks_for_several_flags_passes_a_gate_of_one():
    narrowed = gated(Filter(flag_kinds=("truncated", "contaminated")), ("contaminated",))
    assert (narrowed.flag_kinds, narrowed.without_flag_kinds) == (("truncated", "contaminated"), ("contaminated",))


@pytest.mark.parametrize("gate", ["duplicate", "judge_below_11", "judge_below_0", "judge_below_x", ""])
def test_a_gate_that_is_not_there_is_refused(gate: str):
    with pytest.raises(ExportError):
        check_gates((gate,))


def test_gates_are_counted_in_one_order_however_they_are_named():
    assert check_gates(("judge_below_6", "contaminated", "demo", "contaminated")) == (
        "demo",
        "contaminated",
        "judge_below_6",
    )
    assert check_gates(GATES) == GATES


def test_gates_are_chosen_by_name_with_commas_or_not_at_all(pairs: Small):
    save_gate_set(pairs.cursor, GateSet("For  training", ("flagged", "judge_below_7"), NOW))
    assert gates_named(pairs.cursor, "for training") == ("flagged", "judge_below_7")
    assert gates_named(pairs.cursor, "Standard") == ("demo", "flagged", "rejected")
    assert gates_named(pairs.cursor, "rejected, demo") == ("demo", "rejected")
    assert gates_named(pairs.cursor, "none") == ()
    with pytest.raises(ExportError, match="For training"):
        gates_named(pairs.cursor, "For training,demo")


def test_saved_gate_sets_stand_behind_the_shipped_ones(pairs: Small):
    save_gate_set(pairs.cursor, GateSet("mine", ("demo",), NOW))
    save_gate_set(pairs.cursor, GateSet("MINE", ("demo", "rejected"), NOW))
    sets = gate_sets(pairs.cursor)
    assert sets.saved == (GateSet("MINE", ("demo", "rejected"), NOW),)
    assert sets.names == (*(gate_set.name for gate_set in SHIPPED_GATE_SETS), "MINE")
    remove_gate_set(pairs.cursor, "mine")
    assert gate_sets(pairs.cursor).saved == ()
    assert is_shipped(" STANDARD ")
    assert not is_shipped("mine")


@pytest.mark.parametrize("gate_set", SHIPPED_GATE_SETS, ids=lambda each: each.name)
def test_shipped_gate_sets_hold_gates_that_are_there(gate_set: GateSet):
    assert set(check_gates(gate_set.gates)) == set(gate_set.gates)


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 61, "one, two", "a\x07b", "Standard", "DEMO", "none", "judge_below_3"]
)
def test_a_name_that_gates_cannot_have_is_refused(pairs: Small, name: str):
    with pytest.raises(ExportError):
        keep_gate_set(pairs.cursor, name, ("demo",), at=NOW)
    assert gate_sets(pairs.cursor).saved == ()


def test_gates_are_saved_in_their_order(pairs: Small):
    keep_gate_set(pairs.cursor, "mine", ("contaminated", "demo"), at=NOW)
    assert gate_sets(pairs.cursor).saved == (GateSet("mine", ("demo", "contaminated"), NOW),)


@pytest.mark.parametrize("gates", [(), ("demo", "flagged", "rejected")], ids=["none", "standard"])
def test_a_filter_for_pairs_without_an_answer_is_refused_as_nothing_of_it_can_leave(
    pairs: Small, gates: tuple[str, ...]
):
    asked = Filter(has_answer=False)
    for ask in (lambda: gated(asked, gates), lambda: count_left_out(pairs.cursor, asked, gates)):
        with pytest.raises(ExportError, match="pairs without an answer") as raised:
            ask()
        assert "has_answer" in raised.value.hint
