"""Does Try three make three pairs to look at, and are they kept or taken out as the visitor says?"""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.entities import Filter
from glan_core.scope import resolve_scope
from glan_core.store.database import Database
from glan_core.store.pairs import count_pairs, lineage, list_pairs
from glan_core.store.runs import count_runs, find_run
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer, Reply, stage_of
from tests.pages.new_run_page import PAGE, labels, open_page, press, start, texts, wait_for, wait_for_status


def in_address(app: AppTest, name: str) -> str:
    """Give the value of this name in the address."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def try_three(app: AppTest) -> str:
    """Press the button, wait for the three, show them, and give the id of their run."""
    press(app, "Try three")
    run_id = in_address(app, "trial")
    wait_for(run_id)
    app.run()
    assert not app.exception
    return run_id


def come_back(app: AppTest) -> None:
    """Go to another page by the menu, which takes nothing of the address along, and back."""
    for script in ("pages/home/overview.py", PAGE):
        app.query_params.clear()
        app.switch_page(script).run()
    assert not app.exception


def test_three_pairs_are_shown_with_what_they_were_drawn_from(app: AppTest, app_database: Database) -> None:
    open_page(app)
    run_id = try_three(app)
    pairs = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=10)
    assert len(pairs) == 3
    shown = texts(app)
    for pair in pairs.itertuples():
        found = lineage(app_database.cursor(), pair.instruction_id)
        assert found is not None
        assert pair.instruction in shown
        assert pair.answer in shown
        assert all(title in shown for title in found.class_sessions)
        assert all(name in shown for name in found.key_concepts)


def test_the_trial_leaves_the_run_itself_as_it_was(app: AppTest, app_database: Database) -> None:
    open_page(app)
    calls = next(metric.value for metric in app.metric if metric.label == "Calls")
    trial = find_run(app_database.cursor(), try_three(app))
    assert trial is not None
    assert trial.seed >= 2**30
    assert app.number_input(key="seed").value == 0
    assert next(metric.value for metric in app.metric if metric.label == "Calls") == calls == "10"
    assert "run" not in app.query_params


def test_what_is_kept_stays_as_a_run(app: AppTest, app_database: Database) -> None:
    open_page(app)
    run_id = try_three(app)
    press(app, "Keep")
    assert "trial" not in app.query_params
    assert "Keep" not in labels(app)
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,))) == 3
    ways = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert {ways[label] for label in ("List them", "On the map", "The run")} == {f"run={run_id}"}
    press(app, "Close")
    assert "List them" not in {link.proto.label for link in app.get("page_link")}


def test_the_prompts_that_are_shown_stay_those_of_the_run(app: AppTest) -> None:
    scope = resolve_scope(open_workspace().database.cursor(), "Thermodynamics")
    open_page(app, scope=scope.node_id)
    shown = [block.value for block in app.code]
    drawn = [markdown.value for markdown in app.markdown if markdown.value.startswith("**")]
    assert drawn
    try_three(app)
    press(app, "Keep")
    assert [block.value for block in app.code] == shown
    assert [markdown.value for markdown in app.markdown if markdown.value.startswith("**")] == drawn
    assert "three others, with a seed of their own" in texts(app)


def test_whoever_comes_back_decides_then(app: AppTest, app_database: Database, gate: threading.Event) -> None:
    open_page(app)
    press(app, "Try three")
    run_id = in_address(app, "trial")
    wait_for_status(run_id, lambda status: status.under_way > 0)
    app.run()
    assert not {"Keep", "Discard"} & set(labels(app))
    assert {"Pause", "Stop"} <= set(labels(app))
    come_back(app)
    assert in_address(app, "trial") == run_id
    gate.set()
    wait_for(run_id)
    come_back(app)
    assert in_address(app, "trial") == run_id
    assert {"Keep", "Discard"} <= set(labels(app))
    press(app, "Discard")
    come_back(app)
    assert "trial" not in app.query_params
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,))) == 0


def test_a_trial_that_was_stopped_can_be_decided_on(app: AppTest, gate: threading.Event) -> None:
    open_page(app)
    press(app, "Try three")
    run_id = in_address(app, "trial")
    wait_for_status(run_id, lambda status: status.under_way > 0)
    app.run()
    press(app, "Stop")
    assert not {"Keep", "Discard"} & set(labels(app))
    gate.set()
    wait_for(run_id)
    app.run()
    assert {"Keep", "Discard"} <= set(labels(app))


def test_what_is_discarded_counts_nowhere_and_can_be_put_back(app: AppTest, app_database: Database) -> None:
    open_page(app)
    run_id = try_three(app)
    press(app, "Discard")
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,))) == 0
    assert count_runs(app_database.cursor()) == 0
    assert "They count nowhere" in texts(app)
    press(app, "Put them back")
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,))) == 3
    assert "Keep" in labels(app)


def test_a_second_trial_draws_anew_though_the_first_was_discarded(app: AppTest, app_database: Database) -> None:
    open_page(app)
    first = try_three(app)
    press(app, "Discard")
    second = try_three(app)
    assert first != second
    assert count_pairs(app_database.cursor(), Filter(run_ids=(second,))) == 3


def test_a_trial_has_the_settings_of_the_run(app: AppTest, app_database: Database, model_server: ModelServer) -> None:
    scope = resolve_scope(app_database.cursor(), "Thermodynamics")
    open_page(app, scope=scope.node_id)
    app.selectbox(key="language").select("da").run()
    run_id = try_three(app)
    pairs = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=10)
    assert set(pairs["subject"]) == {"Thermodynamics"}
    asked = model_server.requests_of("instructions")
    assert len(asked) == 3
    assert all("Danish" in request.messages[-1].content for request in asked)


def test_what_fails_is_told_and_can_be_closed(app: AppTest, model_server: ModelServer) -> None:
    open_page(app)
    model_server.script = lambda request: (
        Reply("No such thing.", status=400) if stage_of(request) == "answers" else None
    )
    try_three(app)
    assert "0 of 3 made" in app.get("progress")[0].proto.text
    assert "It has no answer yet" in texts(app)


def test_a_trial_and_a_run_go_side_by_side(app: AppTest, app_database: Database) -> None:
    open_page(app)
    trial = try_three(app)
    run_id = start(app)
    wait_for(run_id)
    app.run()
    assert not app.exception
    assert count_pairs(app_database.cursor(), Filter(run_ids=(trial,))) == 3
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,))) == 5


@pytest.mark.parametrize("query", [{"trial": "nosuchrun"}])
def test_a_trial_that_is_not_there_is_said_to_be_missing(app: AppTest, query: dict[str, str]) -> None:
    open_page(app, **query)
    assert not app.exception
    assert "There is no such run in this database" in texts(app)
    press(app, "Close")
    assert "There is no such run" not in texts(app)
