"""What do the processes of this machine show of themselves, and how is one killed with all that stands below it?"""

import contextlib
import os
import signal
from pathlib import Path

_LISTENS = "0A"


def below(process_id: int) -> list[int]:
    """Give the processes that one has begun, and those that these have, oldest first."""
    parents = {each: _parent_of(each) for each in _all()}
    found = {process_id}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {process_id})


def command_of(process_id: int) -> str:
    """Give the command line of a process, or what it calls itself; empty if it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def all_commands() -> list[str]:
    """Give the command lines of all processes."""
    return [command_of(each) for each in _all()]


def kill(*process_ids: int) -> None:
    """End processes as kill -9 does, each with all that stands below it."""
    for each in [*process_ids, *(lower for process_id in process_ids for lower in below(process_id))]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def listening(process_id: int) -> set[str]:
    """Give the addresses at which a process waits for connections over TCP."""
    sockets = set()
    with contextlib.suppress(OSError):
        for file in Path(f"/proc/{process_id}/fd").iterdir():
            with contextlib.suppress(OSError):
                sockets.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == _LISTENS and columns[9] in sockets:
                found.add(_address(columns[1].partition(":")[0]))
    return found


def _address(words: str) -> str:
    """Read what the kernel writes: words of four bytes, each backwards, eight letters a word."""
    numbers = [int(words[at : at + 2], 16) for at in range(0, len(words), 2)]
    in_order = [numbers[at + back] for at in range(0, len(numbers), 4) for back in (3, 2, 1, 0)]
    if len(in_order) == 4 or in_order[:12] == [0] * 10 + [255, 255]:
        return ".".join(map(str, in_order[-4:]))
    return "::1" if in_order == [0] * 15 + [1] else "".join(f"{each:02x}" for each in in_order)


def _all() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent_of(process_id: int) -> int:
    with contextlib.suppress(OSError):
        return int(_after_name(process_id)[1])
    return 0


def _after_name(process_id: int) -> list[str]:
    """Give the columns after the name, which may hold spaces."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
