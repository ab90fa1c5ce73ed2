"""What does a large map look like that nobody had to generate?

All tables that a map reads, written by DuckDB itself: 8 fields of 5 sub-fields of 3 disciplines of 10 subjects, each
with a syllabus; five runs; pairs with texts of ten words; and coordinates in a heap for each subject, the heaps of a
discipline beside each other. The tables of pairs have no keys: to index ten million ids takes longer than all that is
measured, and no map asks for one.
"""

from pathlib import Path

from glan_core.store.corpus_points import PlacedCorpus, list_placed_corpora
from glan_core.store.database import Cursor, first_row, open_database

PROJECTION = "synthetic"
FIELDS, SUB_FIELDS, DISCIPLINES, SUBJECTS = 8, 5, 3, 10
RUNS = 5
_ALL_SUBJECTS = FIELDS * SUB_FIELDS * DISCIPLINES * SUBJECTS
_ROWS_AT_ONCE = 1_000_000
_WITHOUT_KEYS = ("model_call", "instruction", "answer", "projected_point")


def make_set(path: Path, pairs: int) -> None:
    """Make a database of so many pairs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_database(path, create=True) as database:
        cursor = database.cursor()
        for table in _WITHOUT_KEYS:
            cursor.execute(f"create or replace table {table} as from {table}")
        _make_tree(cursor)
        _make_runs(cursor)
        for start in range(0, pairs, _ROWS_AT_ONCE):
            _make_pairs(cursor, start, min(start + _ROWS_AT_ONCE, pairs))
        cursor.execute("checkpoint")


def add_points(cursor: Cursor, pairs: int) -> None:
    """Add so many pairs, as a run would that has just ended."""
    row = first_row(cursor.execute("select count(*) from instruction"))
    start = int(row[0]) if row else 0
    _make_pairs(cursor, start, start + pairs)


def add_corpus(cursor: Cursor) -> PlacedCorpus:
    """Give a corpus of as many rows as there are pairs, each near one of them on the map; made if it is not there."""
    if not list_placed_corpora(cursor, PROJECTION):
        cursor.execute(
            """
            insert into corpus (
                corpus_id, name, file_name, container, format, mapping, imported_at, rows, bad_lines,
                longer_conversations
            )
            select 'corpus', 'Corpus', 'corpus.jsonl', 'json_lines', 'alpaca', '{}', now(), count(*), 0, 0
            from projected_point
            """
        )
        cursor.execute(
            """
            insert into corpus_row
            select 'corpus', rowid + 1, md5(rowid::varchar), text || ' Say why.', 'Because.' from instruction
            """
        )
        cursor.execute(
            """
            insert into corpus_point
            select projection_id, 'corpus', rowid + 1, x + 0.05, y - 0.05, 0.1 from projected_point
            """
        )
        cursor.execute("checkpoint")
    (corpus,) = list_placed_corpora(cursor, PROJECTION)
    return corpus


def _make_tree(cursor: Cursor) -> None:
    sub_fields, disciplines = FIELDS * SUB_FIELDS, FIELDS * SUB_FIELDS * DISCIPLINES
    cursor.execute(
        f"""
        insert into taxonomy_node (taxonomy_node_id, parent_id, level, name, origin)
        select 'f' || i, null, 'field', 'Field ' || i, 'starter' from range({FIELDS}) as t(i)
        union all
        select 's' || i, 'f' || i // {SUB_FIELDS}, 'sub_field', 'Sub-field ' || i, 'starter'
        from range({sub_fields}) as t(i)
        union all
        select 'd' || i, 's' || i // {DISCIPLINES}, 'discipline', 'Discipline ' || i, 'starter'
        from range({disciplines}) as t(i)
        """  # noqa: S608
    )
    cursor.execute(
        f"""
        insert into subject (subject_id, discipline_id, name, level, subtopics)
        select
            'c' || i, 'd' || i // {SUBJECTS}, 'Subject ' || i,
            ['introductory', 'intermediate', 'advanced'][i % 3 + 1], []
        from range({_ALL_SUBJECTS}) as t(i)
        """  # noqa: S608
    )
    cursor.execute(
        f"""
        insert into syllabus (syllabus_id, subject_id, version, text)
        select 'y' || i, 'c' || i, 1, 'A syllabus.' from range({_ALL_SUBJECTS}) as t(i)
        """  # noqa: S608
    )


def _make_runs(cursor: Cursor) -> None:
    cursor.execute(
        f"""
        insert into run (run_id, plan, settings, seed, state, engine, started_at)
        select 'r' || i, '{{}}', '{{}}', i, 'finished', 'local', timestamptz '2024-02-20 12:00:00+00'
        from range({RUNS}) as t(i)
        """  # noqa: S608
    )
    cursor.execute(
        """
        insert into projection (projection_id, encoder, method, seed, created_at)
        values (?, 'none', 'umap', 1, now())
        """,
        [PROJECTION],
    )


def _make_pairs(cursor: Cursor, start: int, end: int) -> None:
    """Make the pairs with these numbers, and the call of each question."""
    numbers = f"range({start}, {end}) as t(i)"
    pair_id = "lpad(to_base((hash(i) >> 2)::bigint, 32), 16, 'a')"
    cursor.execute(
        f"""
        insert into model_call (
            model_call_id, run_id, stage, template, template_fingerprint, model, parameters, messages, reply,
            finish_reason, seconds, attempt, finished_at
        )
        select
            'call' || i, 'r' || i % {RUNS}, 'instructions', 'instructions', '0', 'model ' || i % 2, '{{}}', '[]', '',
            'stop', 1, 1, timestamptz '2024-02-20 12:00:00+00' + to_seconds(i)
        from {numbers}
        """  # noqa: S608
    )
    words = " || ' ' || ".join(f"'w' || (hash(i, {place}) % 997)" for place in range(9))
    cursor.execute(
        f"""
        insert into instruction
        select
            {pair_id}, 'y' || {_subject("i")}, ['one_session', 'two_sessions'][i % 2 + 1],
            'What about subject' || {_subject("i")} || ' ' || {words} || '?', 'r' || i % {RUNS}, [], 'call' || i,
            if(i % 10 = 0, 'accepted', 'generated')
        from {numbers}
        """  # noqa: S608
    )
    cursor.execute(
        f"""
        insert into answer
        select 'a' || i, {pair_id}, 'Because of w' || hash(i, 20) % 997 || '.', 'r' || i % {RUNS}, 'call' || i
        from {numbers}
        """  # noqa: S608
    )
    spread = "0.5 * sqrt(-2 * ln(1 - (hash(i, 30) % 1000000) / 1000001.0))"
    angle = "2 * pi() * (hash(i, 31) % 1000000) / 1000000.0"
    heap = f"{_subject('i')} // {SUBJECTS}"
    cursor.execute(
        f"""
        insert into projected_point (projection_id, instruction_id, x, y, placed_by)
        select
            '{PROJECTION}', {pair_id},
            8 * sin({heap} * 12.9898) + 0.8 * cos({_subject("i")}) + {spread} * cos({angle}),
            8 * cos({heap} * 78.233) + 0.8 * sin({_subject("i")}) + {spread} * sin({angle}),
            if(i < 50000, 'fit', 'transform')
        from {numbers}
        """  # noqa: S608
    )


def _subject(number: str) -> str:
    return f"(hash({number}, 40) % {_ALL_SUBJECTS})::integer"
