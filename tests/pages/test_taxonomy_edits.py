"""Can everything that the Edit menu offers be done, seen and taken back?"""

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.edits import NewNode, add_nodes, apply_edit, change_nodes, move_nodes, set_status
from glan_core.outline import Outline, Place, read_outline
from glan_core.store.database import Database
from glan_core.store.edits import find_last_standing_edit, list_edits
from glan_core.store.reports import taxonomy_counts
from glan_core.store.subjects import find_subject
from glan_core.store.taxonomy_nodes import find_taxonomy_node

PAGE = "pages/curriculum/taxonomy.py"


def outline(database: Database) -> Outline:
    return read_outline(taxonomy_counts(database.cursor()))


def place(database: Database, name: str) -> Place:
    return next(place for place in outline(database).places.values() if place.name == name)


def names_below(database: Database, name: str) -> list[str]:
    return [child.name for child in outline(database).children(place(database, name).node_id)]


def open_at(app: AppTest, database: Database, name: str) -> AppTest:
    app.switch_page(PAGE)
    app.query_params["node"] = place(database, name).node_id
    return app.run()


def choose(app: AppTest, word: str) -> AppTest:
    menu = app.menu_button(key="node-edit")
    return menu.click(next(option for option in menu.options if option.endswith(word))).run()


def field_named(fields, label: str):
    return next(field for field in fields if field.label == label)


def finish(app: AppTest) -> AppTest:
    return app.button(key="edit-finish").click().run()


def test_disciplines_are_added_from_a_pasted_list(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physical sciences")
    choose(app, "Add disciplines")
    app.text_area[0].set_value("- Geophysics: Studies the physics of the Earth.\n\n* Optics industry\n").run()
    assert app.button(key="edit-finish").label == "Add 2 disciplines"
    finish(app)
    assert not app.exception
    assert names_below(app_database, "Physical sciences") == [
        *("Astronomy", "Chemistry", "Geophysics", "Optics industry", "Physics"),
    ]
    assert place(app_database, "Geophysics").description == "Studies the physics of the Earth."
    assert "Added Geophysics and Optics industry to Physical sciences" in [toast.value for toast in app.toast]


def test_a_name_that_is_there_is_not_added_twice(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physical sciences")
    choose(app, "Add disciplines")
    app.text_area[0].set_value("physics").run()
    assert "There is a discipline 'Physics' here already" in app.warning[0].value
    assert app.button(key="edit-finish").disabled


def test_renaming_tells_what_it_touches(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Rename or describe")
    assert app.button(key="edit-finish").disabled
    field_named(app.text_input, "Name").set_value("Natural physics").run()
    assert any("1 discipline, 12 subjects and 1 syllabus" in caption.value for caption in app.caption)
    finish(app)
    assert app.header[0].value == "Natural physics"


def test_a_target_counts_for_what_stands_above(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Set a target")
    app.number_input[0].set_value(40).run()
    finish(app)
    assert place(app_database, "Physics").target == place(app_database, "Natural Science").target == 40
    assert place(app_database, "Chemistry").target is None


def test_a_discipline_moves_to_another_sub_field(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Move")
    chosen = field_named(app.selectbox, "To which sub-field?")
    chosen.select("Natural Science › Life and Earth sciences").run()
    finish(app)
    assert "Physics" in names_below(app_database, "Life and Earth sciences")
    assert [button.label for button in app.button][3:5] == ["Natural Science", "Life and Earth sciences"]


def test_merging_leads_to_the_node_that_stays(app: AppTest, app_database: Database) -> None:
    physics, chemistry = place(app_database, "Physics"), place(app_database, "Chemistry")
    open_at(app, app_database, "Physics")
    choose(app, "Merge into another")
    field_named(app.selectbox, "Into which discipline?").select("Natural Science › Physical sciences › Chemistry").run()
    finish(app)
    assert app.query_params["node"] == [chemistry.node_id] or app.query_params["node"] == chemistry.node_id
    assert place(app_database, "Chemistry").subjects == 24
    assert find_taxonomy_node(app_database.cursor(), physics.node_id).status == "removed"


def test_a_removed_node_leads_up_and_can_be_restored(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Remove")
    finish(app)
    assert app.header[0].value == "Physical sciences"
    assert "Physics" not in names_below(app_database, "Physical sciences")
    app.button(key="edit-undo").click().run()
    assert "Physics" in names_below(app_database, "Physical sciences")
    app.button(key="edit-redo").click().run()
    assert "Physics" not in names_below(app_database, "Physical sciences")


def test_a_subject_is_added_changed_and_removed(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Add a subject")
    field_named(app.text_input, "Name").set_value("Acoustics").run()
    field_named(app.text_area, "Subtopics, one a line").set_value("Waves in air\nRooms").run()
    finish(app)
    subject_id = place(app_database, "Acoustics").node_id
    open_at(app, app_database, "Acoustics")
    choose(app, "Change")
    field_named(app.text_area, "Subtopics, one a line").set_value("Waves in air").run()
    finish(app)
    assert find_subject(app_database.cursor(), subject_id).subtopics == ("Waves in air",)
    choose(app, "Remove")
    finish(app)
    assert app.header[0].value == "Physics"
    assert find_subject(app_database.cursor(), subject_id).status == "removed"


def test_a_change_made_elsewhere_meanwhile_is_told(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Rename or describe")
    field_named(app.text_input, "Name").set_value("Mine").run()
    other = change_nodes(app_database.cursor(), {place(app_database, "Physics").node_id: {"name": "Theirs"}})
    apply_edit(app_database, other, editor="B")
    finish(app)
    assert "Somebody else changed this in the meantime" in app.warning[0].value
    assert field_named(app.text_input, "Name").value == "Theirs"
    assert place(app_database, "Theirs")
    assert not [found for found in outline(app_database).places.values() if found.name == "Mine"]


@pytest.mark.parametrize(("word", "button"), [("Move", "Move"), ("Merge into another", "Merge"), ("Remove", "Remove")])
def test_a_press_for_what_was_moved_elsewhere_meanwhile_does_nothing_yet(
    app: AppTest, app_database: Database, word: str, button: str
) -> None:
    open_at(app, app_database, "Physics")
    physics = place(app_database, "Physics").node_id
    choose(app, word)
    if word != "Remove":
        field = app.selectbox[0]
        field.select_index(0).run()
    assert app.button(key="edit-finish").label == button
    goal = place(app_database, "Life and Earth sciences").node_id
    apply_edit(app_database, move_nodes(app_database.cursor(), [physics], parent_id=goal), editor="B")
    finish(app)
    assert not app.exception
    assert "Somebody else changed this in the meantime" in app.warning[0].value
    assert outline(app_database).places[physics].parent_id == goal
    assert find_last_standing_edit(app_database.cursor()).editor == "B"


def test_the_history_lists_changes_below_and_what_was_removed(app: AppTest, app_database: Database) -> None:
    cursor = app_database.cursor()
    above = place(app_database, "Physical sciences").node_id
    apply_edit(app_database, add_nodes(cursor, above, [NewNode("*Odd*")]), editor="A")
    apply_edit(app_database, set_status(cursor, [place(app_database, "*Odd*").node_id], "removed"), editor="A")
    open_at(app, app_database, "Physical sciences")
    app.session_state["below"] = "History"
    app.run()
    assert not app.exception
    assert app.dataframe[0].value["What"].tolist() == ["Removed *Odd*", "Added *Odd* to Physical sciences"]
    restore = next(button for button in app.button if button.label == "Restore")
    restore.click().run()
    assert "*Odd*" in names_below(app_database, "Physical sciences")
    assert len(list_edits(cursor)) == 3


@pytest.mark.parametrize("level", ["All fields", "Natural Science", "Physics"])
def test_the_menu_offers_what_the_level_allows(app: AppTest, app_database: Database, level: str) -> None:
    if level == "All fields":
        app.switch_page(PAGE).run()
    else:
        open_at(app, app_database, level)
    words = [option.split(": ")[1] for option in app.menu_button(key="node-edit").options]
    assert (
        words
        == {
            "All fields": ["Add fields"],
            "Natural Science": [
                *("Add sub-fields", "Rename or describe", "Set a target", "Merge into another", "Split", "Remove"),
            ],
            "Physics": [
                *(
                    "Add a subject",
                    "Rename or describe",
                    "Set a target",
                    "Move",
                    "Merge into another",
                    "Split",
                    "Remove",
                ),
            ],
        }[level]
    )


def test_a_node_without_a_syllabus_is_grown_from_its_name(app: AppTest, app_database: Database) -> None:
    above = place(app_database, "Physical sciences").node_id
    apply_edit(app_database, add_nodes(app_database.cursor(), above, [NewNode("Geophysics")]))
    open_at(app, app_database, "Geophysics")
    grow = next(button for button in app.button if button.label == "Grow this node")
    grow.click().run()
    assert not app.exception
    assert app.title[0].value == "New run"
    assert app.multiselect[0].value == [place(app_database, "Geophysics").node_id]
    assert app.toggle[0].value


def test_a_discipline_is_split_as_proposed(app: AppTest, app_database: Database) -> None:
    open_at(app, app_database, "Physics")
    choose(app, "Split")
    field_named(app.number_input, "How many parts").set_value(3)
    next(button for button in app.button if button.label == "Propose parts").click().run()
    assert not app.exception
    proposed = field_named(app.text_area, "New disciplines beside it, one a line").value.splitlines()
    assert len(proposed) == 3
    assert all(" and " in name for name in proposed)
    assert not app.button(key="edit-finish").disabled  # everything has its part at once

    field_named(app.text_area, "New disciplines beside it, one a line").set_value(
        "\n".join(["Of my own", *proposed[1:]])
    )
    app.run()
    finish(app)
    assert not app.exception
    assert "Physics" not in names_below(app_database, "Physical sciences")
    assert {"Of my own", *proposed[1:]} < set(names_below(app_database, "Physical sciences"))
    assert sum(place(app_database, name).subjects for name in ("Of my own", *proposed[1:])) == 12
