"""An export of several files takes its place as a whole, whatever happens on the way, and is listed afterwards."""

import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.exports.comparison import Rows, compare_exports
from glan_core.exports.manifest import files_of
from glan_core.exports.request import ExportRequest, request_from_data, request_to_data
from glan_core.exports.writing import export, export_folder
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from glan_core.store.export_log import find_export, list_exports
from tests.conftest import Small
from tests.exports.pairs import add_pair, add_pairs, begin, write, written

FORMATS = ("chat", "sharegpt", "alpaca", "parquet", "csv", "hf")
KILLED = """
import os, signal, sys
from pathlib import Path
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export_folder
from glan_core.store.database import open_database

def kill_half_way(done, total):
    if done:
        os.kill(os.getpid(), signal.SIGKILL)

with open_database(Path(sys.argv[1])) as database:
    request = ExportRequest(gates=(), formats=("chat", "hf"))
    export_folder(database, Path(sys.argv[2]), request, on_progress=kill_half_way)
"""


@pytest.fixture
def pairs(small: Small) -> Small:
    """Five pairs, of which two are of a second discipline."""
    begin(small)
    add_pairs(small, "abc", "phase")
    add_pairs(small, "xy", "acid")
    return small


def bytes_in(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_a_file_for_each_format_and_a_manifest_that_is_true(pairs: Small, tmp_path: Path):
    export_ = write(pairs, tmp_path / "out", formats=FORMATS, has_recipe=True)
    made = bytes_in(tmp_path / "out")
    told = {each.file: each for each in files_of(json.loads(made.pop("manifest.json")))}
    assert set(told) == set(made)
    assert {name: each.bytes for name, each in told.items()} == {name: len(text) for name, text in made.items()}
    assert {name: each.sha256 for name, each in told.items()} == {
        name: hashlib.sha256(text).hexdigest() for name, text in made.items()
    }
    assert {each.pairs for each in told.values() if each.split} == {5}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".out")] == []
    assert export_.manifest == json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))


def test_the_same_export_gives_the_same_bytes_in_every_file(pairs: Small, tmp_path: Path):
    settings = {"formats": FORMATS, "test_per_discipline": 1, "has_recipe": True, "order": "interleaved"}
    write(pairs, tmp_path / "one", **settings)
    write(pairs, tmp_path / "two", **settings)
    assert bytes_in(tmp_path / "one") == bytes_in(tmp_path / "two")


def test_a_script_that_was_written_compiles(pairs: Small, tmp_path: Path):
    write(pairs, tmp_path / "out", has_recipe=True)
    script = tmp_path / "out" / "train_with_trl.py"
    compile(script.read_text(encoding="utf-8"), str(script), "exec")


def test_names_of_nodes_are_no_markup_in_the_card(pairs: Small, tmp_path: Path):
    pairs.cursor.execute("update taxonomy_node set name = 'A|B <b>*x*' where name = 'Natural Science'")
    write(pairs, tmp_path / "out", formats=("hf",), title="Two\nlines: yes")
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert r"| A\|B \<b\>\*x\* | 5 |" in card
    assert "# Two lines: yes" in card
    assert "None was named. Name one before you publish this." in card
    assert "| instructions | m | instructions `0123456789ab` | 5 |" in card
    assert "The 10 calls behind the pairs cost $2.5000." in card


# Whole or not at all ------------------------------------------------------------------------------------------------


def test_another_export_to_the_same_folder_replaces_it_whole(pairs: Small, tmp_path: Path):
    write(pairs, tmp_path / "out", formats=("chat", "csv"))
    write(pairs, tmp_path / "out", formats=("parquet",))
    assert set(bytes_in(tmp_path / "out")) == {"pairs.parquet", "rows.parquet", "manifest.json"}


def test_a_folder_that_holds_something_else_is_left_alone(pairs: Small, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("Dear to me.")
    with pytest.raises(ExportError, match="holds something else"):
        write(pairs, tmp_path / "out", formats=("hf",))
    assert bytes_in(tmp_path / "out") == {"thesis.txt": b"Dear to me."}


def test_killed_half_way_nothing_stands_there_and_the_next_one_clears_up(pairs: Small, tmp_path: Path):
    earlier = write(pairs, tmp_path / "out")
    before = bytes_in(tmp_path / "out")
    pairs.database.close()
    copy = Path(shutil.copy(pairs.database.path, tmp_path / "copy.duckdb"))
    for name in ("out", "new"):
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(copy), str(tmp_path / name)],
            cwd=PROJECT_FOLDER,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert ran.returncode == -signal.SIGKILL
    assert bytes_in(tmp_path / "out") == before
    assert not (tmp_path / "new").exists()
    assert len(list(tmp_path.glob(".new.*"))) == 1
    with open_database(copy) as database:
        assert [each.export_id for each in list_exports(database.cursor())] == [earlier.export_id]
        export_folder(database, tmp_path / "new", ExportRequest(gates=()))
    assert list(tmp_path.glob(".new.*")) == []
    assert "pairs.jsonl" in bytes_in(tmp_path / "new")


def test_what_another_process_is_writing_is_left_alone(pairs: Small, tmp_path: Path):
    alive = tmp_path / f".out.{os.getppid()}.1.unfinished"
    alive.mkdir()
    write(pairs, tmp_path / "out")
    assert alive.is_dir()


@contextlib.contextmanager
def files_up_to(length: int) -> Iterator[None]:
    """Let the operating system refuse to write a file beyond this many bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_full_disk_leaves_the_earlier_folder_and_nothing_else(pairs: Small, tmp_path: Path, format_: str):
    write(pairs, tmp_path / "out", formats=(format_,))
    before = bytes_in(tmp_path / "out")
    add_pair(pairs, "n", "phase", answer_text=random.Random(1).randbytes(200_000).hex())
    with files_up_to(100_000), pytest.raises(ExportError, match="cannot be written: file too large"):
        write(pairs, tmp_path / "out", formats=(format_,))
    assert bytes_in(tmp_path / "out") == before
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".out")] == []
    assert len(list_exports(pairs.cursor)) == 1


def test_whoever_stops_it_leaves_nothing(pairs: Small, tmp_path: Path):
    class Enough(Exception):
        """Somebody has enough."""

    def stop(done: int, total: int) -> None:
        if done:
            raise Enough

    with pytest.raises(Enough):
        export_folder(pairs.database, tmp_path / "out", ExportRequest(gates=()), on_progress=stop)
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []
    assert list_exports(pairs.cursor) == ()


def test_progress_ends_with_all_pairs(pairs: Small, tmp_path: Path):
    heard: list[tuple[int, int]] = []
    request = ExportRequest(gates=(), test_per_discipline=1)
    export_folder(pairs.database, tmp_path / "out", request, on_progress=lambda *told: heard.append(told))
    total = heard[-1][1]
    assert heard[-1] == (total, total)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


# Listed, repeated, compared -----------------------------------------------------------------------------------------


def test_exports_are_listed_newest_first_and_repeated_from_what_is_kept(pairs: Small, tmp_path: Path):
    first = write(pairs, tmp_path / "one", balance="cap", balance_number=1, quotas=(("reactions", 1),))
    second = export(pairs.database, tmp_path / "two.jsonl", ExportRequest(gates=()))
    assert [each.export_id for each in list_exports(pairs.cursor)] == [second.export_id, first.export_id]
    found = find_export(pairs.cursor, first.export_id[:8])
    assert found is not None
    again = export_folder(pairs.database, tmp_path / "again", request_from_data(found.request))
    assert bytes_in(tmp_path / "again") == bytes_in(tmp_path / "one")
    assert again.request == first.request
    assert find_export(pairs.cursor, "") is None


def test_a_request_is_the_same_when_it_is_read_back():
    request = ExportRequest(formats=("hf", "csv"), quotas=(("x", 3),), seed=4, title="T", columns=("field",))
    assert request_from_data(json.loads(json.dumps(request_to_data(request)))) == request
    with pytest.raises(ExportError, match="no 'colour' in this release"):
        request_from_data({"colour": "red"})


def test_a_comparison_tells_settings_counts_and_pairs(pairs: Small, tmp_path: Path):
    first = write(pairs, tmp_path / "one")
    add_pair(pairs, "d", "coherence")
    pairs.cursor.execute("update instruction set status = 'rejected' where instruction_id in ('a', 'b')")
    second = write(pairs, tmp_path / "two", gates=("rejected",), order="level")
    found = compare_exports(first, second)
    assert {change.name: (change.before, change.after) for change in found.settings} == {
        "gates": ([], ["rejected"]),
        "order": ("id", "level"),
    }
    assert {change.name: (change.before, change.after) for change in found.counts} == {
        "train": (5, 4),
        "left out: rejected": (None, 2),
    }
    assert found.rows == Rows(both=3, gone=2, added=1, moved=0)
    assert found.equal_files == ()
    assert found.changed_files == ("pairs.jsonl", "rows.parquet")


def test_pairs_that_moved_into_the_test_set_are_counted(pairs: Small, tmp_path: Path):
    add_pair(pairs, "d", "coherence")
    chosen = Filter(instruction_ids=("a", "d"))
    first = write(pairs, tmp_path / "one", filter_=chosen)
    second = write(pairs, tmp_path / "two", filter_=chosen, test_per_discipline=1)
    assert compare_exports(first, second).rows == Rows(both=2, gone=0, added=0, moved=1)
    assert len(written(second, "test")) == 1


def test_without_the_files_pairs_cannot_be_compared(pairs: Small, tmp_path: Path):
    first, second = write(pairs, tmp_path / "one"), write(pairs, tmp_path / "two")
    shutil.rmtree(tmp_path / "one")
    found = compare_exports(first, second)
    assert found.rows is None
    assert set(found.equal_files) == {"pairs.jsonl", "rows.parquet"}


def test_an_export_that_another_one_replaced_is_not_compared_by_the_pairs_of_that_one(pairs: Small, tmp_path: Path):
    first = write(pairs, tmp_path / "out")
    add_pair(pairs, "d", "coherence")
    second = write(pairs, tmp_path / "out")
    found = compare_exports(first, second)
    assert [(change.name, change.before, change.after) for change in found.counts] == [("train", 5, 6)]
    assert found.rows is None
    third = write(pairs, tmp_path / "third")
    assert compare_exports(second, third).rows == Rows(both=6, gone=0, added=0, moved=0)
