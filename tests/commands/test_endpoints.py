"""endpoints list, add, remove, test; and a run at an endpoint that is named."""

import pytest

from glan_core.endpoints import endpoint_named, use_endpoint
from glan_core.store.database import open_database
from tests.model_server import API_KEY, MODEL, ModelServer, Reply
from tests.terminal import Terminal, complaint, held_by_another

KEY = "sk-Qw77-never-written-anywhere"


@pytest.fixture
def named(terminal: Terminal, model_server: ModelServer) -> Terminal:
    """A terminal whose environment names an endpoint that is not there, and that knows `mine`, which is."""
    terminal.environment |= {"MINE_API_KEY": KEY, "GLAN_MODEL": "of-the-environment"}
    added = terminal.run("endpoints", "add", "mine", "--base-url", model_server.base_url, "--key-name", "MINE_API_KEY")
    assert (added.code, added.out) == (0, f"Added mine at {model_server.base_url}. MINE_API_KEY is set.\n"), added.err
    return terminal


def listed(terminal: Terminal) -> dict[str, dict[str, object]]:
    return {each["name"]: each for each in terminal.run("endpoints", "list", "--json").data["endpoints"]}


def test_an_endpoint_that_was_added_is_listed_beside_those_that_are_always_there(named: Terminal) -> None:
    found = listed(named)
    assert list(found) == ["From the environment", "Built-in model", "mine"]
    assert found["mine"]["is_key_set"] is True
    assert [name for name, each in found.items() if each["is_in_use"]] == ["From the environment"]
    lines = named.run("endpoints", "list").out.splitlines()
    assert lines[0].startswith("* From the environment")
    assert "MINE_API_KEY is set." in lines[2]


def test_a_key_that_is_not_set_is_told(named: Terminal) -> None:
    del named.environment["MINE_API_KEY"]
    assert listed(named)["mine"]["is_key_set"] is False
    error, hint = complaint(named.run("generate", "--endpoint", "mine", "--scope", "Optics", "--instructions", "1"))
    assert "MINE_API_KEY is not set" in error
    assert "environment variable" in hint


def test_endpoints_are_listed_while_the_app_is_open(named: Terminal) -> None:
    with held_by_another(named.database):
        assert "mine" in listed(named)


def test_a_name_is_given_once_unless_the_endpoint_is_to_be_replaced(named: Terminal) -> None:
    again = ("endpoints", "add", "Mine", "--base-url", "http://localhost:1/v1")
    error, _ = complaint(named.run(*again))
    assert "'mine' already" in error
    assert named.run(*again, "--replace", "--json").data["key_name"] == ""
    assert listed(named)["Mine"]["base_url"] == "http://localhost:1/v1"


def test_what_cannot_be_an_address_or_the_name_of_a_key_is_refused_unseen(terminal: Terminal) -> None:
    address = terminal.run("endpoints", "add", "x", "--base-url", f"http://h/v1?key={API_KEY}")
    assert "holds a query" in complaint(address)[0]
    name = terminal.run("endpoints", "add", "x", "--base-url", "http://h/v1", "--key-name", API_KEY)
    assert "not the name of a key" in complaint(name)[0]


def test_a_removed_endpoint_is_gone_until_it_is_added_again(named: Terminal, model_server: ModelServer) -> None:
    with open_database(named.database) as database:
        use_endpoint(database, endpoint_named(database.cursor(), "mine").endpoint_id)
    assert listed(named)["mine"]["is_in_use"] is True
    assert named.run("endpoints", "remove", "MINE").out == "Removed mine. The app uses its default again.\n"
    assert "mine" not in listed(named)
    assert named.run("endpoints", "add", "mine", "--base-url", model_server.base_url).code == 0
    assert listed(named)["mine"]["is_in_use"] is False


def test_what_was_never_added_cannot_be_removed(terminal: Terminal) -> None:
    assert "no endpoint 'x'" in complaint(terminal.run("endpoints", "remove", "x"))[0]
    assert "cannot be removed" in complaint(terminal.run("endpoints", "remove", "built-in model"))[0]


def test_a_test_tells_how_it_answers(named: Terminal, model_server: ModelServer) -> None:
    data = named.run("endpoints", "test", "mine", "--json").data
    assert (data["answers"], data["calls"], data["model"], data["reply_form"]) == (True, 3, MODEL, "jsonl")
    assert {request.headers["authorization"] for request in model_server.requests} == {f"Bearer {KEY}"}
    told = named.run("endpoints", "test", "mine")
    assert told.out.startswith(f"{MODEL} at {model_server.base_url} answers.\n")
    assert "median of 3" in told.out


def test_a_test_that_fails_says_why_and_ends_with_1(named: Terminal, model_server: ModelServer) -> None:
    model_server.script = lambda request: Reply(f"bad key {KEY}", status=401)
    ran = named.run("endpoints", "test", "mine")
    assert ran.code == 1
    assert "refused the key. Check the environment variable MINE_API_KEY" in ran.out
    assert named.run("endpoints", "test", "mine", "--json").code == 1
    assert KEY not in ran.out + ran.err


def test_without_a_name_the_environments_endpoint_is_tested(terminal_with_model: Terminal) -> None:
    assert terminal_with_model.run("endpoints", "test", "--json").data["name"] == "From the environment"


def test_a_run_goes_to_the_endpoint_that_is_named_and_on_there_alone(
    named: Terminal, model_server: ModelServer
) -> None:
    limited = ("generate", "--endpoint", "mine", "--scope", "Optics", "--instructions", "3", "--max-pairs", "1")
    ran = named.run(*limited, "--json")
    assert (ran.data["endpoint"], ran.data["model"]) == (model_server.base_url, MODEL), ran.err
    run_id = ran.data["run_id"]
    error, hint = complaint(named.run("runs", "resume", run_id))
    assert f"begun at {model_server.base_url}" in error
    assert "--endpoint" in hint
    resumed = named.run("runs", "resume", run_id, "--endpoint", "mine", "--json")
    assert (resumed.code, resumed.data["state"]) == (0, "finished"), resumed.err
    assert {request.headers["authorization"] for request in model_server.requests} == {f"Bearer {KEY}"}


def test_an_option_goes_before_what_the_endpoint_says(named: Terminal, model_server: ModelServer) -> None:
    asked = ("plan", "--endpoint", "mine", "--scope", "Optics", "--instructions", "1", "--json")
    assert named.run(*asked).data["model"] == MODEL
    assert named.run(*asked, "--model", "other").data["model"] == "other"
    assert "exclude each other" in complaint(named.run(*asked, "--base-url", "http://localhost:1/v1"))[0]
    assert model_server.requests == ()


def test_the_key_is_in_no_file_and_no_word_after_all_of_that(named: Terminal, model_server: ModelServer) -> None:
    said = [
        named.run("endpoints", "list"),
        named.run("endpoints", "test", "mine"),
        named.run("generate", "--endpoint", "mine", "--scope", "Optics", "--instructions", "1"),
    ]
    assert any(request.headers["authorization"] == f"Bearer {KEY}" for request in model_server.requests)
    assert [ran for ran in said if KEY in ran.out + ran.err] == []
    written = [path for path in named.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".duckdb" for path in written)
    assert any(path.name == "journal.jsonl" for path in written)
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []


def test_an_endpoint_may_have_several_addresses_and_each_is_tested(
    terminal: Terminal, model_server: ModelServer
) -> None:
    second = ModelServer()
    try:
        both = ("--base-url", model_server.base_url, "--base-url", f"{second.base_url}/")
        added = terminal.run("endpoints", "add", "farm", *both)
        assert added.out == f"Added farm at {model_server.base_url} and 1 more. Calls go without a key.\n", added.err
        assert listed(terminal)["farm"]["addresses"] == [model_server.base_url, second.base_url]
        told = terminal.run("endpoints", "test", "farm")
        assert told.code == 0
        assert told.out.startswith(f"{MODEL}: 2 of 2 addresses answer.\n  {model_server.base_url} answers.\n")
        second.script = lambda request: Reply("no", status=401)
        ran = terminal.run("endpoints", "test", "farm", "--json")
        assert (ran.code, ran.data["answering"]) == (1, 1)
        assert [each["answers"] for each in ran.data["addresses"]] == [True, False]
        assert "refused the key" in ran.data["addresses"][1]["trouble"]
        twice = terminal.run("endpoints", "add", "x", "--base-url", "http://h/v1", "--base-url", "http://h/v1/")
        assert "http://h/v1 stands there twice." in complaint(twice)[0]
        wrong = terminal.run("endpoints", "add", "x", "--base-url", "http://h/v1", "--base-url", "h:1")
        assert "Of 2 addresses number 2: The address does not begin with http" in complaint(wrong)[0]
    finally:
        second.stop()


def test_a_run_over_several_addresses_tells_what_each_did(terminal: Terminal, model_server: ModelServer) -> None:
    second = ModelServer()
    try:
        both = ("--base-url", model_server.base_url, "--base-url", second.base_url)
        ran = terminal.run("generate", *both, "--scope", "Optics", "--instructions", "6", "--json")
        assert (ran.code, ran.data["endpoint"]) == (0, f"{model_server.base_url} and 1 more"), ran.err
        shown = terminal.run("runs", "show", ran.data["run_id"], "--json").data
        counted = {each["address"]: each["answered"] for each in shown["by_address"]}
        assert counted == {server.base_url: len(server.requests) for server in (model_server, second)}
        assert [each["address"] for each in shown["addresses"]] == [model_server.base_url, second.base_url]
        assert f"{second.base_url}: " in terminal.run("runs", "show", ran.data["run_id"]).out
        # It goes on where one of its addresses is, and nowhere else.
        again = ("runs", "resume", ran.data["run_id"], "--json")
        assert Terminal(terminal.folder, second.base_url).run(*again).code == 0
        assert "begun at" in complaint(Terminal(terminal.folder, "http://127.0.0.1:9/v1").run(*again))[0]
    finally:
        second.stop()
