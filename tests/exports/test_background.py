"""Exports are counted and written beside the pages, one at a time."""

import threading
from pathlib import Path

import pytest

from glan_core.errors import ExportError
from glan_core.exports.background import Exporter, Previewer
from glan_core.exports.request import ExportRequest
from glan_core.store.export_log import list_exports
from tests.conftest import Small
from tests.exports.pairs import add_pairs, begin


@pytest.fixture
def pairs(small: Small) -> Small:
    """Three pairs."""
    begin(small)
    add_pairs(small, "abc", "phase")
    return small


def test_an_export_is_written_and_how_far_it_is_can_be_asked(pairs: Small, tmp_path: Path):
    exporter = Exporter(pairs.database)
    assert not exporter.is_running
    exporter.start(tmp_path / "out", ExportRequest(gates=()))
    assert exporter.wait(60)
    assert (exporter.done, exporter.total, exporter.error) == (3, 3, None)
    assert exporter.newest is not None
    assert exporter.newest.path == tmp_path / "out"


def test_why_it_ended_is_kept(pairs: Small, tmp_path: Path):
    exporter = Exporter(pairs.database)
    exporter.start(tmp_path / "out", ExportRequest(gates=("unaccepted",)))
    assert exporter.wait(60)
    assert exporter.newest is None
    assert exporter.error is not None
    assert "All pairs of this choice are left out" in exporter.error.message
    exporter.start(tmp_path / "out", ExportRequest(gates=()))
    assert exporter.wait(60)
    assert exporter.error is None


def test_asked_to_stop_it_has_written_all_or_nothing_and_never_two_at_once(pairs: Small, tmp_path: Path):
    exporter = Exporter(pairs.database)
    with pairs.database.writing:  # so that it cannot come to its end
        exporter.start(tmp_path / "out", ExportRequest(gates=()))
        exporter.start(tmp_path / "other", ExportRequest(gates=()))
        exporter.stop()
    assert exporter.wait(60)
    assert not (tmp_path / "other").exists()
    assert exporter.error is None
    assert (exporter.newest is not None) == (tmp_path / "out").exists() == (len(list_exports(pairs.cursor)) == 1)


def test_what_was_worked_out_is_kept_by_its_key(pairs: Small):
    previewer = Previewer(pairs.database)
    first = previewer.find("one", ExportRequest(gates=()), seconds=60)
    assert first is not None
    assert (first.choice.pairs, len(first.first_rows["chat"])) == (3, 3)
    assert previewer.find("one", ExportRequest(gates=("unaccepted",)), seconds=60) is first
    other = previewer.find("two", ExportRequest(gates=("unaccepted",)), seconds=60)
    assert other is not None
    assert (other.choice.pairs, other.first_rows) == (0, {})


def test_an_error_is_raised_to_whoever_asks(pairs: Small):
    previewer = Previewer(pairs.database)
    with pytest.raises(ExportError, match="no export format"):
        previewer.find("one", ExportRequest(formats=("xml",)), seconds=60)


def test_several_may_ask_at_once_and_all_get_their_own(pairs: Small):
    previewer = Previewer(pairs.database)
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        request = ExportRequest(gates=(), balance="cap", balance_number=number)
        while (preview := previewer.find(number, request, seconds=0.05)) is None:
            pass
        found[number] = preview.choice.pairs

    threads = [threading.Thread(target=ask, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {1: 1, 2: 2, 3: 3}
