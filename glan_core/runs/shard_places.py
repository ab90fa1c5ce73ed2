"""Where do the shards and parts of a run lie, and how is that remembered?

Below the run's folder, where all machines share a disk. Otherwise under an address (shard_addresses.py), in a folder of
each session, and the run's folder tells which:

    RUN/shards.json    {"address": "s3://bucket/glan", "session": "18e", "is_open": true}
    s3://bucket/glan/RUN/18e/parts/items-000000.parquet
    s3://bucket/glan/RUN/18e/shards/690a-0002-00006.parquet
    s3://bucket/glan/RUN/18e/writers/690a-0002    while this actor writes

So whoever goes on with the run, takes it in or looks at it finds what is there without being told. What an actor of an
earlier session still writes there after another one has begun is not read: its calls may have been made again.
"""

import json
import os
import socket
import stat
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from glan_core.errors import DiskError, StoreError
from glan_core.runs.shard_addresses import AddressFiles
from glan_core.runs.shard_files import FolderFiles, SharedFiles

_NOTE = "shards.json"


class ShardAddress(NamedTuple):
    """A folder under an address."""

    address: str
    run_id: str
    session: str


@dataclass(frozen=True, slots=True)
class ShardPlace:
    """Where the shards and parts of a run lie in one session."""

    files: SharedFiles
    journals: Path
    """Where actors of this machine append to what they are writing."""
    session: str = ""
    """In whose folder all of it is; empty: in the run's folder, journals included, which all machines see."""

    @property
    def is_shared(self) -> bool:
        """Whether what an actor is writing can be seen from other machines."""
        return not self.session

    def name(self, folder: str, file: str = "") -> str:
        """Give the name of one of its folders, or of a file in it."""
        return "/".join(part for part in (self.session, folder, file) if part)


@dataclass(frozen=True, slots=True)
class _Note:
    address: str
    session: str
    is_open: bool
    """Whether something may lie there that is not in the run's journal."""


def begin_session(folder: Path, address: str) -> ShardAddress | None:
    """Note where a session that begins now keeps its shards: under an address, or that of the session before.

    None for the run's folder, which is where they lie if no address was ever named. SettingsError for an address that
    cannot be used, DiskError if nothing can be written there.
    """
    known = _noted(folder)
    address = address or (known.address if known else "")
    if not address:
        return None
    note = _Note(address, f"{time.time_ns():x}", is_open=True)
    AddressFiles(address, folder.name).write(f"{note.session}/begun", socket.gethostname().encode())
    _write_note(folder, note)
    return ShardAddress(address, folder.name, note.session)


def end_session(folder: Path) -> None:
    """Note that all that was there is in the run's journal."""
    note = _noted(folder)
    if note is not None and note.is_open:
        _write_note(folder, _Note(note.address, note.session, is_open=False))


def place_of(folder: Path) -> ShardPlace:
    """Give the place of the run in this folder, as whoever has the folder sees it."""
    note = _noted(folder)
    return place_at(folder, ShardAddress(note.address, folder.name, note.session) if note and note.is_open else None)


def place_at(folder: Path, address: ShardAddress | None) -> ShardPlace:
    """Give the place under an address, for which nobody needs the run's folder, or the one below the folder."""
    if address is None:
        return ShardPlace(FolderFiles(folder), folder / "shards")
    files = AddressFiles(address.address, address.run_id)
    return ShardPlace(files, own_folder() / address.run_id / address.session, address.session)


def own_folder() -> Path:
    """Give the folder of this user on this machine, for what actors are writing."""
    return Path(tempfile.gettempdir()) / f"glan-shards-{os.getuid()}"


def make_own_folder() -> None:
    """Make that folder, which nobody else may look into; DiskError if it is somebody else's."""
    path = own_folder()
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise DiskError(f"{path} cannot be made: {reason}.", "Free space, or name another TMPDIR.") from error
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise DiskError(f"{path} belongs to somebody else.", "Name another folder as TMPDIR.")


def _noted(folder: Path) -> _Note | None:
    path = folder / _NOTE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _Note(address=data["address"], session=data["session"], is_open=data["is_open"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} cannot be read, which tells where the shards of the run lie.",
            "Remove it to go on without what is there.",
        ) from error


def _write_note(folder: Path, note: _Note) -> None:
    FolderFiles(folder).write(_NOTE, json.dumps(asdict(note)).encode())
