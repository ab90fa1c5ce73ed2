"""Old pairs are held to the same rules as new ones, and every rule has its examples."""

import pytest

from glan_core.checking.rules import check_rules, find_rules_check
from glan_core.store.database import Cursor
from glan_core.store.flags import lift_flags
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.checking.conftest import MakePairs
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run

GOOD = "Why does light bend when it enters a block of glass at an angle?"


def _flags(cursor: Cursor) -> set[tuple[str, str]]:
    return set(cursor.execute("select instruction_id, kind from quality_flag").fetchall())


def test_old_pairs_are_flagged_by_question_answer_and_call(small: Small, make_pairs: MakePairs):
    make_pairs(
        {
            "a": (GOOD, "Because it is slower in glass."),
            "b": ("Explain.", "It is slower in glass than in the air, so it bends."),
            "c": (GOOD, "The three reasons for this are the"),
            "d": (GOOD, "..."),
        }
    )
    ingest(
        small.cursor,
        [
            model_call("call-e", finish_reason="length"),
            model_call("answering-e"),
            instruction("e", text=GOOD),
            answer("e", text="I'm sorry, but I can't help with that."),
        ],
    )
    check = check_rules(small.database, rows_at_once=2)
    assert (check.state, check.done, check.found) == ("finished", 5, 5)
    assert _flags(small.cursor) == {
        ("b", "too_short"),
        ("c", "truncated"),
        ("d", "empty"),
        ("e", "truncated"),
        ("e", "refusal"),
    }


def test_the_language_is_that_of_the_run(small: Small, make_pairs: MakePairs):
    german = "Das Licht wird gebrochen, weil es sich im Glas langsamer ausbreitet als in der Luft ringsum."
    save_run(small.cursor, run("german", settings={"language": "de"}))
    make_pairs({"a": german})
    make_pairs({"b": german}, run_id="german")
    check_rules(small.database)
    assert _flags(small.cursor) == {("a", "wrong_language")}


def test_it_goes_on_where_it_was_and_looks_at_what_is_new(small: Small, make_pairs: MakePairs):
    make_pairs(dict.fromkeys("abcd", "Explain."))
    asked = iter((False, True))
    stopped = check_rules(small.database, rows_at_once=2, is_stopped=lambda: next(asked))
    assert (stopped.state, stopped.done, len(_flags(small.cursor))) == ("stopped", 2, 2)
    assert check_rules(small.database).found == 4
    make_pairs({"e": "Explain."})
    seen = []
    check_rules(small.database, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(4, 5), (5, 5)]
    kept = find_rules_check(small.cursor)
    assert kept is not None
    assert (kept.state, kept.done, kept.found) == ("finished", 5, 5)


def test_what_a_person_lifted_stays_lifted(small: Small, make_pairs: MakePairs):
    make_pairs({"a": "Explain.", "b": "Explain."})
    check_rules(small.database)
    lift_flags(small.cursor, "too_short", ["a"], by="ann", at=NOON)
    check_rules(small.database, is_anew=True)
    assert _flags(small.cursor) == {("b", "too_short")}


def test_a_flag_that_is_there_keeps_what_it_says(small: Small, make_pairs: MakePairs):
    make_pairs({"a": "Explain."})
    check_rules(small.database)
    small.cursor.execute("update quality_flag set detail = 'Said before.'")
    check_rules(small.database, is_anew=True)
    assert small.cursor.execute("select detail from quality_flag").fetchall() == [("Said before.",)]


@pytest.mark.parametrize("rows_at_once", [1, 3, 100])
def test_steps_of_any_size_find_the_same(small: Small, make_pairs: MakePairs, rows_at_once: int):
    make_pairs({name: ("Explain." if name in "ae" else GOOD, "Because it is so.") for name in "abcdef"})
    assert check_rules(small.database, rows_at_once=rows_at_once).found == 2
    assert _flags(small.cursor) == {("a", "too_short"), ("e", "too_short")}
