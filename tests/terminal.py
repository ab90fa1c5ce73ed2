"""Where commands are typed: in this process, which is quick, or as processes of their own, which can be killed."""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from glan_core.__main__ import main
from glan_core.settings import PROJECT_FOLDER, runs_folder
from glan_core.store.database import open_database
from glan_core.store.reports import totals
from tests.model_server import API_KEY, MODEL, ModelServer

NOWHERE = "http://127.0.0.1:9/v1"
"""For commands that ask no model."""

_HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on standard output; an error if anything else is there."""
        assert self.out.count("\n") == 1, (self.out, self.err)
        data: dict[str, Any] = json.loads(self.out)
        return data


class Terminal:
    """A folder with a database, and an endpoint."""

    def __init__(self, folder: Path, base_url: str = NOWHERE) -> None:
        self.folder = folder
        self.database = folder / "glan.duckdb"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("GLAN", "OPENAI"))
        }
        self.environment |= {
            "GLAN_DATABASE": str(self.database),
            "OPENAI_BASE_URL": base_url,
            "OPENAI_API_KEY": API_KEY,
            "GLAN_MODEL": MODEL,
        }

    @property
    def runs(self) -> Path:
        """The folder of the runs."""
        return runs_folder(self.database)

    def run(self, *arguments: str | Path) -> Ran:
        """Run a command to its end, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(sys, "argv", ["glan_core", *map(str, arguments)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as ended:
                code = ended.code
        return Ran(int(code or 0), out.getvalue(), err.getvalue())

    def run_apart(self, *arguments: str | Path) -> Ran:
        """Run a command to its end, in a process of its own."""
        ran = subprocess.run(
            _command(arguments),
            cwd=PROJECT_FOLDER,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def start(self, *arguments: str | Path) -> "Started":
        """Begin a command; what it says goes to files beside the database's folder."""
        return Started(self, arguments)

    def journal(self, run_id: str) -> list[dict[str, Any]]:
        """Give the lines of a run's journal."""
        lines = (self.runs / run_id / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def rows(self) -> dict[str, list[str]]:
        """Give every row of the database by table, in order; but for when the database was made."""
        with open_database(self.database) as opened:
            cursor = opened.cursor()
            tables = [name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()]
            return {
                table: sorted(map(str, cursor.execute(f"from {table}").fetchall()))
                for table in tables
                if table != "glan_database"
            }


class Started:
    """A command under way."""

    _number = 0

    def __init__(self, terminal: Terminal, arguments: tuple[str | Path, ...]) -> None:
        Started._number += 1
        self._out = terminal.folder.with_suffix(f".{Started._number}.out")
        self._err = terminal.folder.with_suffix(f".{Started._number}.err")
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                _command(arguments), cwd=PROJECT_FOLDER, env=terminal.environment, stdout=out, stderr=err
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal: SIGINT is what Ctrl-C sends."""
        self.process.send_signal(number)

    def wait_for(self, words: str) -> None:
        """Wait until these words are on standard error."""
        wait_until(lambda: words in self._err.read_text(), why=self._err.read_text)

    def end(self, seconds: float = 60.0) -> Ran:
        """Wait for the end."""
        return Ran(self.process.wait(timeout=seconds), self._out.read_text(), self._err.read_text())

    def kill(self) -> None:
        """End it as kill -9 does, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Held:
    """A model server that answers the first calls at once and holds the later ones until it is released."""

    def __init__(self, server: ModelServer, *, after: int, concurrency: int) -> None:
        self.is_reached = threading.Event()
        """Set once as many calls are held as are made at once, so every earlier one has come back."""
        self.is_released = threading.Event()
        self._server = server

        def script(request: dict[str, Any]) -> None:
            seen = len(server.requests)
            if seen == after + concurrency:
                self.is_reached.set()
            if seen > after:
                assert self.is_released.wait(60)

        server.script = script

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until it holds all the calls that are made at once."""
        assert self.is_reached.wait(seconds), len(self._server.requests)

    def release(self) -> None:
        """Answer what is held, and all that comes."""
        self.is_released.set()


@contextlib.contextmanager
def held_by_another(database: Path) -> Iterator[int]:
    """Let another process have the database open, as the app does; gives its id."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
    finally:
        holder.communicate()


def wait_until(is_so: Any, *, why: Any = str) -> None:
    """Wait until a condition holds that another process brings about."""
    give_up = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up, why()
        time.sleep(0.02)


def complaint(ran: Ran) -> tuple[str, str]:
    """Give the sentence and the hint of a command that could not; check that it said nothing else of it."""
    assert (ran.code, ran.out) == (2, ""), ran
    assert "Traceback" not in ran.err
    assert API_KEY not in ran.err
    *_, error, hint = ran.err.splitlines()
    assert error.startswith("error: "), ran.err
    assert hint.startswith("hint: "), ran.err
    assert ran.err.count("error: ") == 1
    assert "mistake of the program" not in hint, ran.err
    return error, hint


def count(database: Path) -> dict[str, int]:
    """Count every noun in a database that no command holds."""
    with open_database(database) as opened:
        return totals(opened.cursor())._asdict()


def folder_with(file: Path, parent: Path) -> Path:
    """Make a folder `work` that holds a copy of a database."""
    folder = parent / "work"
    folder.mkdir()
    shutil.copy(file, folder / "glan.duckdb")
    return folder


def _command(arguments: tuple[str | Path, ...]) -> list[str]:
    return [sys.executable, "-m", "glan_core", *map(str, arguments)]
