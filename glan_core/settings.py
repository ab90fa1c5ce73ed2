"""Which database, which endpoint and which model, when nobody says so on the command line?

    GLAN_DATABASE      the database file; workspace/glan.duckdb beside the app otherwise
    OPENAI_BASE_URL    an OpenAI-compatible endpoint, usually ending in /v1; several addresses of it by commas
    OPENAI_API_KEY     its key; alone it means OpenAI's own endpoint
    GLAN_MODEL         the model for every stage; may be left out where the endpoint offers exactly one
    GLAN_ANSWER_MODEL  another model for the answers, as the paper does it
    GLAN_LANGUAGE      the language of questions and answers, such as ko or Korean; English otherwise
    GLAN_TEMPLATES     a folder of prompt templates of one's own; see glan_core/prompts/
    GLAN_THREADS       how many cores the built-in model writes with; all but one otherwise

With neither OPENAI_BASE_URL nor OPENAI_API_KEY the built-in model answers.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from glan_core.errors import SettingsError
from glan_core.languages import language_code
from glan_core.providers import PLACEHOLDER

PROJECT_FOLDER = Path(__file__).parent.parent
OPENAI_BASE_URL = "https://api.openai.com/v1"
MOST_ADDRESSES = 64
"""Of one endpoint."""
_LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, or an endpoint that people added in its place (endpoints.py)."""

    database: Path
    base_url: str
    """Empty: the built-in model. Of several addresses the first."""
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
    other_addresses: tuple[str, ...] = ()
    """Where the same models answer besides, with the same key."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; empty ones count as missing.

    SettingsError for an address that cannot be an endpoint's, for an unknown language, and for a number of threads that
    is none.
    """
    base_url = environment.get("OPENAI_BASE_URL", "").strip()
    api_key = environment.get("OPENAI_API_KEY", "").strip()
    if api_key and not base_url:
        base_url = OPENAI_BASE_URL
    addresses = _addresses(base_url)
    database = environment.get("GLAN_DATABASE", "").strip()
    templates = environment.get("GLAN_TEMPLATES", "").strip()
    return Settings(
        database=Path(database).expanduser() if database else PROJECT_FOLDER / "workspace" / "glan.duckdb",
        base_url=addresses[0] if addresses else "",
        other_addresses=addresses[1:],
        api_key=api_key,
        model=environment.get("GLAN_MODEL", "").strip(),
        answer_model=environment.get("GLAN_ANSWER_MODEL", "").strip(),
        language=language_code(environment.get("GLAN_LANGUAGE", "").strip() or "en"),
        templates_folder=str(Path(templates).expanduser().resolve()) if templates else "",
        threads=_threads(environment.get("GLAN_THREADS", "").strip()),
    )


def check_base_url(text: str) -> str:
    """Give an address without white space and slashes at its end; SettingsError if it cannot be an endpoint's.

    What was given is not repeated where it may hold a secret.
    """
    base_url = text.strip().rstrip("/")
    hint = "It looks like http://localhost:8000/v1 or https://api.openai.com/v1."
    try:
        address = urlsplit(base_url)
        port_is_wrong = address.port == 0
    except ValueError as error:
        raise SettingsError("This is no address: its host or port cannot be read.", hint) from error
    if not base_url:
        raise SettingsError("The address is missing.", hint)
    if address.username is not None or address.password is not None or "@" in address.netloc:
        raise SettingsError("The address holds a user name or a password.", "Leave out what stands before the @.")
    if "?" in base_url or "#" in base_url:
        raise SettingsError(
            "The address holds a query, and addresses are shown and kept.",
            "Leave out what follows the question mark: keys have a name of their own, and the v1 form of an address "
            "needs no api-version.",
        )
    if address.scheme not in ("http", "https"):
        raise SettingsError("The address does not begin with http:// or https://.", hint)
    if not address.hostname or port_is_wrong or len(base_url) > _LONGEST_ADDRESS:
        raise SettingsError("The address names no host, or no port that exists.", hint)
    if not base_url.isprintable() or " " in base_url:
        raise SettingsError("The address holds white space.", hint)
    if PLACEHOLDER.lower() in base_url.lower():
        raise SettingsError(f"{PLACEHOLDER} still stands in the address.", "Put the name of your own resource there.")
    for path in ("/chat/completions", "/models"):
        if base_url.endswith(path):
            raise SettingsError(f"The address ends in {path}.", f"Leave that out: {base_url.removesuffix(path)}")
    return base_url


def check_addresses(texts: Sequence[str]) -> tuple[str, ...]:
    """Give the addresses of one endpoint, each as `check_base_url` does; empty ones are passed over.

    SettingsError for one that cannot be an endpoint's, for one that stands there twice, and for too many.
    """
    given = [text for text in texts if text.strip()] or [""]
    checked: list[str] = []
    for number, text in enumerate(given, start=1):
        try:
            address = check_base_url(text)
        except SettingsError as error:
            which = f"Of {len(given)} addresses number {number}: " if len(given) > 1 else ""
            raise SettingsError(f"{which}{error.message}", error.hint) from error
        if address in checked:
            raise SettingsError(f"{address} stands there twice.", "Give each address once.")
        checked.append(address)
    if len(checked) > MOST_ADDRESSES:
        raise SettingsError(
            f"There are {len(checked)} addresses.", f"Give at most {MOST_ADDRESSES}, or put a balancer before them."
        )
    return tuple(checked)


def _addresses(text: str) -> tuple[str, ...]:
    try:
        return check_addresses(text.split(",")) if text else ()
    except SettingsError as error:
        raise SettingsError(f"OPENAI_BASE_URL (or --base-url) cannot be used. {error.message}", error.hint) from error


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
