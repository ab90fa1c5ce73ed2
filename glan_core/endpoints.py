"""Which endpoints are there besides the environment's, which one is in use, and with which key is each called?

An endpoint keeps the name of its key: an environment variable, or an entry of .streamlit/secrets.toml. The key itself
is looked up each time by whoever calls, and lives in memory alone.

    the newest choice of a person        kept in the database, so over restarts too
    nobody chose, or the environment     OPENAI_BASE_URL and its like, as settings.py reads them
"""

import dataclasses
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from glan_core.calls import EndpointModel, ReplyForm
from glan_core.errors import SettingsError
from glan_core.ids import stable_id
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.model_choice import CONCURRENCY
from glan_core.saved_endpoint import SavedEndpoint
from glan_core.settings import Settings, check_addresses
from glan_core.store.database import Cursor, Database
from glan_core.store.endpoint_models import insert_endpoint_models, list_endpoint_models
from glan_core.store.endpoints import (
    find_chosen_endpoint_id,
    find_endpoint,
    insert_endpoint_choice,
    list_endpoints,
    save_endpoint,
)

FindKey = Callable[[str], str]
"""Gives the key of a name; empty where there is none."""

BUILT_IN = SavedEndpoint(
    endpoint_id="built_in",
    name="Built-in model",
    base_url="",
    key_name="",
    model=built_in.MODEL,
    answer_model="",
    concurrency=built_in.CONCURRENCY,
    added_at=datetime(2026, 1, 1, tzinfo=UTC),
)
"""Always there; it has no row."""
ENVIRONMENT = ""
"""The id of what the environment names."""
KEY_PLACES = "Start with it as an environment variable; the app reads .streamlit/secrets.toml too."
LONGEST_NAME = 60
MOST_CONCURRENCY = 256
_LONGEST_MODEL = 200

# Whoever mistakes the field for one that takes the key itself is to be told before anything is kept: hardly any key
# looks like this. Nor do variables that have nothing to do with keys, which must not be sent to an address.
_KEY_NAME = re.compile(r"(?=.*(KEY|TOKEN))[A-Z][A-Z0-9_]{0,63}|(?=.*(key|token))[a-z][a-z0-9_]{0,63}")
_KEY_NAME_HINT = (
    "Give its name and not the key itself: letters, digits and _, with KEY or TOKEN in it, such as OPENAI_API_KEY."
)


class KeyStanding(NamedTuple):
    """Whether a key is there, never any part of it."""

    is_set: bool
    """True also where none is wanted."""
    sentence: str


def check_key_name(text: str) -> str:
    """Give the name of a key without white space; SettingsError, which does not repeat it, if it can be none."""
    name = text.strip()
    if name and not _KEY_NAME.fullmatch(name):
        raise SettingsError("This is not the name of a key.", _KEY_NAME_HINT)
    return name


def make_endpoint(
    *,
    name: str,
    addresses: Sequence[str],
    key_name: str,
    model: str,
    answer_model: str,
    concurrency: int,
    find_key: FindKey,
) -> SavedEndpoint:
    """Give an endpoint of what a person wrote; SettingsError for what cannot be used."""
    base_url, *others = check_addresses(addresses)
    written = " ".join(name.split())
    if not written or len(written) > LONGEST_NAME or not written.isprintable():
        raise SettingsError(
            f"An endpoint wants a name of at most {LONGEST_NAME} letters.", "Any will do, such as: my vLLM."
        )
    if written.casefold() == BUILT_IN.name.casefold():
        raise SettingsError(f"{BUILT_IN.name!r} is in the list already.", "Give this one another name.")
    models = {field: text.strip() for field, text in (("model", model), ("answer model", answer_model))}
    for field, text in models.items():
        if len(text) > _LONGEST_MODEL or not text.isprintable():
            raise SettingsError(f"The name of the {field} cannot be used.", "Write it as the endpoint lists it.")
    if not 1 <= concurrency <= MOST_CONCURRENCY:
        raise SettingsError(f"{concurrency} calls at once cannot be made.", f"Choose 1 to {MOST_CONCURRENCY}.")
    made = SavedEndpoint(
        endpoint_id=stable_id("endpoint", written.casefold()),
        name=written,
        base_url=base_url,
        other_addresses=tuple(others),
        key_name=check_key_name(key_name),
        model=models["model"],
        answer_model=models["answer model"],
        concurrency=concurrency,
        added_at=datetime.now(UTC),
    )
    key = find_key(made.key_name) if made.key_name else ""
    if key and any(key in text for text in (made.name, *made.addresses, made.model, made.answer_model)):
        raise SettingsError("The key itself stands in one of the fields.", "Take it out: its name is enough.")
    return made


def add_endpoint(database: Database, endpoint: SavedEndpoint, *, replaces: bool = False) -> None:
    """Keep an endpoint; one that was removed under this name comes back.

    SettingsError if there is one of this name and it is not to be replaced.
    """
    cursor = database.cursor()
    with database.writing:
        there = find_endpoint(cursor, endpoint.endpoint_id)
        if there is not None and not there.is_removed and not replaces:
            raise SettingsError(
                f"There is an endpoint {there.name!r} already.", "Choose another name, or change that one."
            )
        save_endpoint(cursor, endpoint)
    cursor.close()


def remove_endpoint(database: Database, endpoint: SavedEndpoint) -> bool:
    """Take an endpoint out of the list; say whether it was the one in use, which is the environment's then."""
    cursor = database.cursor()
    with database.writing:
        was_in_use = find_chosen_endpoint_id(cursor) == endpoint.endpoint_id
        save_endpoint(cursor, dataclasses.replace(endpoint, is_removed=True))
        if was_in_use:
            insert_endpoint_choice(cursor, ENVIRONMENT, chosen_at=datetime.now(UTC))
    cursor.close()
    return was_in_use


def use_endpoint(database: Database, endpoint_id: str) -> None:
    """Choose what open pages use from now on, also after a restart: an id, that of BUILT_IN, or ENVIRONMENT."""
    cursor = database.cursor()
    with database.writing:
        insert_endpoint_choice(cursor, endpoint_id, chosen_at=datetime.now(UTC))
    cursor.close()


def endpoint_in_use(cursor: Cursor) -> SavedEndpoint | None:
    """Give the endpoint that was chosen last and is still there; None: the environment's."""
    chosen = find_chosen_endpoint_id(cursor)
    if chosen == BUILT_IN.endpoint_id:
        return BUILT_IN
    found = find_endpoint(cursor, chosen) if chosen else None
    return found if found is not None and not found.is_removed else None


def endpoint_of_environment(settings: Settings) -> SavedEndpoint | None:
    """Give what the environment names as if it had been added; None where it names none."""
    if not settings.base_url:
        return None
    return dataclasses.replace(
        BUILT_IN,
        endpoint_id=ENVIRONMENT,
        name="From the environment",
        base_url=settings.base_url,
        other_addresses=settings.other_addresses,
        key_name=settings.key_name if settings.api_key else "",
        model=settings.model,
        answer_model=settings.answer_model,
        concurrency=CONCURRENCY,
    )


def list_all_endpoints(cursor: Cursor, settings: Settings) -> tuple[SavedEndpoint, ...]:
    """List the environment's endpoint, if it names one, the built-in model, and those that people added."""
    own = endpoint_of_environment(settings)
    return (*((own,) if own else ()), BUILT_IN, *list_endpoints(cursor))


def id_in_use(cursor: Cursor, settings: Settings) -> str:
    """Give the id of the endpoint in use, among those of `list_all_endpoints`."""
    chosen = endpoint_in_use(cursor)
    if chosen is not None:
        return chosen.endpoint_id
    return ENVIRONMENT if settings.base_url else BUILT_IN.endpoint_id


def keep_reply_form(database: Database, *, label: str, model: str, reply_form: ReplyForm) -> None:
    """Remember the form in which a model gives lists, so that no run has to find it out again."""
    cursor = database.cursor()
    with database.writing:
        known = {each.model: each for each in list_endpoint_models(cursor, label)}
        ceiling = known[model].ceiling if model in known else None
        insert_endpoint_models(cursor, [EndpointModel(label, model, reply_form, ceiling)])
    cursor.close()


def endpoint_named(cursor: Cursor, name: str) -> SavedEndpoint:
    """Give the endpoint of this name, in small or capital letters; SettingsError if there is none."""
    wanted = " ".join(name.split()).casefold()
    there = (BUILT_IN, *list_endpoints(cursor))
    for endpoint in there:
        if endpoint.name.casefold() == wanted:
            return endpoint
    raise SettingsError(f"There is no endpoint {name!r}.", f"There are: {', '.join(each.name for each in there)}.")


def settings_at(settings: Settings, endpoint: SavedEndpoint | None, find_key: FindKey) -> Settings:
    """Give the settings with an endpoint in the place of the environment's; None leaves them as they are.

    SettingsError if the key that it names is not there: without it every call would be refused.
    """
    if endpoint is None:
        return settings
    standing = key_standing(endpoint.key_name, find_key)
    if not standing.is_set:
        raise SettingsError(f"The endpoint {endpoint.name!r} cannot be used: {standing.sentence}", KEY_PLACES)
    return dataclasses.replace(
        settings,
        base_url=endpoint.base_url,
        other_addresses=endpoint.other_addresses,
        api_key=find_key(endpoint.key_name) if endpoint.key_name else "",
        key_name=endpoint.key_name,
        model=endpoint.model,
        answer_model=endpoint.answer_model,
        concurrency=endpoint.concurrency,
        endpoint_name=endpoint.name,
    )


def key_standing(key_name: str, find_key: FindKey) -> KeyStanding:
    """Say whether the named key is there."""
    if not key_name:
        return KeyStanding(True, "Calls go without a key.")
    if find_key(key_name):
        return KeyStanding(True, f"{key_name} is set.")
    return KeyStanding(False, f"{key_name} is not set.")


def sends_key_in_the_open(endpoint: SavedEndpoint) -> bool:
    """Say whether the key would cross a network unencrypted."""
    return bool(endpoint.key_name) and any(_is_in_the_open(address) for address in endpoint.addresses)


def check_begun_at(begun_at: Sequence[str], endpoint: Endpoint) -> None:
    """Raise SettingsError if a run that was begun at one endpoint would go on at another; nothing: nobody knows."""
    if begun_at and not endpoint.is_one_of(begun_at):
        raise SettingsError(
            f"This run was begun at {begun_at[0]}, and {endpoint.label} is in use now.",
            "A run stays with its endpoint. Choose that one on the Endpoints page, or another seed for a new run.",
        )


def _is_in_the_open(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "http" and host not in ("localhost", "::1") and not host.startswith("127.")
