"""Tests of glan_core.runs.shard_addresses: which addresses may shards lie under, and how are files written there?"""

from pathlib import Path

import pytest

from glan_core.errors import SettingsError
from glan_core.runs.shard_addresses import AddressFiles, check_address
from tests.object_store import ObjectStore
from tests.runs.shard_runs import UNDER_ADDRESSES, address_of


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("s3://AKIA0:secret@bucket/glan", "holds a key or a password"),
        ("s3://AKIA0@bucket/glan", "holds a key or a password"),
        ("hdfs://me:secret@host:8020/glan", "holds a key or a password"),
        ("s3://bucket/glan?secret_key=secret", "has 'secret_key', which may hold a key"),
        ("s3://bucket/glan?endpoint_override=me:secret@host", "has 'endpoint_override', which may hold a key"),
        ("abfs://c@a.dfs.core.windows.net/glan?sig=secret", "has 'sig', which may hold a key"),
    ],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(address: str, sentence: str):
    with pytest.raises(SettingsError, match=sentence) as raised:
        check_address(address)
    assert "secret" not in raised.value.message.replace("'secret_key'", "")
    assert "environment" in raised.value.hint


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/shared/glan", "no address of a place that all machines reach"),
        ("bucket/glan", "no address of a place that all machines reach"),
        ("mock:///glan", "no address of a place that all machines reach"),
        ("ftp://host/glan", "Unrecognized filesystem type in URI"),
        ("file://host/glan", "Unsupported hostname"),
        ("s3://?region=us-east-1", "names no bucket and no folder"),
        ("s3://[bucket/glan", "cannot be read"),
    ],
)
def test_an_address_that_nobody_can_use_is_told(address: str, sentence: str):
    with pytest.raises(SettingsError, match=sentence) as raised:
        check_address(address)
    assert "s3://bucket/folder" in raised.value.hint


def test_an_address_where_files_can_be_kept_is_taken_and_nothing_of_the_trial_stays(
    object_store: ObjectStore, tmp_path: Path
):
    check_address(tmp_path.as_uri())
    assert list(tmp_path.iterdir()) == []
    check_address(object_store.address("trial"))
    assert object_store.names("trial") == []


def test_an_address_where_nothing_can_be_written_is_refused(object_store: ObjectStore, tmp_path: Path):
    with pytest.raises(SettingsError, match="bucket does not exist"):
        check_address(object_store.address("glan", bucket="no-such-bucket"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="Shards cannot be kept under"):
        check_address((tmp_path / "file" / "glan").as_uri())


@pytest.mark.parametrize("kind", UNDER_ADDRESSES)
def test_files_can_be_written_found_moved_and_removed(kind: str, request: pytest.FixtureRequest):
    files = AddressFiles(address_of(kind, request), "run")
    assert files.names("shards") == []
    for name in ("b", "a"):
        files.write(f"shards/{name}", name.encode())
    files.write("shards/a", b"again")
    assert files.names("shards") == ["shards/a", "shards/b"]
    files.move("shards/a", "shards/taken/a")
    assert files.names("shards") == ["shards/b"]
    assert files.read("shards/taken/a") == b"again"
    assert [files.exists(name) for name in ("shards/a", "shards/b", "shards/taken/a")] == [False, True, True]
    files.remove("shards/b")
    files.remove("shards/b")
    files.remove("shards")
    files.remove("shards")
    assert not files.exists("shards/taken/a")
    for gone in (lambda: files.read("shards/a"), lambda: files.read("other")):
        with pytest.raises(FileNotFoundError):
            gone()


def test_a_server_that_is_away_for_a_moment_is_asked_again(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("glan_core.runs.shard_addresses._PAUSES_SECONDS", (0.0, 0.0))
    files = AddressFiles(object_store.address("away"), "run")
    put, tried = files._put, []

    def fail_twice(path: str, data: bytes) -> None:
        tried.append(path)
        if len(tried) < 3:
            raise OSError("AWS Error SLOW_DOWN during PutObject operation")
        put(path, data)

    monkeypatch.setattr(files, "_put", fail_twice)
    files.write("one", b"1")
    assert files.read("one") == b"1"
    assert len(tried) == 3
