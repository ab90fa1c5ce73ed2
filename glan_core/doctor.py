"""What works on this machine, and how is the rest mended?"""

import importlib.metadata
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from glan_core.embedding.encoder import model_folder
from glan_core.errors import DatabaseLockedError, GlanError
from glan_core.llm import built_in
from glan_core.model_choice import ModelChoice, check_addresses_of, check_endpoint, choose_model, seconds_of
from glan_core.settings import PROJECT_FOLDER, Settings
from glan_core.store.database import open_database
from glan_core.store.reports import totals

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "firefox")
_LEAST_FREE_GIB = 1.0


class Check(NamedTuple):
    """One thing looked at."""

    name: str
    state: str
    """`ok`, `missing` (fine until it is needed) or `broken`."""
    detail: str
    hint: str = ""


def examine(settings: Settings) -> tuple[Check, ...]:
    """Look at packages, models, database, disk and browser, each on its own; no row is changed."""
    checks: tuple[tuple[str, Callable[[Settings], Check]], ...] = (
        ("packages", _packages),
        ("built-in model", _built_in_model),
        ("encoder", _encoder),
        ("model in use", _model_in_use),
        ("database", _database),
        ("disk", _disk),
        ("browser", _browser),
    )
    return tuple(_guarded(name, check, settings) for name, check in checks)


def _guarded(name: str, check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings)
    except GlanError as error:
        return Check(name, "broken", error.message, error.hint)


def _packages(_: Settings) -> Check:
    wanted = re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", _requirements(), re.MULTILINE)
    wrong = []
    for name, version in wanted:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "not installed"
        if found.split("+")[0] != version:
            wrong.append(f"{name} {found} instead of {version}")
    if wrong:
        return Check("packages", "broken", "; ".join(wrong), "Run: pip install -r requirements.txt")
    return Check("packages", "ok", f"{len(wanted)} pinned packages, all as pinned")


def _requirements() -> str:
    return (PROJECT_FOLDER / "requirements.txt").read_text(encoding="utf-8")


def _built_in_model(settings: Settings) -> Check:
    megabytes = built_in.weights().stat().st_size / 1e6
    endpoint = built_in.start(settings.threads)
    choice = ModelChoice(endpoint, built_in.MODEL, built_in.MODEL, built_in.CONCURRENCY)
    seconds = check_endpoint(choice)
    return Check("built-in model", "ok", f"{built_in.MODEL}, {megabytes:.0f} MB, answers in {seconds:.1f} s")


def _encoder(_: Settings) -> Check:
    return Check("encoder", "ok", f"all-MiniLM-L6-v2 in {model_folder()}")


def _model_in_use(settings: Settings) -> Check:
    choice = choose_model(settings)
    checks = check_addresses_of(choice)
    errors = [check.error for check in checks if check.error is not None]
    seconds = seconds_of(checks)
    if not errors:
        return Check("model in use", "ok", f"{choice.model} at {choice.endpoint.label} answers in {seconds:.1f} s")
    return Check(
        "model in use",
        "broken",
        f"{choice.model} answers at {len(checks) - len(errors)} of {len(checks)} addresses. "
        + " ".join(error.message for error in errors),
        f"Runs go on with the others. {errors[0].hint}",
    )


def _database(settings: Settings) -> Check:
    if not settings.database.exists():
        return Check(
            "database",
            "missing",
            f"none at {settings.database} yet",
            "`make run` or `python -m glan_core init` makes it.",
        )
    try:
        with open_database(settings.database) as database:
            found = totals(database.cursor())
    except DatabaseLockedError as error:
        return Check(
            "database", "ok", f"{error.message} If that is the app, all is well; headless commands need it closed."
        )
    return Check(
        "database",
        "ok",
        f"{settings.database}: {found.disciplines} disciplines, {found.syllabi} syllabi, {found.answers} pairs",
    )


def _disk(settings: Settings) -> Check:
    folder = settings.database.parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    if free < _LEAST_FREE_GIB:
        return Check("disk", "broken", f"{free:.1f} GiB free in {folder}", "Free some space.")
    return Check("disk", "ok", f"{free:.0f} GiB free in {folder}")


def _browser(_: Settings) -> Check:
    for name in _BROWSERS:
        found = shutil.which(name)
        if found:
            return Check("browser", "ok", str(Path(found)))
    return Check(
        "browser", "missing", "none found on this machine", "Only the browser tests need one: `make test` gets it."
    )
