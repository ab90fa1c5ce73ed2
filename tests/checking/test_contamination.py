"""Pairs that hold a benchmark are found, told by item, and checked no more than once."""

from pathlib import Path

import pytest

from glan_core.checking.benchmarks import add_benchmark, bring_back_benchmark, remove_benchmark
from glan_core.checking.contamination import check_contamination, find_contamination_check
from glan_core.errors import SettingsError
from glan_core.quality.benchmark_words import RunSettings
from glan_core.store.benchmarks import Benchmark
from glan_core.store.contamination import list_hits, report_benchmark
from glan_core.store.flags import count_flags, lift_flags, list_flagged, put_back_flags
from tests.checking.conftest import MakePairs
from tests.conftest import Small
from tests.small_pairs import NOON

SUM = "A farmer has 12 cows and buys five more. How many cows does he have now?"
CAPITAL = "What is the capital of France and since when?"


@pytest.fixture
def benchmark(small: Small, tmp_path: Path) -> Benchmark:
    """Two questions, the second with eight words."""
    path = tmp_path / "sums.csv"
    path.write_text(f'question,answer\n"{SUM}",17\n"{CAPITAL}",Paris\n', encoding="utf-8")
    return add_benchmark(small.database, path).benchmark


def _hits(small: Small, benchmark: Benchmark) -> list[tuple[str, str, str, int, int]]:
    found = list_hits(small.cursor, benchmark.benchmark_id, limit=100)
    return [
        (row.instruction_id, row.kind, row.content, row.number, row.words)
        for row in found.sort_values(["instruction_id", "content"]).itertuples()
    ]


def _flagged(small: Small) -> list[str]:
    return list_flagged(small.cursor, "contaminated", limit=100)["instruction_id"].tolist()


def test_pairs_are_found_by_question_and_answer_and_flagged(small: Small, make_pairs: MakePairs, benchmark: Benchmark):
    make_pairs(
        {
            "a": (SUM.upper(), "He has 17."),
            "b": (f"Solve this: {SUM} Explain each step of yours.", "He has 17."),
            "c": ("Ask me something.", f"Gladly! {CAPITAL.replace(' ', '  ')}"),
            "d": ("A farmer has 12 cows and sells them. How many are left?", "None is left."),
        }
    )
    check = check_contamination(small.database, benchmark)
    assert (check.state, check.done, check.rows, check.found) == ("finished", 4, 4, 3)
    assert _hits(small, benchmark) == [
        ("a", "exact", "instruction", 1, 16),
        ("b", "words", "instruction", 1, 16),
        ("c", "words", "answer", 2, 9),
    ]
    assert _flagged(small) == ["a", "b", "c"]
    assert list_flagged(small.cursor, "contaminated", limit=1)["detail"].tolist() == ["sums, item 1: the same question"]
    assert report_benchmark(small.cursor, benchmark.benchmark_id)[1:] == (3, 2, 1, 2, 0)


def test_a_second_check_looks_at_new_pairs_alone(small: Small, make_pairs: MakePairs, benchmark: Benchmark):
    make_pairs({"a": SUM})
    first = check_contamination(small.database, benchmark)
    make_pairs({"b": f"Well, {SUM}"})
    seen = []
    check = check_contamination(small.database, benchmark, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (1, 2)
    assert (first.found, check.found, check.done) == (1, 2, 2)
    assert [hit[0] for hit in _hits(small, benchmark)] == ["a", "b"]


def test_a_check_that_was_stopped_goes_on_where_it_was(small: Small, make_pairs: MakePairs, benchmark: Benchmark):
    make_pairs({name: f"{name}: {SUM}" for name in "abcdef"})
    asked = iter((False, True))
    stopped = check_contamination(small.database, benchmark, rows_at_once=2, is_stopped=lambda: next(asked))
    assert (stopped.state, stopped.done, stopped.found) == ("stopped", 2, 2)
    assert len(_flagged(small)) == 2
    seen = []
    finished = check_contamination(
        small.database, benchmark, rows_at_once=2, on_progress=lambda done, total: seen.append(done)
    )
    assert seen == [2, 4, 6]
    assert (finished.state, finished.found) == ("finished", 6)
    assert _flagged(small) == list("abcdef")


def test_other_settings_begin_anew_and_leave_nothing_of_before(
    small: Small, make_pairs: MakePairs, benchmark: Benchmark
):
    make_pairs({"a": SUM, "b": " ".join(SUM.split()[:8]) + " sheep."})
    check_contamination(small.database, benchmark, RunSettings(words=8))
    assert _flagged(small) == ["a", "b"]
    check_contamination(small.database, benchmark)
    assert _flagged(small) == ["a"]
    check = find_contamination_check(small.cursor, benchmark.benchmark_id)
    assert check is not None
    assert (check.settings["words"], check.found) == (13, 1)


def test_a_lifted_flag_stays_lifted_until_it_is_put_back(small: Small, make_pairs: MakePairs, benchmark: Benchmark):
    make_pairs({"a": SUM, "b": SUM})
    check_contamination(small.database, benchmark)
    lift_flags(small.cursor, "contaminated", ["a"], by="ann", at=NOON)
    check_contamination(small.database, benchmark, is_anew=True)
    assert _flagged(small) == ["b"]
    lifted = list_flagged(small.cursor, "contaminated", is_lifted=True, limit=10)
    assert lifted[["instruction_id", "lifted_by"]].to_numpy().tolist() == [["a", "ann"]]
    assert [tuple(each) for each in count_flags(small.cursor)] == [("contaminated", 1, 1)]
    put_back_flags(small.cursor, "contaminated", ["a"])
    assert _flagged(small) == ["a", "b"]
    assert [tuple(each) for each in count_flags(small.cursor)] == [("contaminated", 2, 0)]


def test_flags_of_a_removed_benchmark_go_and_come_back(
    small: Small, make_pairs: MakePairs, benchmark: Benchmark, tmp_path: Path
):
    other = tmp_path / "other.jsonl"
    other.write_text('{"prompt": "What is the capital of France and since when?"}\n', encoding="utf-8")
    second = add_benchmark(small.database, other).benchmark
    make_pairs({"a": SUM, "b": CAPITAL})
    for each in (benchmark, second):
        check_contamination(small.database, each)
    remove_benchmark(small.database, benchmark)
    assert _flagged(small) == ["b"]
    bring_back_benchmark(small.database, benchmark)
    assert _flagged(small) == ["a", "b"]


@pytest.mark.parametrize(
    "settings",
    [
        RunSettings(words=2),
        RunSettings(words=101),
        RunSettings(least_words=0),
        RunSettings(least_words=14),
        RunSettings(most_items=-1),
    ],
)
def test_settings_that_cannot_be_are_refused(small: Small, benchmark: Benchmark, settings: RunSettings):
    with pytest.raises(SettingsError):
        check_contamination(small.database, benchmark, settings)
    assert find_contamination_check(small.cursor, benchmark.benchmark_id) is None


def test_a_database_without_pairs_is_checked_at_once(small: Small, benchmark: Benchmark):
    check = check_contamination(small.database, benchmark)
    assert (check.state, check.done, check.found) == ("finished", 0, 0)
