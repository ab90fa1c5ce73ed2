"""Several wordings list children of a node; what they name becomes pending nodes, each once."""

import asyncio
import dataclasses
import json

import pytest

from glan_core import ids, presets
from glan_core.calls import ReplyForm
from glan_core.entities import TaxonomyNode
from glan_core.errors import CallError, EndpointError, ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.stages.taxonomy import ProposedNodes, build_taxonomy
from tests.scripted_model import ScriptedModel, cut_off
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PATH = (NODES.natural_science, NODES.physical_sciences)


def _listed(*names: str) -> str:
    return "\n".join(json.dumps({"name": name, "description": f"About {name}."}) for name in names)


def _build(
    model: ScriptedModel, settings: GenerationSettings, path: tuple[TaxonomyNode, ...] = PATH, **changes: object
):
    return _proposed(model, settings, path=path, **changes).nodes


def _proposed(
    model: ScriptedModel, settings: GenerationSettings, path: tuple[TaxonomyNode, ...] = PATH, **changes: object
) -> ProposedNodes:
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
    model = ScriptedModel("I cannot list that.", "No.", _listed("Astronomy"), cut_off('{"name": "Geo'))
    proposed = _proposed(model, settings)
    assert [node.name for node in proposed.nodes] == ["Astronomy"]
    assert [call.reason for call in proposed.unusable] == ["not_json", "not_json", "truncated"]
    assert proposed.left_out == (
        "The wording 'taxonomy_survey' brought nothing: The reply holds no JSON object.",
        "The wording 'taxonomy_occupations' brought nothing: The reply was cut off at its token limit.",
    )


def test_a_refused_call_does_not_lose_what_other_wordings_brought(settings: GenerationSettings):
    model = ScriptedModel(_listed("Astronomy"), CallError("Refused.", kind="http_400"), _listed("Geology"))
    proposed = _proposed(model, settings)
    assert [node.name for node in proposed.nodes] == ["Astronomy", "Geology"]
    assert proposed.left_out == ("The wording 'taxonomy_catalogue' brought nothing: Refused.",)


def test_no_usable_list_at_all_is_a_reply_error_that_names_every_call(settings: GenerationSettings):
    model = ScriptedModel("One.", "Two.", "Three.", "Four.", "Five.", "Six.")
    with pytest.raises(ReplyError) as raised:
        _build(model, settings)
    assert raised.value.kind == "not_json"
    named = (*raised.value.earlier_model_call_ids, raised.value.model_call_id)
    assert sorted(named) == sorted(request.model_call_id for request in model.requests)


def test_a_repaired_list_counts(settings: GenerationSettings):
    model = ScriptedModel("Astronomy.", _listed("Astronomy"), *[_listed("Astronomy")] * 2)
    proposed = _proposed(model, settings)
    assert [node.name for node in proposed.nodes] == ["Astronomy"]
    assert proposed.unusable == ((model.requests[0].model_call_id, "not_json"),)
    assert proposed.model_call_ids == tuple(request.model_call_id for request in model.requests[1:])


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("Arts & crafts", "Art and Crafts"),
        ("Théâtre", "Theatre"),
        ("Bio-chemistry", "Bio chemistry"),
    ],
)
def test_near_repeats_are_dropped_and_told(settings: GenerationSettings, name: str, twin: str):
    proposed = _proposed(ScriptedModel(_listed(name), _listed(twin), _listed("Geology")), settings, siblings=())
    assert [node.name for node in proposed.nodes] == [name, "Geology"]
    assert proposed.left_out == (f"{twin!r} is nearly the same as {name!r}.",)


@pytest.mark.parametrize(("name", "other"), [("Film", "Film industry"), ("か", "が"), ("C", "C++"), ("역사", "역학")])
def test_names_of_different_things_stay_apart(settings: GenerationSettings, name: str, other: str):
    model = ScriptedModel(_listed(name, other), *[_listed("Geology")] * 2)
    assert [node.name for node in _build(model, settings, siblings=())] == [name, other, "Geology"]


def test_lists_of_known_names_only_are_a_reply_error(settings: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        _build(ScriptedModel(*[_listed("Physics")] * 3), settings)
    assert raised.value.kind == "nothing_new"


def test_objects_without_a_name_are_passed_over(settings: GenerationSettings):
    model = ScriptedModel(
        '{"title": "Geology"}\n{"name": " "}\n{"name": 3}\n{"name": "Astronomy"}', *[_listed("a")] * 2
    )
    assert [node.name for node in _build(model, settings)] == ["Astronomy", "a"]


def test_a_call_error_is_raised_where_all_wordings_fail(settings: GenerationSettings):
    with pytest.raises(CallError):
        _build(ScriptedModel(*[CallError("Refused.", kind="http_400")] * 3), settings)


def test_an_endpoint_that_cannot_be_used_ends_it_at_once(settings: GenerationSettings):
    model = ScriptedModel(EndpointError("Gone."))
    with pytest.raises(EndpointError):
        _build(model, settings)


@pytest.mark.parametrize("form", ["json", "schema"])
@pytest.mark.parametrize("template", [*presets.TAXONOMY_WORDINGS, "taxonomy_quick"])
def test_a_form_around_the_list_asks_for_an_object_with_nodes(
    settings: GenerationSettings, template: str, form: ReplyForm
):
    stage = dataclasses.replace(settings.stages["taxonomy"], templates=(template,), reply_form="auto")
    settings = dataclasses.replace(settings, stages={**settings.stages, "taxonomy": stage})
    model = ScriptedModel('{"nodes": [{"name": "Astronomy", "description": "Stars."}]}')
    model.form = form
    assert [node.name for node in _build(model, settings)] == ["Astronomy"]
    (request,) = model.requests
    text = "\n".join(message.content for message in request.messages)
    assert '{"nodes": [' in text
    assert "per line" not in text
    assert (request.response_schema is None) == (form == "json")


def test_names_that_are_there_already_are_told(settings: GenerationSettings):
    model = ScriptedModel(_listed("PHYSICS", "Astronomy"), *[_listed("Astronomy")] * 2)
    assert _proposed(model, settings).left_out == ("'PHYSICS' is there already.",)
