"""A rendered template becomes a complete request."""

import dataclasses

import pytest

from glan_core import prompts
from glan_core.calls import Message
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.request import language_name, list_schema, request_for


def _request(settings: GenerationSettings, **changes: object):
    values = {"seed": 1, "draw": "d", "instruction": "Why?", **changes}
    return request_for("answers", "answers", settings=settings.stages["answers"], **values)


def test_a_request_holds_the_settings_of_its_stage(settings: GenerationSettings):
    request, stage = _request(settings), settings.stages["answers"]
    assert (request.model, request.temperature, request.top_p, request.max_tokens) == (
        stage.model,
        stage.temperature,
        stage.top_p,
        stage.max_tokens,
    )


def test_a_request_names_its_template_and_fingerprint(settings: GenerationSettings):
    request = _request(settings)
    assert (request.template, request.template_fingerprint) == ("answers", prompts.fingerprint("answers"))


@pytest.mark.parametrize("change", [{"seed": 2}, {"draw": "e"}, {"attempt": 2}], ids=str)
def test_seed_draw_and_attempt_each_change_the_seed_of_the_call(settings: GenerationSettings, change: dict):
    assert _request(settings, **change).seed != _request(settings).seed


def test_the_same_arguments_give_the_same_call(settings: GenerationSettings):
    assert _request(settings).model_call_id == _request(settings).model_call_id


def test_earlier_turns_come_first(settings: GenerationSettings):
    earlier = (Message("user", "One?"), Message("assistant", "Two."))
    assert _request(settings, earlier=earlier).messages == (*earlier, Message("user", "Why?"))


def test_a_schema_is_sent_only_where_the_stage_is_bound_to_one(settings: GenerationSettings):
    schema = list_schema("nodes", {"name": {"type": "string"}}, at_most=3)
    assert _request(settings, response_schema=schema).response_schema is None
    bound = dataclasses.replace(settings.stages["answers"], is_schema_bound=True)
    request = request_for(
        "answers", "answers", settings=bound, seed=1, draw="d", response_schema=schema, instruction=""
    )
    assert request.response_schema == schema


def test_a_list_schema_requires_every_property():
    schema = list_schema("nodes", {"name": {"type": "string"}, "description": {"type": "string"}}, at_most=3)
    assert schema["required"] == ["nodes"]
    nodes = schema["properties"]["nodes"]
    assert (nodes["minItems"], nodes["maxItems"]) == (1, 3)
    assert nodes["items"]["required"] == ["name", "description"]


@pytest.mark.parametrize(("code", "name"), [("en", "English"), ("de", "German"), ("eo", "eo")])
def test_a_language_is_called_by_its_name_where_that_is_known(code: str, name: str):
    assert language_name(code) == name
