"""Which Ray cluster does a run work on: one that is there, or one of its own on this machine?

One of its own listens on the loopback address as far as Ray can be told to, has no dashboard, sends no usage
statistics, and is gone with everything it wrote when the run ends. A cluster that is there already is left as it is.
"""

import contextlib
import logging
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glan_core.errors import SettingsError

_KNOCK_SECONDS = 10.0
_LOOK_SECONDS = 2.0
_FOLDERS = "glan-ray-"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_ENABLE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
_OBJECT_STORE_BYTES = 200_000_000  # only parts' names and the curriculum pass through it


@contextlib.contextmanager
def cluster(address: str, *, actors: int) -> Iterator[Any]:
    """Connect to the cluster at an address, or start one with room for so many actors; gives the module `ray`.

    Raises SettingsError if there is none at the address.
    """
    quiet = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_BACKEND_LOG_LEVEL": "fatal",  # what it says on standard error means nothing to whoever watches a run
        "RAY_DEDUP_LOGS": "0",
    }
    if address:
        quiet["RAY_NUM_REDIS_GET_RETRIES"] = "2"  # of some 40 seconds each
    else:
        quiet["RAY_worker_niceness"] = "0"  # Ray's own is 15, and then actors starve beside anything else that works
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
    if ":" in address:
        _knock(address)  # Ray would try for minutes
    import ray
    import ray.data

    if ray.is_initialized():  # in a notebook, say
        yield ray
        return
    sweep(_FOLDERS)
    folder = None if address else Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-"))
    with _loopback(ray) if folder or _is_on_loopback(ray, address) else contextlib.nullcontext():
        try:
            with _own_signals(), _silence():
                _begin(ray, address, folder, actors)
            yield ray
        finally:
            ray.shutdown()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def answers(address: str) -> bool:
    """Say whether somebody listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_LOOK_SECONDS):
            return True
    except OSError:
        return False


def sweep(prefix: str) -> None:
    """Remove temporary folders called so and with the id of a process of this machine that was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        try:
            os.kill(int(folder.name.removeprefix(prefix).split("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (PermissionError, ValueError):
            continue  # somebody else's


def _is_on_loopback(ray: Any, address: str) -> bool:
    """Say whether a cluster answers at 127.0.0.1 and not at the address that other machines see of this one.

    Ray takes the one for the other, unless it is told that there is no other.
    """
    host, _, port = address.rpartition(":")
    return host in _LOOPBACK and not answers(f"{ray.util.get_node_ip_address()}:{port}")


@contextlib.contextmanager
def _loopback(ray: Any) -> Iterator[None]:
    """Have Ray take 127.0.0.1 for the address of this machine, which it has an environment variable for."""
    constants = ray._private.ray_constants  # read when Ray was imported, which may have been long ago
    before, was_enabled = os.environ.get(_ENABLE), constants.ENABLE_RAY_CLUSTER
    os.environ[_ENABLE], constants.ENABLE_RAY_CLUSTER = "0", False
    try:
        yield
    finally:
        constants.ENABLE_RAY_CLUSTER = was_enabled
        del os.environ[_ENABLE]
        if before is not None:
            os.environ[_ENABLE] = before


def _begin(ray: Any, address: str, folder: Path | None, actors: int) -> None:
    common = {"logging_level": logging.ERROR, "log_to_driver": False, "namespace": "glan"}
    try:
        if folder is None:
            ray.init(address=address, **common)
        else:
            ray.init(
                address="local",
                num_cpus=actors,
                num_gpus=0,
                include_dashboard=False,
                object_store_memory=_OBJECT_STORE_BYTES,
                _temp_dir=str(folder),
                **common,
            )
    except (ConnectionError, OSError, ValueError, RuntimeError, TimeoutError, ray.exceptions.RayError) as error:
        raise _none(address, error) from error


def _knock(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_KNOCK_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise _none(address, error) from error


def _none(address: str, error: Exception) -> SettingsError:
    where = f"at {address}" if address else "on this machine"
    return SettingsError(
        f"There is no Ray cluster {where}: {error}",
        "Give the address that `ray start --head` printed (HOST:6379), or none for one on this machine.",
    )


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep from standard error what Ray says there as it begins; what goes wrong it raises."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what a signal means: Ray takes SIGTERM for itself when it begins."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
