"""Does the Coverage page count what is there, and hand thin places to New run?"""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.edits import apply_edit, change_nodes
from glan_core.entities import Filter
from glan_core.store.coverage import count_coverage
from glan_core.store.database import Database
from glan_core.store.taxonomy_nodes import list_taxonomy_nodes
from glan_core.store.unused_parts import list_unused
from pages.shared.coverage_plan import MOST_GAPS
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs

PAGE = "pages/explore/coverage.py"


@pytest.fixture
def run_id(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run with six pairs."""
    return make_pairs(app_database, tmp_path / "runs", model_server, instructions=6)


def open_page(app: AppTest, **address: str | list[str]) -> AppTest:
    """Open the page at an address."""
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """Give everything that the page says."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    """Give the cards by label: the number, and what stands below it."""
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def button(app: AppTest, key: str) -> Any:
    """Give the button with a key."""
    return next(each for each in app.button if each.key == key)


def gaps_in(app: AppTest) -> dict[str, int]:
    """Give the gaps of the address."""
    text = app.query_params["gaps"]
    text = text if isinstance(text, str) else text[0]
    return {node_id: int(number) for node_id, _, number in (part.partition(":") for part in text.split(","))}


def set_target(database: Database, name: str, target: int) -> str:
    """Give a discipline a target, and give its id."""
    nodes = list_taxonomy_nodes(database.cursor())
    node_id = next(node.taxonomy_node_id for node in nodes if node.name == name and node.level == "discipline")
    apply_edit(database, change_nodes(database.cursor(), {node_id: {"target": target}}))
    return node_id


def test_an_empty_taxonomy_leads_to_the_taxonomy_page(app: AppTest, app_database: Database):
    app_database.cursor().execute("update taxonomy_node set status = 'removed'")
    open_page(app)
    assert "nothing to cover yet" in said(app)
    assert not app.metric


def test_without_pairs_everything_is_empty_and_can_be_planned(app: AppTest):
    open_page(app)
    cards = metrics(app)
    assert cards["Disciplines with a pair"] == ("0%", "0 of 126 disciplines")
    assert cards["Gini"] == ("–", "126 disciplines")
    assert cards["Concepts never used"][0] == cards["Concepts never used"][1].removeprefix("of ")
    assert len(app.dataframe[0].value) == 126
    assert "No discipline here has a target" in said(app)
    assert button(app, "coverage-plan-these").disabled
    open_page(app, part="Balance")
    assert "nothing to balance yet" in said(app)


def test_the_cards_say_what_the_database_holds(app: AppTest, app_database: Database, run_id: str):
    open_page(app)
    counted = count_coverage(app_database.cursor(), Filter())
    disciplines = counted[counted["level"] == "discipline"]
    covered = int((disciplines["pairs"] > 0).sum())
    assert metrics(app)["Disciplines with a pair"] == (f"{covered / 126:.0%}", f"{covered} of 126 disciplines")
    unused = list_unused(app_database.cursor(), Filter(), kind="key_concept").total
    assert metrics(app)["Concepts never used"][0] == f"{unused:,}"
    table = app.dataframe[0].value
    assert table["pairs"].is_monotonic_increasing
    assert table["pairs"].sum() == 6


def test_a_level_is_chosen_and_stands_in_the_address(app: AppTest, run_id: str):
    open_page(app, by="Field")
    assert "Fields with a pair" in metrics(app)
    assert len(app.dataframe[0].value) == 8
    app.segmented_control(key="by").set_value("subject").run()
    assert not app.exception
    assert metrics(app)["Subjects with a pair"][1].endswith("of 1,512 subjects")
    assert "Subjects have no targets of their own" in said(app)


def test_a_filter_narrows_pairs_and_a_node_narrows_the_rows_too(app: AppTest, app_database: Database, run_id: str):
    open_page(app, run=["gone"])
    assert metrics(app)["Disciplines with a pair"][0] == "0%"
    open_page(app, run=[run_id])
    assert metrics(app)["Disciplines with a pair"][0] != "0%"
    physics = set_target(app_database, "Physics", 20)
    open_page(app, below=[physics], run=[])
    assert metrics(app)["Disciplines with a pair"][1].endswith("of 1 discipline")
    assert list(app.dataframe[0].value["name"]) == ["Physics"]
    app.segmented_control(key="by").set_value("field").run()
    assert "No field fits this filter" in said(app)
    app.segmented_control(key="by").set_value("discipline").run()
    open_page(app, below=["nowhere"])
    assert "No kept node fits" in said(app)
    button(app, "coverage-none").click().run()
    assert metrics(app)["Disciplines with a pair"][1].endswith("of 126 disciplines")


def test_all_under_target_is_one_click(app: AppTest, app_database: Database):
    wanted = {set_target(app_database, "Physics", 20): 20, set_target(app_database, "Logic", 7): 7}
    open_page(app)
    assert "2 of 2 with a target are under it. 124 of 126 disciplines have no target." in said(app)
    assert button(app, "coverage-plan-lacking").label == "All 2 under target: 27 pairs"
    button(app, "coverage-plan-lacking").click().run()
    assert not app.exception
    assert app.title[0].value == "New run"
    assert gaps_in(app) == wanted
    assert "**2 gaps**, 27 wanted" in said(app)


def test_under_a_filter_what_other_runs_made_is_not_planned_again(app: AppTest, app_database: Database, run_id: str):
    counted = count_coverage(app_database.cursor(), Filter()).query("level == 'discipline' and pairs > 0")
    name, pairs = counted.iloc[0]["name"], int(counted.iloc[0]["pairs"])
    node_id = set_target(app_database, name, 20)
    reached = set_target(app_database, "Logic" if name != "Logic" else "Physics", 7)
    open_page(app, run=["gone"])
    assert app.dataframe[0].value.set_index("name")["pairs"].sum() == 0
    assert app.dataframe[0].value.set_index("name").loc[name, "fill"] == pytest.approx(100 * pairs / 20)
    other = 7 - int(counted[counted["node_id"] == reached]["pairs"].sum())
    assert button(app, "coverage-plan-lacking").label == f"All 2 under target: {20 - pairs + other} pairs"
    set_target(app_database, name, pairs)
    open_page(app, run=["gone"])
    assert "1 of 2 with a target are under it" in said(app)
    button(app, "coverage-plan-lacking").click().run()
    assert gaps_in(app) == {reached: other}
    assert node_id != reached


def test_pairs_are_balanced_over_strategies_levels_and_nodes(app: AppTest, run_id: str):
    open_page(app, part="Balance")
    levels, strategies, subject_levels, nodes = (element.value for element in app.dataframe)
    assert list(levels["Level"]) == ["Field", "Sub-field", "Discipline", "Subject"]
    assert list(levels["Nodes"]) == [8, 41, 126, 1512]
    assert strategies["Pairs"].sum() == subject_levels["Pairs"].sum() == nodes["Pairs"].sum() == 6
    assert strategies["Share"].sum() == pytest.approx(100)
    assert len(app.get("plotly_chart")) == 1


def test_the_heat_map_shows_a_page_of_disciplines(app: AppTest, run_id: str):
    open_page(app, part="Heat map")
    assert len(app.get("plotly_chart")) == 1
    assert "1 to 40 of 126 disciplines" in said(app)
    open_page(app, part="Heat map", by="Field")
    assert "cells have subjects but no pair" in said(app)


def test_the_heat_map_leaves_out_what_has_no_subject_and_says_so(app: AppTest, app_database: Database):
    app_database.cursor().execute(
        """
        update subject set status = 'removed'
        where discipline_id in (select discipline_id from discipline_path where discipline = 'Physics')
        """
    )
    open_page(app, part="Heat map")
    assert "1 to 40 of 125 disciplines" in said(app)
    assert "1 discipline without a subject is left out" in said(app)


def test_without_a_subject_there_is_no_heat_map(app: AppTest, app_database: Database):
    app_database.cursor().execute("update subject set status = 'removed'")
    open_page(app, part="Heat map")
    assert "No discipline here has a subject yet" in said(app)


def test_what_was_never_used_is_listed_searched_and_planned_as_a_whole(
    app: AppTest, app_database: Database, run_id: str
):
    total = list_unused(app_database.cursor(), Filter(), kind="key_concept").total
    open_page(app, part="Unused")
    assert f"{total:,} key concepts never used; the first 1,000 are listed" in said(app)
    app.text_input(key="coverage_words").set_value("no such concept").run()
    assert "No unused key concept has this in its name" in said(app)
    app.text_input(key="coverage_words").set_value("").run()
    button(app, "coverage-plan-all-unused").click().run()
    assert not app.exception
    assert app.title[0].value == "New run"
    assert f"**{total:,} gaps**" in said(app)


def test_under_a_filter_the_listed_ones_are_planned(app: AppTest, app_database: Database, run_id: str):
    listed = list_unused(app_database.cursor(), Filter(run_ids=(run_id,)), kind="key_concept", limit=MOST_GAPS)
    open_page(app, part="Unused", run=[run_id])
    assert button(app, "coverage-plan-all-unused").label == f"Plan for the first {MOST_GAPS}"
    button(app, "coverage-plan-all-unused").click().run()
    assert not app.exception
    assert gaps_in(app) == dict.fromkeys(listed.rows["node_id"], 1)


def test_names_are_shown_as_they_are(app: AppTest, app_database: Database):
    hostile = "<b>Physics</b> $x$"
    physics = set_target(app_database, "Physics", 5)
    apply_edit(app_database, change_nodes(app_database.cursor(), {physics: {"name": hostile}}))
    open_page(app, below=[physics])
    assert list(app.dataframe[0].value["name"]) == [hostile]
    assert not any(hostile in str(element.value) for element in app.markdown)
