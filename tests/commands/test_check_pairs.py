"""What do `check rules`, `check duplicates` and `check contamination` print, and what do they leave behind?"""

from pathlib import Path

import pytest

from glan_core.store.database import open_database
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.small_pairs import answer, instruction, run
from tests.terminal import Terminal, complaint

SUM = "A farmer has 12 cows and buys five more. How many cows does he have now?"


@pytest.fixture
def terminal_with_pairs(terminal: Terminal) -> Terminal:
    """Four pairs: a and b ask the same, c is cut off, d is as it should be."""
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        save_run(cursor, run(settings={"language": "en"}))
        made = {
            "a": (SUM, "He has seventeen."),
            "b": (SUM.upper(), "He has seventeen cows now."),
            "c": ("Why is the sky blue in the day?", "Blue light is scattered more by the"),
            "d": ("Why is the sky red in the evening?", "Its light comes a longer way through the air."),
        }
        entities = [[instruction(key, text=asked), answer(key, text=said)] for key, (asked, said) in made.items()]
        ingest(cursor, [entity for pair in entities for entity in pair])
    return terminal


def _flags(terminal: Terminal) -> list[tuple[str, str]]:
    with open_database(terminal.database) as database:
        rows = database.cursor().execute("select instruction_id, kind from quality_flag order by all").fetchall()
    return [(key, kind) for key, kind in rows]


def test_rules_are_counted_by_kind(terminal_with_pairs: Terminal):
    done = terminal_with_pairs.run("check", "rules", "--json")
    assert done.code == 0
    assert (done.data["state"], done.data["checked"], done.data["rows"], done.data["found"]) == ("finished", 4, 4, 1)
    assert {kind: number for kind, number in done.data["flags"].items() if number} == {"truncated": 1}
    assert _flags(terminal_with_pairs) == [("c", "truncated")]
    again = terminal_with_pairs.run("check", "rules")
    assert (again.code, again.out) == (0, "Looked at 4 of 4 pairs.\n        1  truncated\n")


def test_duplicates_are_flagged_but_one_unless_it_is_told_not_to(terminal_with_pairs: Terminal):
    looked = terminal_with_pairs.run("check", "duplicates", "--no-flag", "--no-meaning", "--json")
    assert (looked.code, looked.data["flagged"]) == (0, 0)
    assert looked.data["groups"]["exact"] == {"groups": 1, "pairs": 2}
    assert looked.data["settings"]["content"] == "instruction"
    assert _flags(terminal_with_pairs) == []
    done = terminal_with_pairs.run("check", "duplicates", "--json")
    assert (done.code, done.data["flagged"]) == (0, 1)
    ((_, kind),) = _flags(terminal_with_pairs)
    assert kind == "exact_duplicate"
    told = terminal_with_pairs.run("check", "duplicates")
    assert "1 groups of 2 pairs: the same text" in told.out
    assert "Flagged 0 pairs anew; one of each group is not. --no-flag only lists groups." in told.out
    assert "Meaning was compared only in part: 4 texts of 4 pairs" in told.out
    assert "Meaning" not in terminal_with_pairs.run("check", "duplicates", "--no-meaning").out


def test_contamination_is_reported_by_benchmark(terminal_with_pairs: Terminal, tmp_path: Path):
    path = tmp_path / "sums.jsonl"
    path.write_text(f'{{"question": "{SUM}", "answer": "17"}}\n{{"question": "Who wrote Hamlet?"}}\n', encoding="utf-8")
    done = terminal_with_pairs.run("check", "contamination", "--against", path, "--json")
    assert done.code == 0
    assert done.data["settings"] == {"words": 13, "least_words": 6, "most_items": 10}
    (report,) = done.data["benchmarks"]
    assert (report["name"], report["items"], report["bad_lines"], report["is_new"]) == ("sums", 2, 0, True)
    assert (report["pairs_hit"], report["items_hit"], report["exact"], report["words"]) == (2, 1, 2, 0)
    assert [hit["instruction_id"] for hit in report["hits"]] == ["a", "b"]
    assert report["hits"][0]["question"] == SUM
    assert report["curve"] is None
    assert _flags(terminal_with_pairs) == [("a", "contaminated"), ("b", "contaminated")]
    again = terminal_with_pairs.run("check", "contamination", "--against", "sums", "--limit", "1")
    assert again.code == 0
    assert again.out.splitlines() == [
        "sums: 2 pairs hold 1 of its 2 items (2 the same question, 0 words in a row, 0 near in meaning).",
        "  Compared by words only: --meaning finds paraphrases.",
        "  1 item is too short for a run of words: found only where a pair asks just the same, or by --meaning.",
        "  a (instruction), item 1, exact, 1.00",
        f"    pair  {SUM}",
        f"    item  {SUM}",
    ]


def test_a_benchmark_whose_name_has_a_dot_is_named_like_any_other(terminal_with_pairs: Terminal, tmp_path: Path):
    path = tmp_path / "sums.v2.jsonl"
    path.write_text(f'{{"question": "{SUM}"}}\n', encoding="utf-8")
    assert terminal_with_pairs.run("check", "contamination", "--against", path).code == 0
    again = terminal_with_pairs.run("check", "contamination", "--against", "sums.v2", "--json")
    assert again.code == 0, again.err
    assert (again.data["benchmarks"][0]["name"], again.data["benchmarks"][0]["is_new"]) == ("sums.v2", False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--against", "nowhere.jsonl"], "There is no file"),
        (["--against", "nowhere"], "There is no benchmark 'nowhere'"),
        (["--against", "nowhere", "--words", "1"], "Runs of 1 words"),
        ([], "--against"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(terminal_with_pairs: Terminal, arguments: list[str], message: str):
    done = terminal_with_pairs.run("check", "contamination", *arguments)
    assert done.code == 2
    assert message in complaint(done)[0]
    assert _flags(terminal_with_pairs) == []
