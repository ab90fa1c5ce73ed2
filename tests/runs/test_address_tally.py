"""What each address did for a run is counted from its journal as it is from the database."""

from glan_core.runs.address_tally import AddressCall, tally_addresses
from glan_core.runs.run_tally import tally_of_journal
from glan_core.store.address_statistics import address_figures
from tests.engines.test_fleet import endpoint_of, work
from tests.model_server import ModelServer
from tests.workbench import Workbench


def call(address: str, began: float, seconds: float = 1.0, *, lost: bool = False) -> AddressCall:
    return AddressCall(address, not lost, not lost, 0 if lost else 10, 0 if lost else 6, began, seconds)


def test_shares_tokens_and_seconds_are_counted_by_address():
    tally = tally_addresses(
        [call("b", 0, 3), call("a", 0, 2), call("a", 1, 2), call("a", 10), call("b", 5, 0, lost=True)]
    )
    assert list(tally) == ["a", "b"]
    assert (tally["a"].answered, tally["a"].share, tally["a"].lost) == (3, 0.75, 0)
    assert (tally["a"].completion_tokens, tally["a"].tokens_per_second) == (18, 4.5)  # 4 seconds with a call under way
    assert (tally["b"].answered, tally["b"].lost, tally["b"].seconds_p95) == (1, 1, 3)


def test_an_address_that_answered_nothing_has_no_speed():
    tally = tally_addresses([call("a", 0), call("b", 0, 0, lost=True)])
    assert (tally["b"].share, tally["b"].tokens_per_second, tally["b"].seconds_p50) == (0, None, None)


def test_one_address_is_not_counted_for_itself():
    assert tally_addresses([call("a", 0), call("a", 1)]) == {}


def test_journal_and_database_tell_the_same(workbench: Workbench):
    second = ModelServer()
    try:
        plan = workbench.plan(instructions=12)
        work(workbench, plan, endpoint_of(workbench.server, second))
    finally:
        second.stop()
    tally = tally_of_journal(workbench.folder(plan) / "journal.jsonl")
    figures = address_figures(workbench.cursor, plan.run_id).set_index("address")
    told = {each["address"]: each for each in tally.to_data()["by_address"]}
    assert {address: each["answered"] for address, each in told.items()} == figures["calls"].to_dict()
    assert {address: each["completion_tokens"] for address, each in told.items()} == figures[
        "completion_tokens"
    ].to_dict()
    assert sum(each["share"] for each in told.values()) == 1
    assert any(line.startswith(f"  {second.base_url}: ") for line in tally.words())


def test_a_journal_of_an_earlier_release_names_no_address(workbench: Workbench):
    plan = workbench.plan(instructions=3)
    workbench.execute(plan)
    path = workbench.folder(plan) / "journal.jsonl"
    text = path.read_text()
    written = f',"address":"{workbench.server.base_url}"'
    assert text.count(written) == 6
    path.write_text(text.replace(written, ""))
    assert [call.address for call in workbench.calls(plan)] == [None] * 6
    assert tally_of_journal(path).addresses == {}
