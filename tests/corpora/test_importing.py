"""A file becomes a corpus whole or not at all, and the same file only once."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from glan_core.corpora import importing
from glan_core.corpora.importing import corpus_named, import_corpus, preview_corpus, remove_corpus
from glan_core.corpus_files import find_layout
from glan_core.errors import CorpusFileError, DiskError, GlanError, SettingsError
from glan_core.store.corpora import MOST_BAD_LINES, list_bad_lines, list_corpora, list_corpus_rows
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.reports import totals
from tests.corpus_files.files import PAIRS, alpaca, columns, sharegpt, write


def rows_in(cursor: Cursor) -> int:
    """Count the rows of all corpora."""
    return int(cursor.execute("select count(*) from corpus_row").fetchall()[0][0])


def test_rows_are_kept_as_the_file_has_them(database: Database, cursor: Cursor, tmp_path: Path):
    before = totals(cursor)
    imported = import_corpus(database, write(tmp_path / "Other set.jsonl", alpaca()))
    corpus = imported.corpus
    assert imported.is_new
    assert (corpus.name, corpus.file_name, corpus.rows, corpus.bad_lines) == ("Other set", "Other set.jsonl", 4, 0)
    assert (corpus.container, corpus.format_) == ("json_lines", "alpaca")
    assert corpus.mapping == {"instruction": "instruction", "answer": "output", "input": "input"}
    kept = list_corpus_rows(cursor, corpus.corpus_id, limit=10)
    assert [(row.instruction, row.answer) for row in kept] == list(PAIRS)
    assert [row.number for row in kept] == [1, 2, 3, 4]
    assert list_corpora(cursor) == (corpus,)
    assert totals(cursor) == before  # they are no pairs


def test_ids_of_rows_depend_on_the_file_alone(database: Database, cursor: Cursor, tmp_path: Path, empty_file: Path):
    path = write(tmp_path / "set.jsonl", alpaca([("Why?", "So."), ("Why?", "So.")]))
    first = import_corpus(database, path).corpus
    ids = [row.corpus_row_id for row in list_corpus_rows(cursor, first.corpus_id, limit=10)]
    assert len(set(ids)) == 2
    with open_database(Path(shutil.copy(empty_file, tmp_path / "other.duckdb"))) as other:
        again = import_corpus(other, Path(shutil.copy(path, tmp_path / "copy.jsonl"))).corpus
        assert again.corpus_id == first.corpus_id
        assert [row.corpus_row_id for row in list_corpus_rows(other.cursor(), again.corpus_id, limit=10)] == ids


def test_the_same_file_again_adds_nothing(database: Database, cursor: Cursor, tmp_path: Path):
    path = write(tmp_path / "set.jsonl", alpaca())
    first = import_corpus(database, path).corpus
    again = import_corpus(database, Path(shutil.copy(path, tmp_path / "copy.jsonl")))
    assert (again.is_new, again.was_removed, again.corpus) == (False, False, first)
    renamed = import_corpus(database, path, name="Better name")
    assert (renamed.is_new, renamed.corpus.name) == (False, "Better name")
    assert [corpus.name for corpus in list_corpora(cursor)] == ["Better name"]
    assert rows_in(cursor) == 4


def test_the_same_file_read_otherwise_is_another_corpus(database: Database, cursor: Cursor, tmp_path: Path):
    path = write(tmp_path / "set.csv", columns())
    import_corpus(database, path)
    turned = find_layout(path, instruction_column="answer", answer_column="question")
    with pytest.raises(SettingsError, match="There is a corpus 'set' already"):
        import_corpus(database, path, layout=turned)
    import_corpus(database, path, layout=turned, name="turned")
    assert {corpus.name for corpus in list_corpora(cursor)} == {"set", "turned"}


def test_a_removed_corpus_comes_back_with_its_file(database: Database, cursor: Cursor, tmp_path: Path):
    path = write(tmp_path / "set.jsonl", alpaca())
    remove_corpus(cursor, import_corpus(database, path).corpus)
    assert list_corpora(cursor) == ()
    with pytest.raises(SettingsError, match="There is no corpus 'set'"):
        corpus_named(cursor, "set")
    again = import_corpus(database, path)
    assert (again.is_new, again.was_removed, rows_in(cursor)) == (False, True, 4)
    assert corpus_named(cursor, " SET ") == again.corpus == corpus_named(cursor, again.corpus.corpus_id)


def test_a_removed_corpus_does_not_take_the_name_of_another(database: Database, cursor: Cursor, tmp_path: Path):
    first = write(tmp_path / "set.jsonl", alpaca())
    remove_corpus(cursor, import_corpus(database, first).corpus)
    import_corpus(database, write(tmp_path / "set.json", sharegpt()))
    with pytest.raises(SettingsError, match="already"):
        import_corpus(database, first)
    assert import_corpus(database, first, name="set 1").was_removed


def test_bad_lines_are_kept_by_number_and_counted(database: Database, cursor: Cursor, tmp_path: Path):
    good = json.dumps({"instruction": "Why?", "output": "So."})
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join([good, *["{"] * (MOST_BAD_LINES + 5), good]), encoding="utf-8")
    corpus = import_corpus(database, path).corpus
    assert (corpus.rows, corpus.bad_lines) == (2, MOST_BAD_LINES + 5)
    kept = list_bad_lines(cursor, corpus.corpus_id)
    assert len(kept) == MOST_BAD_LINES
    assert kept[0].number == 2
    assert "not JSON" in kept[0].reason


def test_conversations_that_go_on_are_counted(database: Database, tmp_path: Path):
    (row,) = sharegpt([("Why?", "So.")])
    longer = {"conversations": [*row["conversations"], {"from": "human", "value": "And?"}]}
    corpus = import_corpus(database, write(tmp_path / "set.jsonl", [row, longer])).corpus
    assert (corpus.rows, corpus.longer_conversations) == (2, 1)


def test_a_file_without_a_row_that_can_be_used_leaves_nothing(database: Database, cursor: Cursor, tmp_path: Path):
    path = write(tmp_path / "set.jsonl", alpaca([("Why?", ""), ("", "So.")]))
    with pytest.raises(CorpusFileError, match=r"None of the 2 rows .* The first one, 1: the answer is empty"):
        import_corpus(database, path)
    assert (list_corpora(cursor, has_removed=True), rows_in(cursor)) == ((), 0)


def test_what_breaks_in_the_middle_leaves_nothing(
    database: Database, cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write(tmp_path / "set.parquet", columns([(f"Why {n}?", f"So {n}." * 50) for n in range(20_000)]))
    monkeypatch.setattr(importing, "_ROWS_AT_ONCE", 1_000)
    layout = find_layout(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20_000] = bytes(20_000)
    path.write_bytes(data)
    with pytest.raises(CorpusFileError, match="no Parquet file that can be read"):
        import_corpus(database, path, layout=layout)
    assert (list_corpora(cursor, has_removed=True), rows_in(cursor)) == ((), 0)


def test_many_rows_come_in_parts_and_in_order(
    database: Database, cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importing, "_ROWS_AT_ONCE", 7)
    heard: list[int] = []
    path = write(tmp_path / "set.jsonl", alpaca([(f"Why {n}?", f"So {n}.") for n in range(20)]))
    corpus = import_corpus(database, path, on_progress=heard.append).corpus
    assert heard == [7, 14, 20]
    kept = list_corpus_rows(cursor, corpus.corpus_id, limit=100)
    assert [row.answer for row in kept] == [f"So {n}." for n in range(20)]
    assert list_corpus_rows(cursor, corpus.corpus_id, limit=2, after=18) == kept[18:]


def test_what_is_no_text_for_others_is_text_here(database: Database, cursor: Cursor, tmp_path: Path):
    pairs = [("Null \0 letter?", "\0"), ("1 MB?", "🙂" * 300_000)]
    corpus = import_corpus(database, write(tmp_path / "set.jsonl", alpaca(pairs))).corpus
    assert [(r.instruction, r.answer) for r in list_corpus_rows(cursor, corpus.corpus_id, limit=10)] == pairs


def test_a_full_disk_is_said_before_anything_is_written(
    database: Database, cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write(tmp_path / "set.jsonl", alpaca())
    monkeypatch.setattr(importing, "_LEAST_FREE_BYTES", 10**18)
    with pytest.raises(DiskError, match="MB left, and set"):
        import_corpus(database, path)
    assert list_corpora(cursor) == ()


@pytest.mark.parametrize("name", [" ", "x" * 61, "a\x07b"])
def test_names_that_cannot_be_used_are_refused(database: Database, tmp_path: Path, name: str):
    with pytest.raises(SettingsError, match="wants a name"):
        import_corpus(database, write(tmp_path / "set.jsonl", alpaca()), name=name)


def test_a_preview_writes_nothing(database: Database, cursor: Cursor, tmp_path: Path):
    path = write(tmp_path / "set.jsonl", alpaca([("", "So."), *PAIRS]))
    preview = preview_corpus(path, find_layout(path), rows=2)
    assert [row.instruction for row in preview.rows] == [asked for asked, _ in PAIRS[:2]]
    assert [line.number for line in preview.bad_lines] == [1]
    assert rows_in(cursor) == 0


def test_two_at_once_take_a_file_in_once(database: Database, cursor: Cursor, tmp_path: Path):
    path = write(tmp_path / "set.jsonl", alpaca([(f"Why {n}?", "So.") for n in range(2_000)]))
    errors: list[GlanError] = []

    def take_in() -> None:
        try:
            import_corpus(database, path)
        except GlanError as error:
            errors.append(error)

    threads = [threading.Thread(target=take_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows_in(cursor) == 2_000
    assert len(list_corpora(cursor)) == 1
    assert not errors
