"""Does the Taxonomy page show the node that its address names?"""

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.entities import TaxonomyNode
from glan_core.ids import taxonomy_node_id
from glan_core.outline import Outline, read_outline
from glan_core.store.database import Database
from glan_core.store.reports import taxonomy_counts
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes

PAGE = "pages/curriculum/taxonomy.py"


@pytest.fixture
def outline(app_database: Database) -> Outline:
    return read_outline(taxonomy_counts(app_database.cursor()))


def node_id(outline: Outline, name: str) -> str:
    return next(place.node_id for place in outline.places.values() if place.name == name)


def open_taxonomy(app: AppTest, node: str | None = None) -> AppTest:
    app.switch_page(PAGE)
    if node:
        app.query_params["node"] = node
    return app.run()


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_without_a_node_the_whole_taxonomy_is_shown(app: AppTest) -> None:
    open_taxonomy(app)
    assert not app.exception
    assert app.header[0].value == "All fields"
    assert app.metric[0].value == "126"


def test_the_address_names_the_node(app: AppTest, outline: Outline) -> None:
    open_taxonomy(app, node_id(outline, "Physics"))
    assert not app.exception
    assert app.header[0].value == "Physics"
    assert [button.label for button in app.button] == [
        "Undo",
        "Redo",
        "All fields",
        "Natural Science",
        "Physical sciences",
        "Generate here",
    ]


def test_a_name_in_the_path_leads_there(app: AppTest, outline: Outline) -> None:
    open_taxonomy(app, node_id(outline, "Physics"))
    press(app, "Natural Science")
    assert app.header[0].value == "Natural Science"
    assert app.query_params["node"] == node_id(outline, "Natural Science")


def test_all_fields_takes_the_node_out_of_the_address(app: AppTest, outline: Outline) -> None:
    open_taxonomy(app, node_id(outline, "Physics"))
    press(app, "All fields")
    assert app.header[0].value == "All fields"
    assert "node" not in app.query_params


def test_a_subject_shows_its_syllabus(app: AppTest, outline: Outline) -> None:
    subject = next(place for place in outline.places.values() if place.level == "subject" and place.syllabi)
    open_taxonomy(app, subject.node_id)
    assert not app.exception
    assert app.expander[0].label == "Syllabus, version 1"
    assert any("Class session 1:" in text.value for text in app.text)


def test_an_unknown_id_gets_a_sentence_and_the_whole_taxonomy(app: AppTest) -> None:
    open_taxonomy(app, "nope")
    assert not app.exception
    assert "not in the taxonomy" in app.warning[0].value
    assert app.header[0].value == "All fields"


def test_a_search_without_a_hit_says_so(app: AppTest) -> None:
    open_taxonomy(app)
    app.text_input[0].set_value("qqq").run()
    assert app.info[0].value == "Nothing in the tree is called that."


def test_names_and_descriptions_are_never_markup(app: AppTest, app_database: Database) -> None:
    name, description = "**Bold** <b>x</b> [a](http://b)", "# Heading\n<script>alert(1)</script>\n" * 60
    field = TaxonomyNode(taxonomy_node_id(None, name), None, "field", name, description)
    insert_taxonomy_nodes(app_database.cursor(), [field])
    open_taxonomy(app, field.taxonomy_node_id)
    assert not app.exception
    assert app.header[0].value.startswith("\\*\\*Bold\\*\\* \\<b\\>")
    assert description.strip() in [text.value for text in app.text]
