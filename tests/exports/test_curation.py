"""Do card and manifest say what was checked, reviewed and flagged, and is the same export the same again?"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glan_core.checking.benchmarks import add_benchmark
from glan_core.checking.contamination import check_contamination
from glan_core.checking.rules import check_rules
from glan_core.entities import Filter
from glan_core.exports.curation import program_version
from glan_core.gates import keep_gate_set
from glan_core.reviewing import Decision, decide, decide_all, undo_newest
from glan_core.store.export_log import Export
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.exports.pairs import add_pair, add_pairs, begin, write
from tests.small_pairs import answer, instruction, model_call, run

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def pairs(small: Small) -> Small:
    """Five pairs a to e; d is cut off, and e too short and cut off."""
    begin(small)
    add_pairs(small, "abc", "reflection")
    add_pair(small, "d", "reflection", flags=["truncated"])
    add_pair(small, "e", "reflection", flags=["truncated", "too_short"])
    return small


def card(export: Export) -> str:
    return (export.path / "README.md").read_text(encoding="utf-8")


def curation(export: Export) -> dict[str, object]:
    told: dict[str, object] = json.loads((export.path / "manifest.json").read_text(encoding="utf-8"))["curation"]
    return told


def test_reviews_are_counted_one_by_one_in_bulk_and_only_while_they_stand(pairs: Small, tmp_path: Path):
    decide(pairs.database, Decision("a", "Ada", "accepted"), at=NOON)
    decide(pairs.database, Decision("b", "Ada", "edited", answer="Better."), at=NOON)
    decide(pairs.database, Decision("c", "Ada", "rejected", ("unclear",)), at=NOON)
    decide_all(pairs.database, Filter(instruction_ids=("d",)), Decision("", "Ada", "accepted"), at=NOON)
    decide(pairs.database, Decision("e", "Ada", "accepted"), at=NOON)
    undo_newest(pairs.database, reviewer="Ada", at=NOON)
    export = write(pairs, tmp_path / "out", formats=("hf",), gates=("rejected",))
    assert curation(export)["reviews"] == {
        "accepted": 1,
        "edited": 1,
        "accepted_in_bulk": 1,
        "rejected": 0,
        "unreviewed": 1,
        "rejected_left_out": 1,
    }
    assert "no person has checked each of them" in card(export)
    assert "People have looked at 2 of the 4 pairs" in card(export)


def test_where_a_person_has_looked_at_every_pair_the_card_says_so(pairs: Small, tmp_path: Path):
    for key in "ab":
        decide(pairs.database, Decision(key, "Ada", "accepted"), at=NOON)
    export = write(pairs, tmp_path / "out", formats=("hf",), gates=("unaccepted",))
    assert "a person has looked at each of the pairs" in card(export)
    assert "no person has checked" not in card(export)


def test_flags_are_told_by_kind_of_what_is_taken_and_of_what_is_left_out(pairs: Small, tmp_path: Path):
    export = write(pairs, tmp_path / "out", formats=("hf",), gates=("too_short",))
    assert curation(export)["flags"] == {"truncated": 1}
    assert curation(export)["flags_left_out"] == {"too_short": 1, "truncated": 1}
    assert "Flags of these pairs: 1 truncated." in card(export)


def test_demo_pairs_are_warned_of_first_and_counted(pairs: Small, tmp_path: Path):
    clean = write(pairs, tmp_path / "clean", formats=("hf",))
    assert (curation(clean)["demo_pairs"], "Not to train with" in card(clean)) == (0, False)
    save_run(pairs.cursor, run("demo", is_demo=True))
    made = [model_call("call-f"), model_call("answering-f", stage="answers"), instruction("f", run_id="demo")]
    ingest(pairs.cursor, [*made, answer("f", run_id="demo")])
    export = write(pairs, tmp_path / "out", formats=("hf",))
    assert curation(export)["demo_pairs"] == 1
    told = card(export)
    assert "1 of the 6 pairs is a demo pair" in told
    assert told.index("Not to train with") < told.index("## What it holds")


def test_checks_are_told_with_settings_benchmarks_and_what_is_new_since(pairs: Small, tmp_path: Path):
    export = write(pairs, tmp_path / "before", formats=("hf",))
    assert curation(export)["checks"] == []
    assert "No pair was held against a benchmark." in card(export)
    path = tmp_path / "quiz.jsonl"
    path.write_text('{"question": "Question a?"}\n', encoding="utf-8")
    benchmark = add_benchmark(pairs.database, path).benchmark
    check_rules(pairs.database)
    check_contamination(pairs.database, benchmark)
    add_pair(pairs, "g", "reflection")
    export = write(pairs, tmp_path / "out", formats=("hf",))
    rules, words = json.loads(json.dumps(curation(export)["checks"]))
    assert (rules["check"], rules["state"], rules["looked_at"], rules["not_looked_at"]) == ("rules", "finished", 5, 1)
    assert (words["check"], words["benchmark"], words["items"]) == ("contamination", "quiz", 1)
    assert words["settings"] == {"words": 13, "least_words": 6, "most_items": 10}
    assert datetime.fromisoformat(words["finished_at"]).tzinfo is not None
    assert "Contamination by *quiz* (1 item)" in card(export)
    assert "No pair was held against a benchmark." not in card(export)


def test_the_same_export_after_checks_has_the_same_bytes(pairs: Small, tmp_path: Path):
    check_rules(pairs.database)
    one, other = (write(pairs, tmp_path / name, formats=("chat", "hf")) for name in ("one", "other"))
    for name in ("manifest.json", "README.md", "pairs.jsonl"):
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes()


def test_the_name_of_the_gates_and_the_release_are_told(pairs: Small, tmp_path: Path):
    keep_gate_set(pairs.cursor, "Ship", ("truncated",), at=NOON)
    export = write(pairs, tmp_path / "out", formats=("hf",), gates=("truncated",))
    assert curation(export)["gate_set"] == "Ship"
    assert "(the set *Ship*)" in card(export)
    assert export.manifest["versions"]["glan_explorer"] == program_version()
    own = write(pairs, tmp_path / "own", gates=("truncated", "refusal"))
    assert curation(own)["gate_set"] == ""
