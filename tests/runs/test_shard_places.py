"""Tests of glan_core.runs.shard_places: where do the shards and parts of a run lie, and how is that remembered?"""

import tempfile
from pathlib import Path

import pytest

from glan_core.errors import DiskError, SettingsError, StoreError
from glan_core.runs.shard_places import begin_session, end_session, make_own_folder, own_folder, place_at, place_of
from glan_core.runs.shards import has_shards
from tests.runs.shard_runs import UNDER_ADDRESSES, address_of


@pytest.mark.parametrize("kind", UNDER_ADDRESSES)
def test_an_address_is_remembered_for_the_next_session_which_has_a_folder_of_its_own(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
):
    first = begin_session(tmp_path, address_of(kind, request))
    assert first is not None
    place_at(Path("/nowhere"), first).files.write(place_of(tmp_path).name("shards", "one"), b"1")  # as an actor does
    assert place_of(tmp_path).files.names(place_of(tmp_path).name("shards")) == [f"{first.session}/shards/one"]

    second = begin_session(tmp_path, "")
    assert second is not None
    assert second.address == first.address
    assert place_of(tmp_path).files.names(place_of(tmp_path).name("shards")) == []


def test_a_run_that_never_had_an_address_keeps_its_shards_in_its_folder(tmp_path: Path):
    assert begin_session(tmp_path, "") is None
    assert place_of(tmp_path).is_shared
    assert list(tmp_path.iterdir()) == []


def test_nobody_asks_under_the_address_of_a_session_that_has_ended(tmp_path: Path):
    shared = tmp_path / "shared"
    begin_session(tmp_path, shared.as_uri())
    end_session(tmp_path)
    (shared / tmp_path.name).rename(shared / "away")
    shared.chmod(0)
    assert place_of(tmp_path).is_shared
    assert not has_shards(tmp_path)
    shared.chmod(0o700)


def test_a_session_that_could_not_write_does_not_begin(tmp_path: Path, request: pytest.FixtureRequest):
    store = request.getfixturevalue("object_store")
    request.getfixturevalue("monkeypatch").setattr("glan_core.runs.shard_addresses._PAUSES_SECONDS", ())
    with pytest.raises(DiskError, match="bucket does not exist"):
        begin_session(tmp_path, store.address("glan", bucket="no-such-bucket"))
    assert place_of(tmp_path).is_shared


def test_an_address_with_a_key_is_never_written_down(tmp_path: Path):
    with pytest.raises(SettingsError):
        begin_session(tmp_path, "s3://AKIA0:secret@bucket/glan")
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_cannot_be_read_says_what_to_do(tmp_path: Path):
    (tmp_path / "shards.json").write_text('{"address": 1')
    with pytest.raises(StoreError, match=r"shards\.json cannot be read") as raised:
        place_of(tmp_path)
    assert "Remove it" in raised.value.hint


def test_a_folder_that_somebody_else_laid_in_the_way_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    own_folder().symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DiskError, match="belongs to somebody else"):
        make_own_folder()
