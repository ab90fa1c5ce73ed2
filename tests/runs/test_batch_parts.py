"""Tests of glan_core.runs.batch_parts: which parts are with a batch service, as the run's folder tells?"""

from pathlib import Path

from glan_core.runs.batch_parts import Out, Part, PartLog, calls_out, list_parts


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


def test_a_run_that_never_was_with_a_service_has_no_parts(tmp_path: Path) -> None:
    assert list_parts(tmp_path) == ()
    assert calls_out(tmp_path) == Out(0, 0)
