"""What people may write about an endpoint, which one is in use, and where its key comes from."""

from pathlib import Path

import pytest

from glan_core.calls import EndpointModel
from glan_core.endpoints import (
    BUILT_IN,
    ENVIRONMENT,
    add_endpoint,
    check_begun_at,
    check_key_name,
    endpoint_in_use,
    endpoint_named,
    id_in_use,
    keep_reply_form,
    key_standing,
    list_all_endpoints,
    make_endpoint,
    remove_endpoint,
    sends_key_in_the_open,
    settings_at,
    use_endpoint,
)
from glan_core.errors import SettingsError
from glan_core.llm.endpoint import Endpoint
from glan_core.model_choice import choose_model
from glan_core.providers import PLACEHOLDER, PROVIDERS
from glan_core.saved_endpoint import SavedEndpoint
from glan_core.settings import check_base_url, read_settings
from glan_core.store.database import Database, open_database
from glan_core.store.endpoint_models import insert_endpoint_models, list_endpoint_models
from glan_core.store.endpoints import list_endpoints
from tests.model_server import MODEL, ModelServer

KEY = "sk-Zx81-never-written-anywhere"
KEYS = {"HOME_API_KEY": KEY}


def find_key(name: str) -> str:
    return KEYS.get(name, "")


def made(name: str = "home", base_url: str = "http://localhost:8000/v1", **more: str) -> SavedEndpoint:
    given = {"key_name": "HOME_API_KEY", "model": MODEL, "answer_model": "", **more}
    return make_endpoint(name=name, addresses=base_url.split(","), concurrency=8, find_key=find_key, **given)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" http://localhost:8000/v1/ ", "http://localhost:8000/v1"),
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://models.example.org", "https://models.example.org"),
    ],
)
def test_an_address_is_kept_without_slashes_at_its_end(text: str, kept: str) -> None:
    assert check_base_url(text) == kept


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is missing"),
        ("localhost:8000/v1", "does not begin with http"),
        ("ftp://example.org/v1", "does not begin with http"),
        ("file:///etc/passwd", "does not begin with http"),
        ("http://", "names no host"),
        ("http:///v1", "names no host"),
        ("http://localhost:0/v1", "no port that exists"),
        ("http://localhost:99999/v1", "cannot be read"),
        ("http://[::1/v1", "cannot be read"),
        (f"https://me:{KEY}@example.org/v1", "user name or a password"),
        (f"https://{KEY}@example.org/v1", "user name or a password"),
        ("https://@example.org/v1", "user name or a password"),
        (f"https://example.org/v1?api-key={KEY}", "holds a query"),
        (f"https://example.org/v1#{KEY}", "holds a query"),
        ("https://example.org/v1?", "holds a query"),
        ("http://local host/v1", "white space"),
        (PROVIDERS[1].base_url, "still stands in the address"),
        ("http://localhost:8000/v1/chat/completions", "ends in /chat/completions"),
    ],
)
def test_an_address_that_cannot_be_an_endpoints_is_told_in_a_sentence_without_secrets(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as raised:
        check_base_url(text)
    assert KEY not in f"{raised.value.message}{raised.value.hint}"
    assert raised.value.hint.endswith((".", "/v1"))


@pytest.mark.parametrize("name", ["", "OPENAI_API_KEY", " my_key ", "TOKEN", "a_token_2"])
def test_a_name_of_a_key_is_kept(name: str) -> None:
    assert check_key_name(name) == name.strip()


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        "sk-proj-abcKEY123",
        "0123456789abcdef0123456789abcdef",
        "gsk_AbCdEfGh0123456789",
        "hf_KEYabcdefgh",
        "PATH",
        "HOME",
        "MY KEY",
        "K" + "EY" * 40,
    ],
)
def test_a_key_in_the_place_of_its_name_and_other_variables_are_refused_unseen(text: str) -> None:
    with pytest.raises(SettingsError, match="not the name of a key") as raised:
        check_key_name(text)
    assert text not in f"{raised.value.message}{raised.value.hint}"


@pytest.mark.parametrize("field", ["name", "model", "answer_model"])
def test_the_key_itself_is_refused_in_every_other_field(field: str) -> None:
    with pytest.raises(SettingsError, match="key itself stands in") as raised:
        made(**{field: f"x {KEY}"})
    assert KEY not in f"{raised.value.message}{raised.value.hint}"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "built-in  MODEL"])
def test_a_name_that_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(SettingsError):
        made(name)


def test_every_provider_makes_an_endpoint_once_its_placeholder_is_filled() -> None:
    for provider in PROVIDERS:
        if provider.base_url:
            base_url = provider.base_url.replace(PLACEHOLDER, "ours")
            endpoint = made(provider.name, base_url, key_name=provider.key_name)
            assert endpoint.base_url == base_url


def test_an_endpoint_is_found_by_its_name_and_there_is_one_of_a_name(database: Database) -> None:
    home = made()
    add_endpoint(database, home)
    assert endpoint_named(database.cursor(), " HOME ") == home
    with pytest.raises(SettingsError, match="'home' already"):
        add_endpoint(database, made("Home", "http://localhost:1/v1"))
    with pytest.raises(SettingsError, match="no endpoint 'away'") as raised:
        endpoint_named(database.cursor(), "away")
    assert "Built-in model, home" in raised.value.hint


def test_the_environments_endpoint_is_the_default_and_the_built_in_model_without_one(database: Database) -> None:
    cursor = database.cursor()
    with_one, without = read_settings({"OPENAI_BASE_URL": "http://localhost:1/v1"}), read_settings({})
    assert endpoint_in_use(cursor) is None
    assert id_in_use(cursor, with_one) == ENVIRONMENT
    assert id_in_use(cursor, without) == BUILT_IN.endpoint_id
    assert [each.name for each in list_all_endpoints(cursor, with_one)] == ["From the environment", "Built-in model"]
    assert list_all_endpoints(cursor, without) == (BUILT_IN,)


def test_a_choice_lasts_until_the_next_and_over_a_restart(database: Database, tmp_path: Path) -> None:
    home = made()
    add_endpoint(database, home)
    use_endpoint(database, home.endpoint_id)
    path = database.path
    database.close()
    with open_database(path) as again:
        assert endpoint_in_use(again.cursor()) == home
        use_endpoint(again, BUILT_IN.endpoint_id)
        assert endpoint_in_use(again.cursor()) == BUILT_IN
        use_endpoint(again, ENVIRONMENT)
        assert endpoint_in_use(again.cursor()) is None


def test_removing_the_endpoint_in_use_leads_back_to_the_default_for_good(database: Database) -> None:
    home = made()
    add_endpoint(database, home)
    use_endpoint(database, home.endpoint_id)
    assert remove_endpoint(database, home)
    assert endpoint_in_use(database.cursor()) is None
    add_endpoint(database, home)  # restored, but nobody chose it again
    assert [each.name for each in list_endpoints(database.cursor())] == ["home"]
    assert endpoint_in_use(database.cursor()) is None
    assert not remove_endpoint(database, home)


def test_settings_at_an_endpoint_hold_its_key_and_name(model_server: ModelServer) -> None:
    settings = settings_at(read_settings({"GLAN_LANGUAGE": "ko"}), made(base_url=model_server.base_url), find_key)
    choice = choose_model(settings)
    assert (choice.endpoint.base_url, choice.endpoint.api_key) == (model_server.base_url, KEY)
    assert (choice.model, choice.answer_model, choice.concurrency) == (MODEL, MODEL, 8)
    assert (choice.endpoint_name, choice.language) == ("home", "ko")
    assert "HOME_API_KEY" in choice.endpoint.key_hint
    assert KEY not in repr(settings) + repr(choice)


def test_the_environments_key_never_goes_to_an_endpoint_that_names_none() -> None:
    settings = settings_at(read_settings({"OPENAI_API_KEY": KEY}), made(key_name=""), find_key)
    assert settings.api_key == ""


def test_an_endpoint_whose_key_is_not_set_cannot_be_used() -> None:
    with pytest.raises(SettingsError, match="AWAY_API_KEY is not set") as raised:
        settings_at(read_settings({}), made(key_name="AWAY_API_KEY"), find_key)
    assert "secrets.toml" in raised.value.hint


def test_whether_a_key_is_set_is_told_without_the_key() -> None:
    assert key_standing("HOME_API_KEY", find_key) == (True, "HOME_API_KEY is set.")
    assert key_standing("AWAY_API_KEY", find_key) == (False, "AWAY_API_KEY is not set.")
    assert key_standing("", find_key) == (True, "Calls go without a key.")


def test_a_key_over_http_is_in_the_open_only_beyond_this_machine() -> None:
    assert sends_key_in_the_open(made(base_url="http://example.org/v1"))
    assert not sends_key_in_the_open(made(base_url="https://example.org/v1"))
    assert not sends_key_in_the_open(made(base_url="http://127.0.0.1:8000/v1"))
    assert not sends_key_in_the_open(made(base_url="http://example.org/v1", key_name=""))


def test_a_run_stays_with_the_endpoint_it_was_begun_at() -> None:
    check_begun_at(["http://a/v1"], Endpoint("http://a/v1"))
    check_begun_at([], Endpoint("http://a/v1"))
    with pytest.raises(SettingsError, match="begun at http://a/v1, and built-in model is in use now"):
        check_begun_at(["http://a/v1"], Endpoint("http://127.0.0.1:1/v1", is_built_in=True))


def test_servers_may_come_and_go_as_long_as_one_stays() -> None:
    begun_at = ["http://a/v1 and 1 more", "http://a/v1", "http://b/v1"]
    check_begun_at(begun_at, Endpoint("http://c/v1", other_addresses=("http://b/v1",)))
    check_begun_at(["http://b/v1"], Endpoint("http://c/v1", other_addresses=("http://b/v1",)))
    with pytest.raises(SettingsError, match="begun at http://a/v1 and 1 more, and http://c/v1 and 1 more is in use"):
        check_begun_at(begun_at, Endpoint("http://c/v1", other_addresses=("http://d/v1",)))


def test_a_reply_form_is_kept_beside_the_ceiling_that_is_known(database: Database) -> None:
    cursor = database.cursor()
    insert_endpoint_models(cursor, [EndpointModel("http://a/v1", "m", None, 5)])
    keep_reply_form(database, label="http://a/v1", model="m", reply_form="json")
    assert list_endpoint_models(cursor, "http://a/v1") == (EndpointModel("http://a/v1", "m", "json", 5),)
