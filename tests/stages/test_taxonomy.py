"""Several wordings list children of a node; what they name becomes pending nodes, each once."""

import asyncio
import dataclasses
import json

import pytest

from glan_core import ids
from glan_core.entities import TaxonomyNode
from glan_core.errors import CallError, ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.taxonomy import build_taxonomy
from tests.scripted_model import ScriptedModel, cut_off
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PATH = (NODES.natural_science, NODES.physical_sciences)


def _listed(*names: str) -> str:
    return "\n".join(json.dumps({"name": name, "description": f"About {name}."}) for name in names)


def _build(
    model: ScriptedModel, settings: GenerationSettings, path: tuple[TaxonomyNode, ...] = PATH, **changes: object
):
    values = {"siblings": ("Physics", "Chemistry"), "seed": 1, **changes}
    return asyncio.run(build_taxonomy(model, path=path, settings=settings, **values))


def test_the_lists_of_all_wordings_are_merged(settings: GenerationSettings):
    model = ScriptedModel(_listed("Astronomy", "Geology"), _listed("geology", "Optics"), _listed("Astronomy"))
    assert [node.name for node in _build(model, settings)] == ["Astronomy", "Geology", "Optics"]
    assert [request.template for request in model.requests] == list(settings.stages["taxonomy"].templates)


def test_proposed_nodes_are_pending_children_at_the_next_level(settings: GenerationSettings):
    model = ScriptedModel(*[_listed("Astronomy")] * 3)
    parent_id = NODES.physical_sciences.taxonomy_node_id
    assert _build(model, settings) == (
        TaxonomyNode(
            taxonomy_node_id=ids.taxonomy_node_id(parent_id, "Astronomy"),
            parent_id=parent_id,
            level="discipline",
            name="Astronomy",
            description="About Astronomy.",
            status="pending",
            origin="model",
        ),
    )


def test_children_that_are_there_are_not_proposed_again(settings: GenerationSettings):
    model = ScriptedModel(*[_listed("PHYSICS", "Astronomy")] * 3)
    assert [node.name for node in _build(model, settings)] == ["Astronomy"]


def test_without_a_path_fields_are_proposed(settings: GenerationSettings):
    model = ScriptedModel(*[_listed("Crafts")] * 3)
    (node,) = _build(model, settings, path=(), siblings=())
    assert (node.level, node.parent_id) == ("field", None)


def test_below_a_field_sub_fields_are_proposed(settings: GenerationSettings):
    model = ScriptedModel(*[_listed("Life sciences")] * 3)
    (node,) = _build(model, settings, path=PATH[:1])
    assert node.level == "sub_field"


def test_the_prompt_names_the_path_and_the_children_there_are(settings: GenerationSettings):
    model = ScriptedModel(*[_listed("Astronomy")] * 3)
    _build(model, settings)
    for request in model.requests:
        text = request.messages[-1].content
        assert "Natural Science > Physical sciences" in text
        assert "Physics; Chemistry" in text


def test_one_unusable_list_does_not_spoil_the_others(settings: GenerationSettings):
    model = ScriptedModel("I cannot list that.", _listed("Astronomy"), cut_off('{"name": "Geo'))
    assert [node.name for node in _build(model, settings)] == ["Astronomy"]


def test_no_usable_list_at_all_is_a_reply_error(settings: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        _build(ScriptedModel("One.", "Two.", "Three."), settings)
    assert raised.value.kind == "not_json"


def test_lists_of_known_names_only_are_a_reply_error(settings: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        _build(ScriptedModel(*[_listed("Physics")] * 3), settings)
    assert raised.value.kind == "nothing_new"


def test_objects_without_a_name_are_passed_over(settings: GenerationSettings):
    model = ScriptedModel(
        '{"title": "Geology"}\n{"name": " "}\n{"name": 3}\n{"name": "Astronomy"}', *[_listed("a")] * 2
    )
    assert [node.name for node in _build(model, settings)] == ["Astronomy", "a"]


def test_a_failed_call_is_passed_on(settings: GenerationSettings):
    with pytest.raises(CallError):
        _build(ScriptedModel(CallError("Refused.", kind="http_400")), settings)


def test_a_schema_bound_stage_asks_for_an_object_with_nodes(settings: GenerationSettings):
    bound = dataclasses.replace(settings.stages["taxonomy"], templates=("taxonomy_quick",), is_schema_bound=True)
    settings = dataclasses.replace(settings, stages={**settings.stages, "taxonomy": bound})
    model = ScriptedModel('{"nodes": [{"name": "Astronomy", "description": "Stars."}]}')
    assert [node.name for node in _build(model, settings)] == ["Astronomy"]
    assert model.requests[0].response_schema["required"] == ["nodes"]
