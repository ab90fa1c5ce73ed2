"""Tests of glan_core.runs.batch_parts: which parts are with a batch service, as the run's folder tells?"""

from pathlib import Path

import pytest

from glan_core.runs.batch_parts import Out, Part, PartLog, calls_out, give_up_parts, is_refused, list_parts


def part(number: int = 1, *, calls: int = 5) -> Part:
    return Part(
        number, "2026-11-01T00:00:00+00:00", "a-model", calls, 100, 50, None, "2026-11-01T00:00:01+00:00", "http://x/v1"
    )


def test_what_was_noted_about_a_part_is_there_for_the_next_process(tmp_path: Path) -> None:
    log = PartLog(tmp_path)
    log.change(log.add(part()), state="ordered", batch_id="batch_1", service_state="in_progress", done=2)
    (found,) = list_parts(tmp_path)
    assert (found.batch_id, found.is_open, found.is_with_service) == ("batch_1", True, True)
    assert found.words == "in progress, 2 of 5 done"


def test_a_torn_last_line_was_never_acted_upon(tmp_path: Path) -> None:
    log = PartLog(tmp_path)
    log.change(log.add(part()), state="uploaded", file_id="file-1")
    with (tmp_path / "batches.jsonl").open("ab") as file:
        file.write(b'{"part": 1, "state": "orde')
    log = PartLog(tmp_path)
    log.change(log.parts[0], state="handing_in")
    assert [found.state for found in list_parts(tmp_path)] == ["handing_in"]


def test_only_parts_of_which_something_is_to_come_are_out(tmp_path: Path) -> None:
    log = PartLog(tmp_path)
    for number in (1, 2, 3, 4):
        log.add(part(number, calls=number))
    log.change(log.parts[0], state="settled", missing={"a": "batch_expired"})
    log.change(log.parts[1], state="handing_in")
    log.change(log.parts[2], state="fetched")  # paid for, and not in the journal
    assert calls_out(tmp_path) == Out(parts=2, calls=5)
    assert list_parts(tmp_path)[0].missing == {"a": "batch_expired"}


@pytest.mark.parametrize(
    ("keeps_fetched", "given_up", "left"), [(True, Out(1, 2), Out(1, 3)), (False, Out(2, 5), Out(0, 0))]
)
def test_parts_that_are_given_up_are_awaited_no_longer(
    tmp_path: Path, keeps_fetched: bool, given_up: Out, left: Out
) -> None:
    log = PartLog(tmp_path)
    log.files.mkdir()
    for number, state in ((1, "settled"), (2, "ordered"), (3, "fetched")):
        log.change(log.add(part(number, calls=number)), state=state)
        log.requests_path(number).write_bytes(b"")
    assert give_up_parts(tmp_path, keeps_fetched=keeps_fetched) == given_up
    assert calls_out(tmp_path) == left
    assert log.requests_path(3).exists() is keeps_fetched
    assert not log.requests_path(2).exists()
    assert list_parts(tmp_path)[1].words == "given up"


def test_a_service_has_refused_when_it_did_not_take_the_newest_part(tmp_path: Path) -> None:
    assert not is_refused(tmp_path)
    log = PartLog(tmp_path)
    log.change(log.add(part()), state="given_back")
    assert is_refused(tmp_path)
    log.change(log.add(part(2)), state="settled")
    assert not is_refused(tmp_path)


def test_a_run_that_never_was_with_a_service_has_no_parts(tmp_path: Path) -> None:
    assert list_parts(tmp_path) == ()
    assert calls_out(tmp_path) == Out(0, 0)
