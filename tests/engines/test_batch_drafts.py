"""Tests of glan_core.engines.batch_drafts: how are calls written into parts?"""

import dataclasses
from pathlib import Path

import pytest

from glan_core.engines.batch_drafts import Drafts
from glan_core.errors import DiskError
from glan_core.llm.batch_lines import call_id_of
from glan_core.runs.batch_parts import PartLog
from tests.simulated_endpoint import request


def test_a_part_that_is_finished_holds_its_calls_once_each(tmp_path: Path) -> None:
    log = PartLog(tmp_path)
    drafts = Drafts(log, most_calls=10)
    for number in (1, 2, 2):
        drafts.note(request(number), tokens=7, dollars=None)
    assert (drafts.tokens, len(drafts)) == (14, 1)
    (finished,) = drafts.finish(only_full=False)
    lines = log.requests_path(finished.draft.number).read_bytes().splitlines()
    assert {call_id_of(line) for line in lines} == finished.draft.ids
    assert (len(lines), finished.draft.dollars, len(drafts)) == (2, None, 0)


def test_a_full_part_is_given_when_another_call_comes(tmp_path: Path) -> None:
    drafts = Drafts(PartLog(tmp_path), most_calls=1)
    assert drafts.note(request(1), tokens=7, dollars=0.5) is None
    full = drafts.note(request(2), tokens=7, dollars=0.5)
    assert full is not None
    assert (full.draft.number, len(full.draft.ids), drafts.dollars) == (1, 1, 0.5)
    assert [finished.draft.number for finished in drafts.finish(only_full=False)] == [2]


def test_a_disk_that_is_full_only_when_a_part_is_finished_is_told(tmp_path: Path) -> None:
    log = PartLog(tmp_path)
    log.files.mkdir()
    log.requests_path(1).symlink_to("/dev/full")
    drafts = Drafts(log, most_calls=10)
    drafts.note(request(1), tokens=7, dollars=None)
    with pytest.raises(DiskError, match="No space left"):
        tuple(drafts.finish(only_full=False))
    drafts.drop()
    assert not log.files.exists() or not any(log.files.iterdir())


def test_calls_of_two_models_lie_in_two_parts(tmp_path: Path) -> None:
    drafts = Drafts(PartLog(tmp_path), most_calls=10)
    drafts.note(request(1), tokens=7, dollars=None)
    drafts.note(dataclasses.replace(request(2), model="another-model"), tokens=7, dollars=None)
    assert {finished.draft.number for finished in drafts.finish(only_full=False)} == {1, 2}
