"""Which database, which endpoint and which model, when nobody says so on the command line?

    GLAN_DATABASE      the database file; workspace/glan.duckdb beside the app otherwise
    OPENAI_BASE_URL    an OpenAI-compatible endpoint, usually ending in /v1
    OPENAI_API_KEY     its key; alone it means OpenAI's own endpoint
    GLAN_MODEL         the model for every stage; may be left out where the endpoint offers exactly one
    GLAN_ANSWER_MODEL  another model for the answers, as the paper does it
    GLAN_LANGUAGE      the language of questions and answers, such as ko or Korean; English otherwise
    GLAN_TEMPLATES     a folder of prompt templates of one's own; see glan_core/prompts/
    GLAN_THREADS       how many cores the built-in model writes with; all but one otherwise

With neither OPENAI_BASE_URL nor OPENAI_API_KEY the built-in model answers.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from glan_core.errors import SettingsError
from glan_core.languages import language_code

PROJECT_FOLDER = Path(__file__).parent.parent
OPENAI_BASE_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, or an endpoint that people added in its place (endpoints.py)."""

    database: Path
    base_url: str
    """Empty: the built-in model."""
    api_key: str = field(repr=False)
    model: str
    """Empty: ask the endpoint."""
    answer_model: str
    """Empty: the same as `model`."""
    language: str
    """Two letters of ISO 639-1."""
    templates_folder: str
    """Empty: the shipped templates only."""
    threads: int | None = None
    """Cores that the built-in model writes with. None: all but one, which is left to the pages."""
    key_name: str = "OPENAI_API_KEY"
    """What the key is called where it is kept; empty where the endpoint has none."""
    concurrency: int | None = None
    """Calls at once. None: as many as is usual for the endpoint."""
    endpoint_name: str = ""
    """What people call the endpoint; empty where nobody gave it a name."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; empty ones count as missing.

    SettingsError for an address that carries a secret, as addresses are shown and kept, and for an unknown language,
    and for a number of threads that is none.
    """
    base_url = environment.get("OPENAI_BASE_URL", "").strip()
    api_key = environment.get("OPENAI_API_KEY", "").strip()
    if api_key and not base_url:
        base_url = OPENAI_BASE_URL
    address = urlsplit(base_url)
    if address.username or address.password or address.query:
        raise SettingsError(
            "OPENAI_BASE_URL holds a name, a password or a query.",
            "Put the address alone there, and the key in OPENAI_API_KEY.",
        )
    database = environment.get("GLAN_DATABASE", "").strip()
    templates = environment.get("GLAN_TEMPLATES", "").strip()
    return Settings(
        database=Path(database).expanduser() if database else PROJECT_FOLDER / "workspace" / "glan.duckdb",
        base_url=base_url.rstrip("/"),
        api_key=api_key,
        model=environment.get("GLAN_MODEL", "").strip(),
        answer_model=environment.get("GLAN_ANSWER_MODEL", "").strip(),
        language=language_code(environment.get("GLAN_LANGUAGE", "").strip() or "en"),
        templates_folder=str(Path(templates).expanduser().resolve()) if templates else "",
        threads=_threads(environment.get("GLAN_THREADS", "").strip()),
    )


def _threads(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= (os.cpu_count() or 1):
        raise SettingsError(
            f"GLAN_THREADS is {text!r}.",
            f"Use a whole number from 1 to {os.cpu_count() or 1}, the cores of this machine.",
        )
    return int(text)


def runs_folder(database: Path) -> Path:
    """Give the folder that holds the journals of a database's runs: `glan.runs` beside `glan.duckdb`."""
    return database.with_suffix(".runs")


def exports_folder(database: Path) -> Path:
    """Give the folder that the app exports to: `glan.exports` beside `glan.duckdb`."""
    return database.with_suffix(".exports")
