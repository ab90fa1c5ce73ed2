"""Is an export one file to download, with its folders and its manifest, and the same bytes each time?"""

import io
import zipfile
from pathlib import Path

import pytest
from datasets import load_dataset

from glan_core.errors import ExportError
from glan_core.exports.archive import archive_of
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export as write_export
from tests.conftest import Small
from tests.exports.pairs import add_pairs, begin, write


@pytest.fixture
def pairs(small: Small) -> Small:
    """Three pairs."""
    begin(small)
    add_pairs(small, "abc", "reflection")
    return small


def test_the_unpacked_folder_is_the_export_and_loads(pairs: Small, tmp_path: Path):
    export = write(pairs, tmp_path / "out", formats=("chat", "hf"), has_recipe=True)
    with zipfile.ZipFile(io.BytesIO(archive_of(export))) as archive:
        archive.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / "out"
    there = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    wanted = {path.relative_to(export.path): path.read_bytes() for path in export.path.rglob("*") if path.is_file()}
    assert there == wanted
    assert Path("manifest.json") in there
    loaded = load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].num_rows == 3


def test_the_same_export_is_the_same_file_whenever_it_was_written(pairs: Small, tmp_path: Path):
    one, other = (write(pairs, tmp_path / name / "out", formats=("chat", "hf")) for name in ("one", "other"))
    assert archive_of(one) == archive_of(other)


def test_a_single_file_comes_with_its_manifest(pairs: Small, tmp_path: Path):
    export = write_export(pairs.database, tmp_path / "train.jsonl", ExportRequest(gates=()))
    with zipfile.ZipFile(io.BytesIO(archive_of(export))) as archive:
        assert sorted(archive.namelist()) == ["train/manifest.json", "train/train.jsonl"]


def test_what_is_gone_is_told(pairs: Small, tmp_path: Path):
    export = write(pairs, tmp_path / "out")
    (export.path / "pairs.jsonl").unlink()
    with pytest.raises(ExportError, match="cannot be read"):
        archive_of(export)
