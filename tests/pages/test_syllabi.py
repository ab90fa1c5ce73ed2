"""Does the Syllabi page show the subject and version that its address names, and can subjects be added and edited?"""

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.edits import apply_edit, change_subject
from glan_core.entities import Instruction, Strategy, Subject, Syllabus
from glan_core.ids import class_session_id, key_concept_id, subject_id, syllabus_id
from glan_core.scope import resolve_scope
from glan_core.store.database import Database
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from glan_core.store.subjects import insert_subjects, list_subjects
from glan_core.store.syllabi import insert_class_sessions, insert_key_concepts, insert_syllabi, list_current_syllabi
from tests.small_curriculum import details_of
from tests.small_pairs import answer, model_call, run

PAGE = "pages/curriculum/syllabi.py"
MARKUP = "**bold** <b>x</b> :red[y]"


@pytest.fixture
def physics(app_database: Database) -> str:
    return resolve_scope(app_database.cursor(), "Natural Science/Physical sciences/Physics").node_id


@pytest.fixture
def thermodynamics(app_database: Database) -> str:
    return resolve_scope(app_database.cursor(), "Thermodynamics").node_id


@pytest.fixture
def odd(app_database: Database, physics: str) -> Subject:
    """A subject with two versions of one class session; of version 1, the first of two key concepts was drawn."""
    subject = Subject(subject_id(physics, MARKUP), physics, MARKUP, "advanced", (MARKUP,))
    cursor = app_database.cursor()
    insert_subjects(cursor, [subject])
    for version in (1, 2):
        text = f"{MARKUP}\n\nAbout {MARKUP}, version {version}.\n\nObjectives\n- {MARKUP}\n"
        syllabus = Syllabus(syllabus_id(subject.subject_id, text), subject.subject_id, version, text)
        details = details_of(syllabus.syllabus_id, ((MARKUP, (f"{MARKUP} {version}", "never asked")),))
        insert_syllabi(cursor, [syllabus])
        insert_class_sessions(cursor, details.class_sessions)
        insert_key_concepts(cursor, details.key_concepts)
        if version == 1:
            drawn = (details.key_concepts[0].key_concept_id,)
            save_run(cursor, run())
            asked = Instruction(
                "i", syllabus.syllabus_id, Strategy.ONE_SESSION, f"What is {MARKUP}?", drawn, "run", "call"
            )
            ingest(cursor, [model_call(), model_call("answering-i", stage="answers"), asked, answer("i")])
    return subject


def open_syllabi(app: AppTest, **address: str) -> AppTest:
    app.switch_page(PAGE)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_without_a_selection_every_discipline_is_listed(app: AppTest) -> None:
    open_syllabi(app)
    assert not app.exception
    assert len(app.dataframe[0].value) == 126
    assert len(app.selectbox[0].options) == 126


def test_a_chosen_discipline_stands_in_the_address_and_its_subjects_are_listed_by_level(
    app: AppTest, physics: str
) -> None:
    open_syllabi(app)
    app.selectbox[0].set_value(physics).run()
    assert not app.exception
    assert app.query_params["discipline"] in (physics, [physics])
    rows = app.dataframe[0].value
    assert len(rows) == 12
    assert rows["level"].drop_duplicates().tolist() == ["Introductory", "Intermediate", "Advanced"]
    assert app.header[0].value == "Subjects of Physics"


def test_a_subject_alone_in_the_address_is_enough(app: AppTest, thermodynamics: str) -> None:
    open_syllabi(app, subject=thermodynamics)
    assert not app.exception
    assert app.header[0].value == "Thermodynamics"
    assert {"Natural Science", "Physical sciences", "Physics", "Edit", "Generate here"} <= set(labels(app))
    assert [metric.value for metric in app.metric][:3] == ["12", "61", "0"]


def test_a_syllabus_is_read_from_introduction_to_class_sessions(app: AppTest, thermodynamics: str) -> None:
    open_syllabi(app, subject=thermodynamics)
    assert [subheader.value for subheader in app.subheader] == [
        "Introduction",
        "Objectives",
        "Outcomes",
        "Class sessions",
    ]
    assert len(app.button_group) == 12
    assert any("No question was drawn from this syllabus yet." in caption.value for caption in app.caption)


def test_every_key_concept_of_a_syllabus_without_pairs_is_marked_as_unused(app: AppTest, thermodynamics: str) -> None:
    open_syllabi(app, subject=thermodynamics)
    options = [option for group in app.button_group for option in group.options]
    assert len(options) == 61
    assert all(":orange[unused]" in str(option) for option in options)


@pytest.mark.parametrize(
    ("address", "what"), [({"discipline": "nope"}, "a discipline"), ({"subject": "nope"}, "a subject")]
)
def test_an_unknown_id_gets_a_sentence_and_all_disciplines(app: AppTest, address: dict[str, str], what: str) -> None:
    open_syllabi(app, **address)
    assert not app.exception
    assert app.warning[0].value == f"This address names {what} that is not there, or was removed."
    assert len(app.dataframe[0].value) == 126


def test_an_unknown_version_gets_a_sentence_and_the_newest(app: AppTest, odd: Subject) -> None:
    open_syllabi(app, subject=odd.subject_id, version="7")
    assert "a version" in app.warning[0].value
    assert app.button_group[0].value == "2"


def test_a_subject_without_a_syllabus_says_so(app: AppTest, app_database: Database, physics: str) -> None:
    cursor = app_database.cursor()
    subjects = list_subjects(cursor, [physics])
    written = list_current_syllabi(cursor, [subject.subject_id for subject in subjects])
    without = next(subject for subject in subjects if subject.subject_id not in written)
    open_syllabi(app, subject=without.subject_id)
    assert not app.exception
    assert app.info[0].value.startswith("No syllabus yet.")


def test_a_discipline_without_subjects_says_so(app: AppTest, app_database: Database, physics: str) -> None:
    app_database.cursor().execute("update subject set status = 'removed' where discipline_id = ?", [physics])
    open_syllabi(app, discipline=physics)
    assert not app.exception
    assert app.info[0].value.startswith("This discipline has no subjects yet.")


def test_a_syllabus_whose_class_sessions_were_not_read_out_shows_its_text(
    app: AppTest, app_database: Database, physics: str
) -> None:
    subject = list_subjects(app_database.cursor(), [physics])[0]
    syllabus = Syllabus("only-text", subject.subject_id, 1, "All about it.")
    app_database.cursor().execute("delete from syllabus where subject_id = ?", [subject.subject_id])
    insert_syllabi(app_database.cursor(), [syllabus])
    open_syllabi(app, subject=subject.subject_id)
    assert not app.exception
    assert "have not been read out" in app.info[0].value
    assert "All about it." in [text.value for text in app.text]


def test_the_newest_version_is_shown_first_and_another_can_be_chosen(app: AppTest, odd: Subject) -> None:
    open_syllabi(app, subject=odd.subject_id)
    assert app.button_group[0].value == "2"
    assert [str(option) for option in app.button_group[0].options] == ["Version 1 · 1 pair", "Version 2 · 0 pairs"]
    app.button_group[0].set_value("1").run()
    assert not app.exception
    assert app.query_params["version"] in ("1", ["1"])
    assert [metric.value for metric in app.metric] == ["1", "2", "1", "1", "1"]


def test_a_chosen_key_concept_shows_its_questions(app: AppTest, app_database: Database, odd: Subject) -> None:
    open_syllabi(app, subject=odd.subject_id, version="1")
    text = app_database.cursor().execute(
        "select syllabus_id from syllabus where subject_id = ? and version = 1", [odd.subject_id]
    )
    drawn = key_concept_id(class_session_id(text.fetchall()[0][0], 1), 1)
    app.button_group[1].set_value(drawn).run()
    assert not app.exception
    assert app.query_params["concept"] in (drawn, [drawn])
    assert app.dataframe[0].value["instruction"].tolist() == [f"What is {MARKUP}?"]
    assert app.dataframe[0].value["answer"].tolist() == ["Answer to i."]


def test_only_the_unused_key_concepts_are_shown_if_asked_for(app: AppTest, odd: Subject) -> None:
    open_syllabi(app, subject=odd.subject_id, version="1")
    assert app.toggle[0].label == "Unused only (1 of 2)"
    app.toggle[0].set_value(True).run()
    assert not app.exception
    (option,) = app.button_group[1].options
    assert "never asked" in str(option)


def test_what_a_model_wrote_is_never_markup(app: AppTest, odd: Subject) -> None:
    open_syllabi(app, subject=odd.subject_id, version="1")
    assert not app.exception
    escaped = "\\*\\*bold\\*\\* \\<b\\>x\\</b\\> \\:red\\[y\\]"
    assert app.header[0].value == escaped
    assert any(escaped in str(option) for option in app.button_group[1].options)
    assert any(f"- {escaped}" in markdown.value for markdown in app.markdown)
    assert f"About {MARKUP}, version 1." in [text.value for text in app.text]


def test_generate_here_opens_a_new_run_for_this_subject(app: AppTest, thermodynamics: str) -> None:
    open_syllabi(app, subject=thermodynamics)
    next(button for button in app.button if button.label == "Generate here").click().run()
    assert app.title[0].value == "New run"
    assert app.query_params["scope"] in (thermodynamics, [thermodynamics])


def test_the_path_leads_to_the_taxonomy_page(app: AppTest, physics: str, thermodynamics: str) -> None:
    open_syllabi(app, subject=thermodynamics)
    next(button for button in app.button if button.label == "Physics").click().run()
    assert app.title[0].value == "Taxonomy"
    assert app.query_params["node"] in (physics, [physics])


def fill_in(app: AppTest, *, opener: str, name: str, subtopics: str) -> None:
    """Open a form and fill it in."""
    next(button for button in app.button if button.label == opener).click().run()
    app.text_input[0].set_value(name)
    app.text_area[0].set_value(subtopics).run()


def finish(app: AppTest) -> None:
    app.button(key="edit-finish").click().run()


def test_a_subject_can_be_added(app: AppTest, app_database: Database, physics: str) -> None:
    open_syllabi(app, discipline=physics)
    fill_in(app, opener="Add a subject", name="  Physics  of music ", subtopics="strings\n\npipes\nstrings")
    finish(app)
    assert not app.exception
    added = next(
        subject for subject in list_subjects(app_database.cursor(), [physics]) if subject.name == "Physics of music"
    )
    assert (added.level, added.subtopics) == ("introductory", ("strings", "pipes"))
    assert app.query_params["subject"] in (added.subject_id, [added.subject_id])
    assert app.header[0].value == "Physics of music"


@pytest.mark.parametrize(
    ("name", "subtopics", "mistake"),
    [
        ("tHERMODYNAMICS", "", "has the subject Thermodynamics already"),
        ("Music", "y" * 201, "has 201 characters"),
    ],
)
def test_a_subject_that_cannot_be_is_refused_with_the_reason(
    app: AppTest, app_database: Database, physics: str, name: str, subtopics: str, mistake: str
) -> None:
    open_syllabi(app, discipline=physics)
    fill_in(app, opener="Add a subject", name=name, subtopics=subtopics)
    assert not app.exception
    assert mistake in app.warning[0].value
    assert app.button(key="edit-finish").disabled
    assert len(list_subjects(app_database.cursor(), [physics])) == 12


def test_a_subject_without_a_name_cannot_be_added(app: AppTest, physics: str) -> None:
    open_syllabi(app, discipline=physics)
    fill_in(app, opener="Add a subject", name="  ", subtopics="strings")
    assert app.button(key="edit-finish").disabled


def test_a_subject_can_be_edited_and_keeps_its_syllabus(
    app: AppTest, app_database: Database, physics: str, thermodynamics: str
) -> None:
    open_syllabi(app, subject=thermodynamics)
    fill_in(app, opener="Edit", name="Heat and work", subtopics="entropy")
    finish(app)
    assert not app.exception
    found = {subject.subject_id: subject for subject in list_subjects(app_database.cursor(), [physics])}
    assert (found[thermodynamics].name, found[thermodynamics].subtopics) == ("Heat and work", ("entropy",))
    assert app.header[0].value == "Heat and work"
    assert app.metric[1].value == "61"


def test_an_edit_that_changes_nothing_cannot_be_saved(app: AppTest, thermodynamics: str) -> None:
    open_syllabi(app, subject=thermodynamics)
    next(button for button in app.button if button.label == "Edit").click().run()
    assert not app.exception
    assert app.button(key="edit-finish").disabled


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    app: AppTest, app_database: Database, physics: str, thermodynamics: str
) -> None:
    open_syllabi(app, subject=thermodynamics)
    fill_in(app, opener="Edit", name="Mine", subtopics="entropy")
    apply_edit(app_database, change_subject(app_database.cursor(), thermodynamics, name="Theirs"))
    finish(app)
    assert not app.exception
    found = {subject.subject_id: subject for subject in list_subjects(app_database.cursor(), [physics])}
    assert found[thermodynamics].name == "Theirs"
    assert found[thermodynamics].subtopics != ("entropy",)
    assert "Somebody else changed this in the meantime" in app.warning[0].value
    finish(app)
    found = {subject.subject_id: subject for subject in list_subjects(app_database.cursor(), [physics])}
    assert (found[thermodynamics].name, found[thermodynamics].subtopics) == ("Theirs", ("entropy",))
