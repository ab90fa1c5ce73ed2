"""A rendered template becomes a complete request."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from glan_core import presets, prompts
from glan_core.calls import Message, ReplyForm
from glan_core.errors import CallError, ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.request import ListReply, ListShape, list_reply, reply_form_for, request_for
from tests.scripted_model import ScriptedModel, cut_off

LIST_STAGES = ("taxonomy", "subjects", "class_details")


def _request(settings: GenerationSettings, **changes: object):
    values = {"seed": 1, "draw": "d", "instruction": "Why?", "language": "English", **changes}
    return request_for("answers", "answers", settings=settings, **values)


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


SHAPE = ListShape("nodes", {"name": {"type": "string"}, "description": {"type": "string"}}, at_least=1, at_most=3)


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_a_schema_is_sent_in_no_other_form_than_schema(settings: GenerationSettings, form: ReplyForm):
    request = _request(settings, reply_form=form, shape=SHAPE)
    assert (request.reply_form, request.response_schema) == (form, None)


def test_a_schema_is_sent_in_the_form_schema(settings: GenerationSettings):
    request = _request(settings, reply_form="schema", shape=SHAPE)
    assert (request.reply_form, request.response_schema) == ("schema", SHAPE.schema)


def test_the_form_belongs_to_the_identity_of_a_call(settings: GenerationSettings):
    forms = ("text", "jsonl", "json", "schema")
    assert len({_request(settings, reply_form=form).model_call_id for form in forms}) == len(forms)


def test_a_list_schema_requires_every_property():
    assert SHAPE.schema["required"] == ["nodes"]
    nodes = SHAPE.schema["properties"]["nodes"]
    assert (nodes["minItems"], nodes["maxItems"]) == (1, 3)
    assert nodes["items"]["required"] == ["name", "description"]


def test_the_form_of_lists_is_asked_of_the_endpoint_unless_it_is_set():
    settings = presets.preset("paper", model="m")
    model = ScriptedModel()
    model.form = "schema"
    forms = {stage: asyncio.run(reply_form_for(stage, model=model, settings=settings)) for stage in LIST_STAGES}
    assert forms == {"taxonomy": "schema", "subjects": "jsonl", "class_details": "schema"}


def test_a_template_of_ones_own_is_sent_in_place_of_the_shipped_one(settings: GenerationSettings, tmp_path: Path):
    (tmp_path / "answers.jinja").write_text("{% block user %}Please: {{ instruction }}{% endblock %}", encoding="utf-8")
    own = dataclasses.replace(settings, templates_folder=str(tmp_path))
    assert _request(own).messages == (Message("user", "Please: Why?"),)
    assert _request(own).template_fingerprint != _request(settings).template_fingerprint


def _listed(settings: GenerationSettings, *replies: object) -> tuple[ListReply, ScriptedModel]:
    model = ScriptedModel(*replies)
    request = _request(settings, reply_form="jsonl", shape=SHAPE)
    return asyncio.run(list_reply(model, request, shape=SHAPE, settings=settings, seed=1)), model


def test_a_list_that_can_be_read_takes_one_call(settings: GenerationSettings):
    listed, model = _listed(settings, '{"name": "Optics"}')
    assert listed == ListReply(({"name": "Optics"},), (), model.requests[0].model_call_id, "stop", ())


@pytest.mark.parametrize(
    ("reply", "kind"), [("Optics, acoustics.", "not_json"), ('{"title": "Optics"}', "wrong_shape")]
)
def test_a_list_that_cannot_be_read_is_asked_for_once_more(settings: GenerationSettings, reply: str, kind: str):
    listed, model = _listed(settings, f"<think>Hm.</think>{reply}", '{"name": "Optics"}')
    first, repair = model.requests
    assert listed.items == ({"name": "Optics"},)
    assert (listed.model_call_id, listed.unusable) == (repair.model_call_id, ((first.model_call_id, kind),))
    assert repair.messages[:-1] == (*first.messages, Message("assistant", reply))
    assert '"name", "description"' in repair.messages[-1].content
    assert (repair.stage, repair.template, repair.draw) == (first.stage, "repair_list", "d/repair")
    assert (repair.reply_form, repair.response_schema) == (first.reply_form, first.response_schema)


def test_the_repair_says_what_was_wrong_and_in_which_form_the_list_is_wanted(settings: GenerationSettings):
    _, model = _listed(settings, '{"title": "Optics"}', '{"name": "Optics"}')
    words = model.requests[1].messages[-1].content
    assert "no object with a text 'name'" in words
    assert "JSON Lines" in words


@pytest.mark.parametrize("reply", ["", "<think>Hm.</think>", cut_off('{"name": "Op')])
def test_a_reply_that_would_come_out_the_same_again_is_not_repaired(settings: GenerationSettings, reply: object):
    with pytest.raises(ReplyError) as raised:
        _listed(settings, reply)
    assert raised.value.earlier_model_call_ids == ()


@pytest.mark.parametrize(
    ("reply", "kind"), [("Still none.", "not_json"), ("", "empty"), (cut_off('{"name": "Op'), "truncated")]
)
def test_there_is_no_second_repair(settings: GenerationSettings, reply: object, kind: str):
    model = ScriptedModel("None.", reply)
    request = _request(settings, reply_form="jsonl", shape=SHAPE)
    with pytest.raises(ReplyError) as raised:
        asyncio.run(list_reply(model, request, shape=SHAPE, settings=settings, seed=1))
    assert raised.value.kind == kind
    assert raised.value.model_call_id
    assert raised.value.earlier_model_call_ids == (request.model_call_id,)


def test_a_repair_is_the_same_call_when_the_failure_before_it_is_known(settings: GenerationSettings):
    _, model = _listed(settings, "None.", '{"name": "Optics"}')
    known = ReplyError("noted", kind="repaired", model_call_id="first", reply_text="None.")
    listed, again = _listed(settings, known, '{"name": "Optics"}')
    assert listed.items == ({"name": "Optics"},)
    assert listed.unusable == ((model.requests[0].model_call_id, "not_json"),)
    assert again.requests == model.requests


@pytest.mark.parametrize(("kind", "text"), [("wrong_shape", '{"name": "Optics"}'), ("empty", ""), ("not_json", "")])
def test_a_known_failure_that_was_never_repaired_stays_one(settings: GenerationSettings, kind: str, text: str):
    known = ReplyError("No.", kind=kind, model_call_id="first", reply_text=text)
    with pytest.raises(ReplyError) as raised:
        _listed(settings, known)
    assert raised.value is known


def test_a_repair_that_is_lost_is_a_call_error(settings: GenerationSettings):
    with pytest.raises(CallError):
        _listed(settings, "None.", CallError("Refused.", kind="http_400"))
