"""Does a press lead to the page it names, even where the button's own page is not drawn to its end any more?"""

from streamlit.testing.v1 import AppTest

from pages.shared import state


def test_a_noted_press_is_followed_before_any_page_is_drawn(app: AppTest):
    app.run()
    app.session_state[state.GOING_TO] = ("pages/generate/new_run.py", {"grow": "1"})
    app.run()
    assert not app.exception
    assert app.title[0].value == "New run"
    assert next(toggle for toggle in app.toggle if toggle.label == "Grow what is missing first").value
    app.run()
    assert app.title[0].value == "New run"  # followed once, and no other address than its own is left behind


def test_a_press_only_notes_where_to_go():
    def page() -> None:
        from pages.shared.page_button import page_button

        page_button("Go", "pages/explore/map.py", {"run": "a"})

    alone = AppTest.from_function(page).run()
    alone.button[0].click().run()
    assert not alone.exception
    assert alone.session_state[state.GOING_TO] == ("pages/explore/map.py", {"run": "a"})
