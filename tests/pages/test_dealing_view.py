"""Is what is chosen to be made, and how it is dealt, what the plan does?"""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.entities import Filter
from glan_core.planning.gaps import unused_key_concepts
from glan_core.planning.plan import Gap
from glan_core.scope import resolve_scope
from glan_core.store.database import Database
from glan_core.store.pairs import count_pairs, list_pairs
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from pages.shared.dealing_view import GapsInAddress, gaps_of_text, shares_of, stages_of
from tests.newest_questions import keep_questions
from tests.pages.new_run_page import labels, open_page, press, start, texts, wait_for


def node_id(database: Database, name: str) -> str:
    return resolve_scope(database.cursor(), name).node_id


def calls(app: AppTest) -> str:
    return next(metric.value for metric in app.metric if metric.label.startswith("Calls"))


@pytest.mark.parametrize(
    ("made", "grows", "rewrites", "stages"),
    [
        ("pairs", False, False, "instructions answers"),
        ("pairs", True, False, "subjects syllabus class_details instructions answers"),
        ("pairs", False, True, "syllabus class_details instructions answers"),
        ("questions", False, False, "instructions"),
        ("questions", True, True, "subjects syllabus class_details instructions"),
        ("syllabi", False, False, "syllabus class_details"),
        ("syllabi", True, False, "subjects syllabus class_details"),
        ("subjects", False, True, "subjects"),
    ],
)
def test_the_stages_are_those_that_make_it(made: str, grows: bool, rewrites: bool, stages: str):
    assert stages_of(made, grows=grows, rewrites=rewrites) == tuple(stages.split())


def test_gaps_are_read_and_what_cannot_be_read_is_told():
    assert gaps_of_text("") == GapsInAddress((), is_whole=True)
    assert gaps_of_text("a:2,b,a:1") == GapsInAddress((Gap("a", 3), Gap("b", 1)), is_whole=True)
    for broken in ("a:0", "a:-1", "a:two", ":3", "a:"):
        assert gaps_of_text(f"{broken},b:1") == GapsInAddress((Gap("b", 1),), is_whole=False)


def test_unused_in_the_address_means_those_of_the_scope_and_says_so_when_there_are_none(
    app: AppTest, app_database: Database
) -> None:
    physics, logic = (node_id(app_database, name) for name in ("Physics", "Logic"))
    in_physics, in_both = (unused_key_concepts(app_database.cursor(), ids) for ids in ((physics,), (physics, logic)))
    open_page(app, gaps="unused", scope=physics)
    assert f"**{len(in_physics)} gaps**, {len(in_physics)} wanted" in texts(app)
    next(each for each in app.multiselect if each.label == "Where").set_value([physics, logic]).run()
    assert f"**{len(in_both)} gaps**" in texts(app)
    assert len(in_both) > len(in_physics) > 0
    said = next(line for line in texts(app).splitlines() if line.endswith(f"fill all {len(in_both)} gaps."))
    assert 2 * int(said.split()[0]) == int(calls(app)) < 2 * len(in_both)
    app_database.cursor().execute("delete from key_concept")
    app.run()
    assert "Every key concept of this scope was used" in "".join(each.value for each in app.success)


def test_an_empty_cell_is_no_pair():
    assert shares_of(pd.DataFrame({"pairs": [3, None]})) == (3.0, 0.0)


def test_questions_alone_are_made_without_answers(app: AppTest, app_database: Database) -> None:
    open_page(app)
    app.selectbox(key="made").select("questions").run()
    assert calls(app) == "5"
    run_id = start(app)
    wait_for(run_id)
    app.run()
    assert not app.exception
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,))) == 5
    assert count_pairs(app_database.cursor(), Filter(run_ids=(run_id,), has_answer=True)) == 0
    assert "5 of 5 questions" in app.get("progress")[0].proto.text


def test_subjects_alone_are_planned_without_any_question(app: AppTest, app_database: Database) -> None:
    open_page(app, scope=node_id(app_database, "Physics"))
    app.selectbox(key="made").select("syllabi").run()
    assert not app.exception
    assert "11 for syllabi, 11 for class details" in texts(app)
    press(app, "Try three")
    assert "There are no questions to try" in texts(app)


def test_a_number_for_each_node_begins_with_equal_ones_and_is_what_is_made(
    app: AppTest, app_database: Database
) -> None:
    nodes = [node_id(app_database, name) for name in ("Physics", "Chemistry")]
    open_page(app, scope=",".join(nodes))
    app.segmented_control(key="dealt").set_value("quota").run()
    assert not app.exception
    assert "5 in all, in place of the number under Pairs" in texts(app)
    assert next(each for each in app.number_input if each.label == "Pairs").disabled
    assert list(app.data_editor[0].value["pairs"]) == [3, 2]
    run_id = start(app)
    wait_for(run_id)
    made = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=10)
    assert dict(made["discipline"].value_counts()) == {"Physics": 3, "Chemistry": 2}


def test_pairs_go_where_a_target_lacks_most(app: AppTest, app_database: Database) -> None:
    nodes = [node_id(app_database, name) for name in ("Physics", "Chemistry")]
    open_page(app, scope=",".join(nodes))
    app.segmented_control(key="dealt").set_value("deficit").run()
    assert "No node of this scope has a target that is not reached yet" in app.info[0].value.replace("\\", "")
    assert not app.error
    assert "Grow what is missing first" not in labels(app)
    press(app, "Set targets")
    assert app.title[0].value == "Taxonomy"
    open_page(app, scope=",".join(nodes))
    app.segmented_control(key="dealt").set_value("deficit").run()
    cursor = app_database.cursor()
    chemistry = find_taxonomy_node(cursor, nodes[1])
    assert chemistry is not None
    cursor.execute("update taxonomy_node set target = 40 where taxonomy_node_id = ?", [nodes[1]])
    app.run()
    run_id = start(app)
    wait_for(run_id)
    made = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=10)
    assert set(made["discipline"]) == {"Chemistry"}


def subject_of(database: Database, discipline: str) -> str:
    """Give the id of the subject of a discipline that has a syllabus."""
    (found,) = (
        database.cursor()
        .execute(
            """
            select subject.subject_id
            from syllabus
            join subject on subject.subject_id = syllabus.subject_id
            where subject.discipline_id = ?
            """,
            [node_id(database, discipline)],
        )
        .fetchone()
    )
    return str(found)


def open_two(app: AppTest, database: Database) -> None:
    """Open the page for ten pairs of Physics, which is saturated, and Chemistry, where little was read."""
    keep_questions(database.cursor(), subject_of(database, "Physics"), new=1, repeated=99)
    keep_questions(database.cursor(), subject_of(database, "Chemistry"), new=4, repeated=0, unread=3)
    open_page(app, scope=",".join(node_id(database, name) for name in ("Physics", "Chemistry")))
    next(each for each in app.number_input if each.label == "Pairs").set_value(10).run()


def shown_nodes(app: AppTest) -> dict[str, list[object]]:
    """Give the rows of the table of nodes by their names."""
    (table,) = (each.value for each in app.dataframe if "Not compared" in each.value.columns)
    return {name: list(row) for name, *row in table.itertuples(index=False)}


def test_a_saturated_node_is_held_once_that_is_ticked(app: AppTest, app_database: Database) -> None:
    open_two(app, app_database)
    assert not [each for each in app.dataframe if "Not compared" in each.value.columns]
    app.checkbox(key="holds").check().run()
    assert not app.exception
    said = texts(app)
    assert "1 of 2 disciplines is held, as more adds nearly nothing new: Physics (1 of its newest 100" in said
    assert "The 5 pairs that would have gone there went to Chemistry +5" in said
    assert "3 of the newest pairs are not compared with former ones yet: Chemistry 3" in said
    assert shown_nodes(app) == {
        "Physics": [1.0, 100, 0, 0, "held"],
        "Chemistry": [100.0, 4, 3, 10, "open, too few compared"],
    }
    run_id = start(app)
    wait_for(run_id)
    made = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=20)
    assert dict(made["discipline"].value_counts()) == {"Chemistry": 10}


def test_what_is_not_read_yet_leads_to_the_map_which_reads(app: AppTest, app_database: Database) -> None:
    open_two(app, app_database)
    app.segmented_control(key="dealt").set_value("novelty").run()
    assert not app.exception
    assert sum(int(row[3]) for row in shown_nodes(app).values()) == 10  # type: ignore[call-overload]
    assert "Compare them on the Map" in labels(app)
    app_database.cursor().execute("update run set is_removed = true")
    app.run()
    assert "Compare them on the Map" not in labels(app)


def test_where_everything_is_held_a_sentence_stands_in_place_of_a_plan(app: AppTest, app_database: Database) -> None:
    keep_questions(app_database.cursor(), subject_of(app_database, "Physics"), new=1, repeated=99)
    open_page(app, scope=node_id(app_database, "Physics"))
    app.checkbox(key="holds").check().run()
    assert not app.exception
    assert "1 of 1 subject in this scope" in app.error[0].value.replace("\\", "")
    assert "Start" not in labels(app)
    app.checkbox(key="holds").uncheck().run()
    assert "Start" in labels(app)


def test_pairs_are_dealt_by_target(app: AppTest, app_database: Database) -> None:
    for name, target in (("Physics", 30), ("Chemistry", 10)):
        app_database.cursor().execute(
            "update taxonomy_node set target = ? where taxonomy_node_id = ?", [target, node_id(app_database, name)]
        )
    open_page(app, scope=",".join(node_id(app_database, name) for name in ("Physics", "Chemistry")))
    next(each for each in app.number_input if each.label == "Pairs").set_value(8).run()
    app.segmented_control(key="dealt").set_value("target").run()
    run_id = start(app)
    wait_for(run_id)
    made = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=20)
    assert dict(made["discipline"].value_counts()) == {"Physics": 6, "Chemistry": 2}


def test_gaps_of_the_address_are_shown_and_filled(app: AppTest, app_database: Database) -> None:
    cursor = app_database.cursor()
    (concept, name), (other, _) = cursor.execute(
        "select key_concept_id, name from key_concept order by key_concept_id limit 2"
    ).fetchall()
    open_page(app, gaps=f"{concept}:2,{other}:1")
    assert not app.exception
    assert not [each for each in app.checkbox if each.key == "holds"]  # gaps are filled wherever they are
    assert "2 gaps" in texts(app)
    assert "3 wanted" in texts(app)
    assert next(each for each in app.number_input if each.label == "Pairs").value == 3
    assert "3 pairs fill all 2 gaps." in texts(app)
    (shown,) = (each.value for each in app.dataframe if list(each.value.columns) == ["Where", "Pairs"])
    assert shown["Where"][0].endswith(name)
    run_id = start(app)
    wait_for(run_id)
    drawn = cursor.execute("select key_concept_ids from instruction where run_id = ?", [run_id]).fetchall()
    assert sum(concept in ids for (ids,) in drawn) == 2
    assert sum(other in ids for (ids,) in drawn) >= 1


def test_gaps_can_be_left(app: AppTest, app_database: Database) -> None:
    physics = node_id(app_database, "Physics")
    open_page(app, gaps=f"{physics}:7")
    assert app.multiselect[0].value == [physics]
    press(app, "Leave the gaps")
    assert "gap" not in texts(app)
    assert "gaps" not in app.query_params
    assert calls(app) == "10"


def test_gaps_that_are_nowhere_are_told(app: AppTest) -> None:
    open_page(app, gaps="nosuchnode:2,other:x")
    assert not app.exception
    assert [each.value for each in app.warning] == [
        "The address names gaps that are not there or cannot be read. None is left, so pairs are dealt as chosen below."
    ]
    assert not app.error
    assert calls(app) == "10"


def test_a_gap_that_is_nowhere_leaves_the_others_planned(app: AppTest, app_database: Database) -> None:
    physics = node_id(app_database, "Physics")
    open_page(app, gaps=f"nosuchnode:2,{physics}:3")
    assert len(app.warning) == 1
    assert "The others are filled" in app.warning[0].value
    assert "3 pairs fill the gap." in texts(app)
    assert calls(app) == "6"


def test_a_gap_outside_the_scope_is_told_by_its_name(app: AppTest, app_database: Database) -> None:
    subjects = [subject_of(app_database, name) for name in ("Physics", "Chemistry")]
    concept, name = (
        app_database.cursor()
        .execute(
            """
            select key_concept_id, key_concept.name
            from key_concept
            join class_session using (class_session_id)
            join syllabus using (syllabus_id)
            where subject_id = ?
            """,
            [subjects[0]],
        )
        .fetchone()
    )
    open_page(app, gaps=f"{concept}:1", scope=subjects[1])
    said = app.error[0].value.replace("\\", "")
    assert f"/{name}" in said
    assert concept not in said
