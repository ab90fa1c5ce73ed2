"""What was found out about the models of an endpoint is known to the next run."""

from glan_core.calls import EndpointModel
from glan_core.store.database import Cursor
from glan_core.store.endpoint_models import insert_endpoint_models, list_endpoint_models


def test_findings_are_listed_by_model_of_their_endpoint(cursor: Cursor):
    here, there = EndpointModel("here", "b", "json", 8), EndpointModel("there", "a", "schema", None)
    other = EndpointModel("here", "a", None, 4)
    insert_endpoint_models(cursor, [here, there, other])
    assert list_endpoint_models(cursor, "here") == (other, here)
    assert list_endpoint_models(cursor, "there") == (there,)
    assert list_endpoint_models(cursor, "nowhere") == ()


def test_a_later_finding_replaces_an_earlier_one(cursor: Cursor):
    insert_endpoint_models(cursor, [EndpointModel("here", "m", "json", 8), EndpointModel("here", "m", "schema", 4)])
    assert list_endpoint_models(cursor, "here") == (EndpointModel("here", "m", "schema", 4),)
    insert_endpoint_models(cursor, [EndpointModel("here", "m", "jsonl", None)])
    assert list_endpoint_models(cursor, "here") == (EndpointModel("here", "m", "jsonl", None),)


def test_a_form_that_is_known_is_not_forgotten(cursor: Cursor):
    insert_endpoint_models(cursor, [EndpointModel("here", "m", "json", None)])
    insert_endpoint_models(cursor, [EndpointModel("here", "m", None, 3)])
    assert list_endpoint_models(cursor, "here") == (EndpointModel("here", "m", "json", 3),)
