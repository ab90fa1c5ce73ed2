"""The settings say which endpoint and models are meant, or the endpoint is asked."""

from pathlib import Path

import pytest

from glan_core.errors import EndpointError, GlanError, SettingsError, TemplateError
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.model_choice import (
    CONCURRENCY,
    ModelChoice,
    check_addresses_of,
    check_endpoint,
    choose_endpoint,
    choose_model,
)
from glan_core.settings import PROJECT_FOLDER, read_settings
from tests.model_server import API_KEY, MODEL, ModelServer, Reply


def _environment(server: ModelServer, **more: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": API_KEY, **more}


def test_the_only_model_of_an_endpoint_needs_no_name(model_server: ModelServer):
    choice = choose_model(read_settings(_environment(model_server)))
    assert (choice.model, choice.answer_model) == (MODEL, MODEL)


def test_a_named_model_is_taken_without_asking(model_server: ModelServer):
    model_server.stop()
    choice = choose_model(read_settings(_environment(model_server, GLAN_MODEL="mine", GLAN_ANSWER_MODEL="faster")))
    assert (choice.model, choice.answer_model) == ("mine", "faster")


def test_several_models_need_a_choice(model_server: ModelServer):
    model_server.models = ["a", "b"]
    with pytest.raises(SettingsError, match="offers 2 models") as raised:
        choose_model(read_settings(_environment(model_server)))
    assert "a, b" in raised.value.hint


def test_an_endpoint_without_a_model_cannot_be_chosen(model_server: ModelServer):
    model_server.models = []
    with pytest.raises(EndpointError, match="offers no model"):
        choose_model(read_settings(_environment(model_server)))


def test_an_endpoint_that_is_not_there_cannot_be_asked_for_its_models(model_server: ModelServer):
    model_server.stop()
    with pytest.raises(EndpointError, match="cannot be reached") as raised:
        choose_model(read_settings(_environment(model_server)))
    assert "OPENAI_BASE_URL" in raised.value.hint


def test_an_answer_model_may_be_named_where_the_endpoint_offers_one_model(model_server: ModelServer):
    choice = choose_model(read_settings(_environment(model_server, GLAN_ANSWER_MODEL="faster")))
    assert (choice.model, choice.answer_model) == (MODEL, "faster")


@pytest.mark.model
def test_without_an_endpoint_the_built_in_model_is_chosen():
    choice = choose_model(read_settings({}))
    assert choice.endpoint.is_built_in
    assert (choice.model, choice.answer_model) == (built_in.MODEL, built_in.MODEL)
    assert choice.concurrency == built_in.CONCURRENCY


def test_an_endpoint_of_ones_own_gets_the_papers_preset():
    assert ModelChoice(Endpoint("http://localhost/v1"), "m", "m", 16).preset == "paper"


def test_the_built_in_model_gets_the_quick_preset():
    assert ModelChoice(Endpoint("http://localhost/v1", is_built_in=True), "m", "m", 2).preset == "quick"


def test_a_choice_gives_the_settings_for_its_models():
    choice = ModelChoice(Endpoint("http://localhost/v1"), "slow", "fast", 16)
    stages = choice.generation_settings().stages
    assert (stages["instructions"].model, stages["answers"].model) == ("slow", "fast")


def test_another_preset_may_be_asked_for():
    choice = ModelChoice(Endpoint("http://localhost/v1"), "m", "m", 16)
    assert choice.generation_settings("quick").preset == "quick"
    with pytest.raises(SettingsError, match="no preset 'huge'"):
        choice.generation_settings("huge")


def test_checking_an_endpoint_sends_one_small_call(model_server: ModelServer):
    seconds = check_endpoint(choose_model(read_settings(_environment(model_server))))
    (seen,) = model_server.requests
    assert seconds > 0
    assert seen.body["max_tokens"] <= 16


def test_checking_an_endpoint_that_refuses_the_key_says_so(model_server: ModelServer):
    model_server.script = lambda request: Reply("no", status=401)
    with pytest.raises(EndpointError, match="refused the key"):
        check_endpoint(choose_model(read_settings(_environment(model_server))))


def test_checking_an_endpoint_asks_the_chosen_model_with_the_key(model_server: ModelServer):
    check_endpoint(choose_model(read_settings(_environment(model_server, GLAN_MODEL="mine"))))
    (seen,) = model_server.requests
    assert seen.body["model"] == "mine"
    assert seen.headers["authorization"] == f"Bearer {API_KEY}"


def test_checking_an_endpoint_that_is_not_there_says_so(model_server: ModelServer):
    choice = choose_model(read_settings(_environment(model_server, GLAN_MODEL=MODEL)))
    model_server.stop()
    with pytest.raises(EndpointError, match="cannot be reached"):
        check_endpoint(choice)


def test_checking_an_endpoint_that_is_overloaded_says_so_without_trying_again(model_server: ModelServer):
    model_server.script = lambda request: Reply("too many", status=503)
    with pytest.raises(GlanError, match="HTTP 503"):
        check_endpoint(choose_model(read_settings(_environment(model_server, GLAN_MODEL=MODEL))))
    assert len(model_server.requests) == 1


def test_an_endpoint_does_not_show_its_key():
    assert API_KEY not in repr(Endpoint("http://localhost/v1", API_KEY))


def test_choosing_an_endpoint_asks_it_nothing(model_server: ModelServer):
    model_server.stop()
    choice = choose_endpoint(read_settings(_environment(model_server)))
    assert choice == (Endpoint(model_server.base_url, API_KEY), CONCURRENCY)


def test_language_and_templates_reach_the_settings_of_a_run(model_server: ModelServer, tmp_path: Path):
    more = {"GLAN_LANGUAGE": "Korean", "GLAN_TEMPLATES": str(tmp_path), "GLAN_MODEL": MODEL}
    shipped = (PROJECT_FOLDER / "glan_core" / "prompts" / "answers.jinja").read_text(encoding="utf-8")
    (tmp_path / "answers.jinja").write_text(shipped)
    settings = choose_model(read_settings(_environment(model_server, **more))).generation_settings()
    assert (settings.language, settings.templates_folder) == ("ko", str(tmp_path))


def test_a_folder_of_templates_that_cannot_be_used_is_refused_before_anything_is_asked(
    model_server: ModelServer, tmp_path: Path
):
    (tmp_path / "anwsers.jinja").write_text("x")
    with pytest.raises(TemplateError):
        choose_model(read_settings(_environment(model_server, GLAN_TEMPLATES=str(tmp_path))))
    assert model_server.requests == ()


def test_of_several_addresses_one_that_answers_is_enough_and_each_is_told(model_server: ModelServer):
    away = "http://127.0.0.1:9/v1"
    choice = choose_model(read_settings(_environment(model_server, OPENAI_BASE_URL=f"{away},{model_server.base_url}")))
    assert choice.model == MODEL  # asked of the one that answers
    assert check_endpoint(choice) > 0
    checks = check_addresses_of(choice)
    assert [(check.address, check.seconds is None) for check in checks] == [
        (away, True),
        (model_server.base_url, False),
    ]
    assert checks[0].error is not None
    assert f"{away} cannot be reached" in checks[0].error.message


def test_models_are_those_that_every_address_offers(model_server: ModelServer):
    second = ModelServer()
    try:
        model_server.models, second.models = ["a", "b"], ["b", "c"]
        both = f"{model_server.base_url},{second.base_url}"
        assert choose_model(read_settings(_environment(model_server, OPENAI_BASE_URL=both))).model == "b"
    finally:
        second.stop()


def test_when_no_address_answers_all_are_named(model_server: ModelServer):
    both = "http://127.0.0.1:9/v1,http://127.0.0.1:1/v1"
    with pytest.raises(EndpointError, match=r"None of the 2 addresses can be used\. http://127.0.0.1:9/v1 cannot"):
        choose_model(read_settings(_environment(model_server, OPENAI_BASE_URL=both)))
