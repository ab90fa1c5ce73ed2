"""Is it said where what a run made could not be taken in?"""

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.settings import runs_folder
from glan_core.store.database import Database
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer
from tests.pages.new_run_page import open_page, wait_until
from tests.pages.pairs import make_pairs


@pytest.mark.parametrize("page", ["pages/generate/runs.py", "pages/generate/new_run.py"])
def test_a_journal_that_cannot_be_read_is_told_until_it_can(
    app: AppTest, app_database: Database, model_server: ModelServer, page: str
) -> None:
    runs = runs_folder(open_workspace().settings.database)
    journal = runs / make_pairs(app_database, runs, model_server, instructions=1) / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"garbage\n")
    open_page(app, script=page)
    assert not app.exception
    (warning,) = (each.value for each in app.warning if "Not all that runs made is here" in each.value)
    assert "is not a journal entry" in warning
    journal.write_bytes(whole)
    wait_until(_is_all_taken_in)
    app.run()
    assert not [each for each in app.warning if "Not all that runs made is here" in each.value]


def _is_all_taken_in() -> bool:
    background = open_workspace().background
    background.take_in_news()
    return not background.unreadable
