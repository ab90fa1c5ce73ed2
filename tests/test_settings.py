"""The environment says which database, endpoint and model are meant."""

from pathlib import Path

import pytest

from glan_core.errors import SettingsError
from glan_core.settings import PROJECT_FOLDER, exports_folder, read_settings, runs_folder


def test_an_empty_environment_means_the_built_in_model_and_the_workspace():
    settings = read_settings({})
    assert settings.base_url == ""
    assert settings.database == PROJECT_FOLDER / "workspace" / "glan.duckdb"


def test_a_key_alone_means_openai():
    assert read_settings({"OPENAI_API_KEY": "sk-1"}).base_url == "https://api.openai.com/v1"


def test_an_address_alone_needs_no_key():
    settings = read_settings({"OPENAI_BASE_URL": "http://localhost:8000/v1/"})
    assert (settings.base_url, settings.api_key) == ("http://localhost:8000/v1", "")


@pytest.mark.parametrize(
    "name", ["GLAN_DATABASE", "OPENAI_BASE_URL", "OPENAI_API_KEY", "GLAN_MODEL", "GLAN_LANGUAGE", "GLAN_TEMPLATES"]
)
def test_an_empty_variable_counts_as_missing(name: str):
    assert read_settings({name: "  "}) == read_settings({})


def test_models_and_database_are_taken_as_they_stand():
    settings = read_settings({"GLAN_DATABASE": "/data/my.duckdb", "GLAN_MODEL": "a", "GLAN_ANSWER_MODEL": "b"})
    assert (settings.database, settings.model, settings.answer_model) == (Path("/data/my.duckdb"), "a", "b")


def test_a_tilde_in_the_database_is_the_home_folder():
    assert read_settings({"GLAN_DATABASE": "~/my.duckdb"}).database == Path.home() / "my.duckdb"


def test_the_key_does_not_show_when_settings_are_printed():
    assert "sk-secret" not in repr(read_settings({"OPENAI_API_KEY": "sk-secret"}))


def test_runs_and_exports_lie_beside_the_database():
    assert runs_folder(Path("/data/my.duckdb")) == Path("/data/my.runs")
    assert exports_folder(Path("/data/my.duckdb")) == Path("/data/my.exports")


@pytest.mark.parametrize("text", ["http://[::1", "localhost:8000/v1", "http://localhost:99999/v1"])
def test_an_address_that_cannot_be_an_endpoints_is_told_with_its_name(text: str):
    with pytest.raises(SettingsError, match=r"^OPENAI_BASE_URL .*cannot be used\. T"):
        read_settings({"OPENAI_BASE_URL": text})


def test_an_address_that_carries_a_password_is_refused_without_showing_it():
    with pytest.raises(SettingsError) as raised:
        read_settings({"OPENAI_BASE_URL": "http://somebody:hunter2@127.0.0.1:9/v1"})
    assert "hunter2" not in raised.value.message + raised.value.hint


def test_the_language_is_english_until_another_is_named():
    assert read_settings({}).language == "en"
    assert read_settings({"GLAN_LANGUAGE": "Korean"}).language == "ko"
    assert read_settings({"GLAN_LANGUAGE": " ko "}).language == "ko"


def test_an_unknown_language_is_refused():
    with pytest.raises(SettingsError, match="Elvish"):
        read_settings({"GLAN_LANGUAGE": "Elvish"})


def test_the_built_in_model_leaves_a_core_free_unless_told_how_many_to_take():
    assert read_settings({}).threads is None
    assert read_settings({"GLAN_THREADS": " 1 "}).threads == 1


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5", "²", "4096"])
def test_a_number_of_threads_that_this_machine_does_not_have_is_refused(number: str):
    with pytest.raises(SettingsError, match="GLAN_THREADS"):
        read_settings({"GLAN_THREADS": number})


def test_a_folder_of_templates_is_kept_as_a_whole_path():
    assert read_settings({}).templates_folder == ""
    assert read_settings({"GLAN_TEMPLATES": "~/mine"}).templates_folder == str(Path.home() / "mine")
    assert read_settings({"GLAN_TEMPLATES": "mine"}).templates_folder == str(Path.cwd() / "mine")


def test_several_addresses_of_one_endpoint_stand_by_commas():
    settings = read_settings({"OPENAI_BASE_URL": " http://a:8000/v1/, http://b:8000/v1 ,"})
    assert (settings.base_url, settings.other_addresses) == ("http://a:8000/v1", ("http://b:8000/v1",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://a/v1,b:8000", "Of 2 addresses number 2: The address does not begin with http"),
        ("http://a/v1,http://a/v1/", "http://a/v1 stands there twice"),
        (",".join(f"http://a:{port}/v1" for port in range(1000, 1065)), "There are 65 addresses"),
    ],
)
def test_addresses_that_cannot_be_used_are_told(text: str, words: str):
    with pytest.raises(SettingsError, match=f"OPENAI_BASE_URL .*{words}"):
        read_settings({"OPENAI_BASE_URL": text})
