"""A wish reaches a run from any thread, and from another process through its folder."""

from pathlib import Path

import pytest

from glan_core.engines.control import WISHES, RunControl, Wish, ask_folder, wish_of_folder
from glan_core.errors import DiskError


def test_a_run_is_to_work_until_somebody_wishes_otherwise():
    assert RunControl().wish == "work"


def test_the_newest_wish_counts():
    control = RunControl()
    control.ask("pause")
    assert control.wish == "pause"
    control.ask("work")
    assert control.wish == "work"


@pytest.mark.parametrize("later", WISHES)
def test_a_run_that_is_to_stop_cannot_be_talked_out_of_it(later: Wish):
    control = RunControl()
    control.stop()
    control.ask(later)
    assert control.wish == "stop"


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_that_was_left_in_a_folder_is_taken_once(tmp_path: Path, wish: Wish):
    ask_folder(tmp_path, wish)
    assert wish_of_folder(tmp_path) == wish
    assert wish_of_folder(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_of_two_wishes_the_newest_is_taken(tmp_path: Path):
    ask_folder(tmp_path, "pause")
    ask_folder(tmp_path, "work")
    assert wish_of_folder(tmp_path) == "work"
    assert wish_of_folder(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"dance", b"\xff\xfe"])
def test_what_is_no_wish_is_passed_over(tmp_path: Path, content: bytes):
    (tmp_path / "control").write_bytes(content)
    assert wish_of_folder(tmp_path) is None


def test_a_wish_that_cannot_be_left_is_told(tmp_path: Path):
    with pytest.raises(DiskError, match="control cannot be written"):
        ask_folder(tmp_path / "nowhere", "pause")
