"""Which addresses may the shards of a run lie under, and how are files written and read there?

    s3://bucket/folder?region=eu-central-1         with endpoint_override=HOST:PORT a store of one's own that speaks S3
    gs://bucket/folder
    abfs://container@account.dfs.core.windows.net/folder
    hdfs://host:8020/folder
    file:///disk/folder                            a disk that all machines share, though nobody can append there

Whatever pyarrow.fs reaches. Who one is, it finds where it always does, in the environment of each process
(AWS_ACCESS_KEY_ID, GOOGLE_APPLICATION_CREDENTIALS, the role of a machine), and never in the address: that is written
down in the run's folder.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl, urlsplit

from glan_core.errors import DiskError, SettingsError, StoreError
from glan_core.runs.shard_files import PART

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

_OPTIONS = frozenset(
    {
        *("region", "scheme", "endpoint_override", "tls_ca_file_path", "tls_verify_certificates"),  # s3
        *("allow_bucket_creation", "allow_bucket_deletion", "allow_delayed_open"),
        *("project_id", "retry_limit_seconds"),  # gs
        *("blob_storage_authority", "blob_storage_scheme", "dfs_storage_authority", "dfs_storage_scheme"),  # abfs
        *("enable_tls", "credential_kind"),
        *("user", "kerb_ticket", "replication", "buffer_size", "default_block_size"),  # hdfs
    }
)
"""What may stand behind the question mark; anything else may be a key."""
_OBJECT_STORES = frozenset({"s3", "gcs", "abfs"})  # an object is there whole or not at all
_PAUSES_SECONDS = (1.0, 3.0)  # before another try; what is below tries for some seconds itself
_PATIENCE_SECONDS = 30  # of gs, which otherwise tries for a quarter of an hour
_EXAMPLES = "An address looks like s3://bucket/folder, gs://bucket/folder or file:///disk/folder."
Result = TypeVar("Result")


class AddressFiles:
    """Files below an address; SettingsError for one that cannot be used."""

    at_once = 16

    def __init__(self, address: str, folder: str, *, tries: int = 1 + len(_PAUSES_SECONDS)) -> None:
        self._address = address
        self._tries = tries
        self._filesystem, path = _opened(address)
        self._root = f"{path.rstrip('/')}/{folder}"
        self._is_object_store = self._filesystem.type_name in _OBJECT_STORES

    def write(self, name: str, data: bytes, *, is_lasting: bool = True) -> None:
        """Put a file there, which lasts in any case; see SharedFiles."""
        path = self._path(name)

        def do() -> None:
            if self._is_object_store:
                self._put(path, data)
                return
            self._filesystem.create_dir(path.rpartition("/")[0], recursive=True)
            part = f"{path}.{os.getpid()}-{threading.get_ident()}{PART}"
            self._put(part, data)
            self._filesystem.move(part, path)

        try:
            self._tried(do, name, DiskError, "written")
        except FileNotFoundError as error:
            raise self._explained(error, name, DiskError, "written") from error

    def read(self, name: str) -> bytes:
        """Give what a file holds; see SharedFiles."""

        def do() -> bytes:
            with self._filesystem.open_input_stream(self._path(name)) as file:
                data: bytes = file.read()
            return data

        return self._tried(do, name, StoreError, "read")

    def names(self, folder: str) -> list[str]:
        """Give the names of the files right in a folder; see SharedFiles."""
        from pyarrow.fs import FileSelector

        selector = FileSelector(self._path(folder), allow_not_found=True)
        found = self._tried(lambda: self._filesystem.get_file_info(selector), folder, StoreError, "listed")
        names = [info.base_name for info in found if info.is_file]
        return sorted(f"{folder}/{name}" for name in names if not name.endswith(PART))

    def exists(self, name: str) -> bool:
        """Say whether a file is there; see SharedFiles."""
        info = self._tried(lambda: self._filesystem.get_file_info(self._path(name)), name, StoreError, "looked for")
        return bool(info.is_file)

    def move(self, name: str, to: str) -> None:
        """Give a file another name, at first beside the one that it had; see SharedFiles."""
        path, target = self._path(name), self._path(to)

        def do() -> None:
            if self._is_object_store:
                self._filesystem.copy_file(path, target)
                self._filesystem.delete_file(path)
                return
            self._filesystem.create_dir(target.rpartition("/")[0], recursive=True)
            self._filesystem.move(path, target)

        self._tried(do, name, DiskError, "moved")

    def remove(self, name: str) -> None:
        """Remove a file or a folder; see SharedFiles."""
        path = self._path(name).rstrip("/")

        def do() -> None:
            info = self._filesystem.get_file_info(path)
            if info.is_file:
                self._filesystem.delete_file(path)
            else:
                self._filesystem.delete_dir(path)

        try:
            self._tried(do, name, DiskError, "removed")
        except FileNotFoundError:
            return

    def _put(self, path: str, data: bytes) -> None:
        with self._filesystem.open_output_stream(path) as file:
            file.write(data)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _tried(self, do: Callable[[], Result], name: str, kind: type[StoreError], done: str) -> Result:
        for pause in (*_PAUSES_SECONDS, None)[-self._tries :]:
            try:
                return do()
            except FileNotFoundError:
                raise
            except (OSError, ValueError, NotImplementedError) as error:
                if pause is None or isinstance(error, PermissionError | NotImplementedError):
                    raise self._explained(error, name, kind, done) from error
                time.sleep(pause)
        raise AssertionError("one try is always made")

    def _explained(self, error: Exception, name: str, kind: type[StoreError], done: str) -> StoreError:
        return kind(
            f"{name or 'The folder'} under {self._address} cannot be {done}: {_reason(error)}",
            "What was made before is safe. Go on once the address can be reached with the environment's credentials.",
        )


def check_address(address: str) -> None:
    """Raise SettingsError unless files can be written, found, moved and removed under an address."""
    files = AddressFiles(address, f"trial-{secrets.token_hex(6)}", tries=1)
    try:
        files.write("one", b"Can files be written here?")
        files.move("one", "other/one")
        if files.names("other") != ["other/one"] or not files.read("other/one"):
            raise StoreError(f"What was written under {address} is not found there.")
        files.remove("")
    except (StoreError, FileNotFoundError) as error:
        raise SettingsError(
            f"Shards cannot be kept under {address}: {error}",
            "Every machine has to write, list, read and delete there. The bucket has to exist; credentials come from "
            "the environment.",
        ) from error


def _opened(address: str) -> "tuple[FileSystem, str]":
    from pyarrow.fs import FileSystem

    _check_form(address)
    scheme = urlsplit(address).scheme
    wanted = {"s3": "allow_delayed_open=true", "gs": f"retry_limit_seconds={_PATIENCE_SECONDS}"}.get(scheme, "")
    if wanted.partition("=")[0] in dict(_options_of(address)):
        wanted = ""
    try:
        filesystem, path = FileSystem.from_uri(f"{address}{'&' if '?' in address else '?'}{wanted}".rstrip("?&"))
    except (ValueError, OSError, ImportError, NotImplementedError) as error:
        raise SettingsError(f"The address {address} cannot be used: {_reason(error)}", _EXAMPLES) from error
    if not path.strip("/"):
        raise SettingsError(f"The address {address} names no bucket and no folder.", _EXAMPLES)
    return filesystem, path


def _check_form(address: str) -> None:
    try:
        parts = urlsplit(address)
        options = _options_of(address)
        has_password = parts.password is not None or (parts.scheme == "s3" and parts.username is not None)
    except ValueError as error:
        raise SettingsError(f"The address of the shards cannot be read: {error}.", _EXAMPLES) from error
    if not parts.scheme or "://" not in address or parts.scheme == "mock":
        raise SettingsError(f"{address!r} is no address of a place that all machines reach.", _EXAMPLES)
    elsewhere = "Leave it out: credentials come from the environment of each machine, and are never written down."
    if has_password:
        raise SettingsError("The address of the shards holds a key or a password.", elsewhere)
    for name, value in options:
        if name not in _OPTIONS or "@" in value:
            raise SettingsError(f"The address of the shards has {name!r}, which may hold a key.", elsewhere)
    if parts.fragment:
        raise SettingsError("The address of the shards has something after #.", "Leave it out.")


def _options_of(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)


def _reason(error: Exception) -> str:
    text = str(error).split(" (Request ID")[0].strip().splitlines()
    return f"{(text[0] if text else type(error).__name__).rstrip('.')}."
