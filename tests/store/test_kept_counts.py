"""What is kept of the counts is true after whatever happened since, and nothing has to be kept."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core.entities import Filter, Strategy, Syllabus
from glan_core.store.coverage import count_coverage
from glan_core.store.database import Cursor, Database, open_database, transaction
from glan_core.store.edited_texts import EditedText, write_texts
from glan_core.store.ingest import ingest
from glan_core.store.kept_counts import BY_STATUS, COUNTED, DRAWN, keep_counts
from glan_core.store.reports import taxonomy_counts, totals
from glan_core.store.reviews import Review, follow_newest, insert_reviews, next_number
from glan_core.store.runs import remove_run, restore_run, save_run
from glan_core.store.unused_parts import list_unused
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, run

RUNS = ("one", "two", "three")
KEYS = tuple("abcdefghijkl")
CONCEPTS = ("reflection", "phase", "telescope")
Step = Callable[[Database, Cursor], None]


def counted(cursor: Cursor) -> tuple[Counter[tuple[object, ...]], set[tuple[str, str]]]:
    """Count with the help of what is kept: questions by all that tells them apart, and what they were drawn from."""
    asked = cursor.execute(
        f"""
        with {COUNTED}, {BY_STATUS}
        select syllabus_id, run_id, strategy, status, answers, questions
        from asked
        """
    ).fetchall()
    drawn = cursor.execute(f"with {COUNTED}, {DRAWN} select syllabus_id, key_concept_id from drawn").fetchall()
    assert len({row[:5] for row in asked}) == len(asked)
    return Counter({row[:5]: row[5] for row in asked}), set(drawn)


def counted_by_hand(cursor: Cursor) -> tuple[Counter[tuple[object, ...]], set[tuple[str, str]]]:
    """Count the same row by row."""
    removed = {key for (key,) in cursor.execute("select run_id from run where is_removed").fetchall()}
    answers = Counter(
        key
        for key, run_id in cursor.execute("select instruction_id, run_id from answer").fetchall()
        if run_id not in removed
    )
    rows = cursor.execute(
        "select instruction_id, syllabus_id, run_id, strategy, status, key_concept_ids from instruction"
    ).fetchall()
    kept = [row for row in rows if row[2] not in removed]
    return (
        Counter((*row[1:5], answers[row[0]]) for row in kept),
        {(row[1], concept) for row in kept for concept in row[5]},
    )


def add_question(key: str, run_id: str, strategy: Strategy, concept: str, syllabus_id: str) -> Step:
    """Make a step that adds a question, if it is not there."""
    more = {"syllabus_id": syllabus_id} if syllabus_id else {}
    made = instruction(key, concept, run_id=run_id, strategy=strategy, **more)
    return lambda _, cursor: ingest(cursor, [made])


def add_answer(key: str, number: int, run_id: str) -> Step:
    """Make a step that adds an answer, be its question there or not."""
    return lambda _, cursor: ingest(cursor, [answer(key, answer_id=f"{key}{number}", run_id=run_id)])


def review(key: str, verdict: str) -> Step:
    """Make a step that gives a question another status."""

    def step(_: Database, cursor: Cursor) -> None:
        number = next_number(cursor)
        made = Review(f"r{number}", number, key, "Ada", verdict, (), "", "card", None, None, NOON)  # type: ignore[arg-type]
        with transaction(cursor):
            insert_reviews(cursor, [made])
            follow_newest(cursor, [], since=number)

    return step


def edit(key: str, text: str) -> Step:
    """Make a step that writes another text."""
    return lambda _, cursor: write_texts(cursor, EditedText("r", key, f"{key}0", "", text, "", text))


def keep(most_at_once: int) -> Step:
    """Make a step that keeps what was counted."""
    return lambda database, _: keep_counts(database, least=1, most_at_once=most_at_once)


STEPS = st.one_of(
    st.builds(
        add_question,
        st.sampled_from(KEYS),
        st.sampled_from(RUNS),
        st.sampled_from(Strategy),
        st.sampled_from(CONCEPTS),
        st.sampled_from(["", "other"]),
    ),
    st.builds(add_answer, st.sampled_from(KEYS), st.integers(0, 2), st.sampled_from(RUNS)),
    st.builds(review, st.sampled_from(KEYS), st.sampled_from(["accepted", "rejected"])),
    st.builds(edit, st.sampled_from(KEYS), st.sampled_from(["Why?", "How?"])),
    st.sampled_from(RUNS).map(lambda run_id: lambda _, cursor: remove_run(cursor, run_id)),
    st.sampled_from(RUNS).map(lambda run_id: lambda _, cursor: restore_run(cursor, run_id)),
    st.integers(1, 5).map(keep),
    st.just(lambda _, cursor: cursor.execute("checkpoint")),
)


@pytest.fixture(scope="module")
def begun_file(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with three runs, and a second syllabus of Optics."""
    path = Path(shutil.copy(small_file, tmp_path_factory.mktemp("begun") / "begun.duckdb"))
    with open_database(path) as database:
        cursor = database.cursor()
        for run_id in RUNS:
            save_run(cursor, run(run_id))
        cursor.execute(
            """
            insert into syllabus (syllabus_id, subject_id, version, text)
            select 'other', subject_id, 0, ''
            from syllabus
            """
        )
    return path


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])  # which goes by the clock
@given(st.lists(STEPS, min_size=10, max_size=20))
def test_counts_are_those_of_the_rows_whatever_happened_since_some_were_kept(begun_file: Path, steps: list[Step]):
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(Path(shutil.copy(begun_file, folder))) as database,
    ):
        cursor = database.cursor()
        for step in steps:
            step(database, cursor)
            assert counted(cursor) == counted_by_hand(cursor)


def every_count(cursor: Cursor) -> tuple[object, ...]:
    """Give all that pages show of the counts."""
    return (
        totals(cursor),
        taxonomy_counts(cursor).to_csv(),
        count_coverage(cursor, Filter()).to_csv(),
        list_unused(cursor, Filter(), kind="key_concept").rows.to_csv(),
    )


def is_kept(cursor: Cursor) -> bool:
    """Say whether what is kept counts."""
    return bool(cursor.execute(f"with {COUNTED} select question_end > 0 from start").fetchall()[0][0])


def test_what_pages_count_is_the_same_with_and_without_what_is_kept(made: Small):
    before = every_count(made.cursor)
    keep_counts(made.database, least=1)
    assert is_kept(made.cursor)
    assert every_count(made.cursor) == before
    ingest(made.cursor, [instruction("d", "phase"), answer("d"), answer("c")])
    after = every_count(made.cursor)
    made.cursor.execute("delete from counted_up_to")
    assert every_count(made.cursor) == after != before


def test_few_new_rows_are_not_kept(made: Small):
    keep_counts(made.database)
    assert not is_kept(made.cursor)


def test_nothing_is_waited_for_while_somebody_writes(made: Small):
    with made.database.writing:
        keep_counts(made.database, least=1)
    assert not is_kept(made.cursor)


def test_what_is_kept_is_still_there_when_the_file_is_opened_again(made: Small):
    keep_counts(made.database, least=1)
    expected = counted(made.cursor)
    made.cursor.close()
    made.database.close()
    with open_database(made.database.path) as again:
        cursor = again.cursor()
        assert is_kept(cursor)
        assert counted(cursor) == expected


@pytest.mark.parametrize(
    "change",
    [
        "delete from instruction where instruction_id = 'a'",
        "delete from answer where instruction_id = 'a'",
        "update instruction set key_concept_ids = ['other'] where instruction_id = 'a'",  # which moves the row
    ],
)
def test_what_is_kept_does_not_count_where_rows_are_no_longer_where_they_were(made: Small, change: str):
    keep_counts(made.database, least=1)
    made.cursor.execute(change)
    assert not is_kept(made.cursor)
    assert counted(made.cursor) == counted_by_hand(made.cursor)
    keep_counts(made.database, least=1)
    assert is_kept(made.cursor)
    assert counted(made.cursor) == counted_by_hand(made.cursor)


def test_rows_of_a_transaction_count_within_it_alone(made: Small):
    keep_counts(made.database, least=1)
    other = made.database.cursor()
    before = counted(other)
    made.cursor.begin()
    made.cursor.execute("insert into answer select 'second', instruction_id, text, run_id, 'c' from answer limit 1")
    assert counted(made.cursor) == counted_by_hand(made.cursor) != before
    assert counted(other) == before
    made.cursor.rollback()


def test_a_syllabus_of_the_wrong_subject_counts_where_it_says(made: Small):
    ingest(
        made.cursor, [Syllabus("s", made.nodes.mechanics.subject_id, 1, "Forces."), instruction("m", syllabus_id="s")]
    )
    keep_counts(made.database, least=1)
    assert counted(made.cursor) == counted_by_hand(made.cursor)
    assert totals(made.cursor).instructions == 4
