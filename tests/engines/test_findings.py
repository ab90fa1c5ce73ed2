"""What was found out at an address holds wherever the address is used."""

from glan_core.calls import EndpointModel
from glan_core.engines.findings import Findings
from glan_core.llm.endpoint import Endpoint
from glan_core.store.database import Cursor
from glan_core.store.endpoint_models import insert_endpoint_models

BOTH = Endpoint("http://a/v1", other_addresses=("http://b/v1",))


def test_the_ceiling_of_an_address_is_known_wherever_it_is_used(cursor: Cursor):
    insert_endpoint_models(cursor, [EndpointModel("http://a/v1", "m", None, 8)])
    assert Findings(cursor, BOTH).address_ceilings == {"http://a/v1": {"m": 8}, "http://b/v1": {}}
    assert Findings(cursor, Endpoint("http://a/v1")).ceilings == {"m": 8}


def test_of_two_addresses_the_weaker_form_holds_once_both_were_asked(cursor: Cursor):
    insert_endpoint_models(cursor, [EndpointModel("http://a/v1", "m", "schema", None)])
    assert Findings(cursor, BOTH).reply_forms == {}
    insert_endpoint_models(cursor, [EndpointModel("http://b/v1", "m", "json", None)])
    assert Findings(cursor, BOTH).reply_forms == {"m": "json"}


def test_what_was_found_for_all_of_them_goes_before_in_whatever_order_they_stand(cursor: Cursor):
    insert_endpoint_models(cursor, [EndpointModel(BOTH.identity, "m", "jsonl", None)])
    turned = Endpoint("http://b/v1", other_addresses=("http://a/v1",))
    assert Findings(cursor, turned).reply_forms == {"m": "jsonl"}
