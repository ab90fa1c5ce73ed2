"""Tests of glan_core.runs.shard_files: how are files written and read where every actor of a run reaches them?"""

from pathlib import Path

import pytest

from glan_core.errors import DiskError
from glan_core.runs.shard_addresses import AddressFiles
from glan_core.runs.shard_files import FolderFiles, side_by_side, writing


def test_files_can_be_written_found_moved_and_removed(tmp_path: Path):
    files = FolderFiles(tmp_path)
    assert files.names("shards") == []
    for name in ("b", "a"):
        files.write(f"shards/{name}", name.encode())
    (tmp_path / "shards" / "c.77.part").write_bytes(b"")  # not whole
    assert files.names("shards") == ["shards/a", "shards/b"]
    files.move("shards/a", "shards/taken/a")
    assert files.names("shards") == ["shards/b"]
    assert files.read("shards/taken/a") == b"a"
    with pytest.raises(FileNotFoundError):
        files.move("shards/a", "shards/taken/a")
    files.remove("shards")
    files.remove("shards")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "shards").write_text("in the way")
    with pytest.raises(DiskError, match="cannot be written"):
        FolderFiles(tmp_path).write("shards/a", b"")


def test_many_files_are_written_side_by_side_and_read_in_their_order(tmp_path: Path):
    for files in (FolderFiles(tmp_path), AddressFiles(tmp_path.as_uri(), "run")):
        with writing(files) as write:
            for number in range(70):
                write(f"parts/{number:03}", str(number).encode())
        assert list(side_by_side(files, files.read, files.names("parts"))) == [b"%d" % number for number in range(70)]


def test_a_file_that_could_not_be_written_beside_others_is_told(tmp_path: Path):
    files = AddressFiles(tmp_path.as_uri(), "run", tries=1)
    (tmp_path / "run").write_text("in the way")
    with pytest.raises(DiskError, match="cannot be written"), writing(files) as write:
        write("parts/1", b"1")
