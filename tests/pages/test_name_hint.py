"""Does the hint under a name tell what is nearly the same, at once by spelling and later by meaning?"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.embedding.encoder import DIMENSIONS
from glan_core.embedding.sentence_encoder import measure_bfloat16
from glan_core.errors import EmbeddingError
from glan_core.ids import stable_seed
from glan_core.name_meanings import NameReader
from glan_core.store.database import Database
from glan_core.store.names import list_known_names
from pages.shared.workspace import Workspace, open_workspace

MEANT_ALIKE = ("Film", "Moving pictures")


def hint() -> None:
    """A page with a name and nothing else; what is chosen goes into the session."""
    import streamlit as st

    from pages.shared import workspace
    from pages.shared.name_hint import show_name_hint

    def use(node_id: str) -> None:
        st.session_state["used"] = node_id

    show_name_hint(
        st.session_state.get("workspace") or workspace.open_workspace(),
        st.session_state["name"],
        parent_id=st.session_state["parent_id"],
        node_id=st.session_state.get("node_id"),
        on_use=use,
    )
    st.caption(f"used: {st.session_state.get('used')}")


def vectors_of(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Stand in for the process that embeds: two names mean the same, every other one something of its own."""
    if function is measure_bfloat16:
        return 1.0
    texts = arguments[-1]
    seeds = [stable_seed("alike" if text in MEANT_ALIKE else text) for text in texts]
    vectors = np.array([np.random.default_rng(seed).normal(size=DIMENSIONS) for seed in seeds], np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def refuse(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Stand in for a process that runs out of memory."""
    raise EmbeddingError("There is no memory left.")


@pytest.fixture
def page(app_database: Database) -> Iterator[AppTest]:
    """The page, which asks about a discipline of Screen arts; its encoder stands in for the real one."""
    opened = AppTest.from_function(hint, default_timeout=60)
    opened.session_state["parent_id"] = node_id(app_database, "Screen arts")
    opened.session_state["workspace"] = workspace_with(vectors_of)
    yield opened
    wait(opened)  # before the database is closed


def workspace_with(compute: Any) -> Workspace:
    opened = open_workspace()
    return opened._replace(names=NameReader(opened.database, compute))


def node_id(database: Database, name: str) -> str:
    return next(known.node_id for known in list_known_names(database.cursor()) if known.name == name)


def show(page: AppTest, name: str) -> str:
    """Show the hint for a name, and give all it says."""
    page.session_state["name"] = name
    page.run()
    assert not page.exception
    return "\n".join(element.value for element in [*page.markdown, *page.caption]).replace("\\", "")


def wait(page: AppTest) -> None:
    """Come back once the meanings are read."""
    deadline = time.monotonic() + 60
    while page.session_state["workspace"].names.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_without_a_near_name_nothing_is_shown(page: AppTest):
    show(page, "Beekeeping")
    wait(page)
    assert show(page, "Beekeeping") == "used: None"
    assert len(page.button) == 0


def test_without_a_name_nothing_is_shown(page: AppTest):
    assert show(page, "  ") == "used: None"


def test_what_is_spelled_alike_is_told_at_once_with_its_place(page: AppTest):
    said = show(page, "Film studies")
    assert "**Film** :gray-badge[beside it]" in said
    assert "Academic Humanities › Screen arts · spelled alike" in said
    assert [button.label for button in page.button] == ["Use the existing one"] * 2


def test_meanings_are_compared_without_anybody_waiting(page: AppTest):
    assert "Comparing meanings ..." in show(page, "Moving pictures")
    wait(page)
    said = show(page, "Moving pictures")
    assert "Comparing" not in said
    assert "means nearly the same (1.00)" in said


def test_the_existing_one_can_be_used_instead(page: AppTest, app_database: Database):
    show(page, "Film studies")
    page.button[0].click().run()
    assert page.session_state["used"] == node_id(app_database, "Film")
    assert page.caption[-1].value == f"used: {node_id(app_database, 'Film')}"  # the whole page was drawn again


def test_a_node_that_is_renamed_is_no_twin_of_itself(page: AppTest, app_database: Database):
    page.session_state["node_id"] = node_id(app_database, "Film")
    assert "**Film** " not in show(page, "Film")


def test_a_pending_one_is_told_as_such(page: AppTest, app_database: Database):
    app_database.cursor().execute("update taxonomy_node set status = 'pending' where name = 'Television'")
    assert ":orange-badge[pending]" in show(page, "Televison")


def test_without_the_encoder_the_spelling_is_compared(page: AppTest):
    page.session_state["workspace"] = workspace_with(refuse)
    show(page, "Film studies")
    wait(page)
    said = show(page, "Film studies")
    assert "**Film**" in said
    assert "Only the spelling was compared. There is no memory left." in said


def test_names_are_never_markup(page: AppTest, app_database: Database):
    app_database.cursor().execute("update taxonomy_node set name = '**Bold** [a](b)' where name = 'Television'")
    show(page, "bold a b")
    assert any("\\*\\*Bold\\*\\* \\[a\\]\\(b\\)" in text.value for text in page.markdown)


def hints() -> None:
    """A page with several names."""
    import streamlit as st

    from pages.shared.name_hint import show_name_hints

    show_name_hints(st.session_state["workspace"], st.session_state["names"], parent_id=st.session_state["parent_id"])


def test_each_of_several_names_has_its_own_line_by_spelling_and_by_meaning(app_database: Database):
    page = AppTest.from_function(hints, default_timeout=60)
    page.session_state["parent_id"] = node_id(app_database, "Screen arts")
    page.session_state["workspace"] = workspace_with(vectors_of)
    page.session_state["names"] = ["Moving pictures", "Televison", "Beekeeping"]
    page.run()
    assert "- Televison: Television" in page.markdown[0].value
    wait(page)
    page.run()
    assert not page.exception
    lines = page.markdown[0].value.splitlines()
    assert [line.partition(":")[0] for line in lines[1:]] == ["- Moving pictures", "- Televison"]
    assert lines[1].endswith("means nearly the same")
    assert not page.caption
