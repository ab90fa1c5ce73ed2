"""How does a command tell what it did?

Results go to standard output, as sentences or as one JSON object; progress and errors go to standard error.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from glan_core.settings import Settings, read_settings

DatabaseOption = Annotated[Path | None, typer.Option("--database", help="The database file. Default: the app's.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
RunsOption = Annotated[Path | None, typer.Option(help="Folder of the journals. Default: beside the database.")]


def settings_with(database: Path | None, given: Mapping[str, str | Sequence[str] | None] | None = None) -> Settings:
    """Read the environment, with what the command line says in its place; SettingsError if it cannot be used.

    What an option says several times stands there by commas.
    """
    options = {"GLAN_DATABASE": str(database) if database else None, **(given or {})}
    texts = {
        name: value if isinstance(value, str) else ",".join(value)
        for name, value in options.items()
        if value is not None
    }
    return read_settings({**os.environ, **texts})


def printable(text: str) -> str:
    """Give a text without control characters, of which a terminal would take orders; endpoints can say anything."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def start_of(text: str, length: int = 90) -> str:
    """Give the beginning of a text on one line, the last character an ellipsis where something is left out."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def tell(data: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    """Print a result, as JSON or as a sentence."""
    sys.stdout.write((json.dumps(data, ensure_ascii=False) if as_json else printable(sentence)) + "\n")


def note_unreadable(sentences: Sequence[str]) -> None:
    """Say of which runs not all could be taken in, so that nobody takes what is here for all there is."""
    for sentence in sentences:
        note(f"A run could not be taken in: {sentence}")


def note(sentence: str) -> None:
    """Say something on the side, on standard error."""
    sys.stderr.write(f"{printable(sentence)}\n")
    sys.stderr.flush()
