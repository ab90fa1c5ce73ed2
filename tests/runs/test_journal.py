"""What is in the journal is safe: through kills, full disks and other processes."""

import dataclasses
import json
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.calls import EndpointModel, Message, ModelCall, SharedText
from glan_core.entities import Failure, QualityFlag, Subject
from glan_core.errors import DiskError, StoreError
from glan_core.ids import content_id
from glan_core.judgements import ComparedAnswer, Comparison, Judgement
from glan_core.regenerations import Regeneration
from glan_core.runs.journal import Journal, read_journal, read_plan, write_plan
from glan_core.settings import PROJECT_FOLDER
from glan_core.shared_texts import fold, unfold
from glan_core.store.ingest import INSERTS, Entity
from tests.small_curriculum import small_curriculum
from tests.small_pairs import answer, instruction, model_call

_NODES = small_curriculum()
PLAN: dict[str, object] = {"run_id": "run", "request": {}, "items": {}, "growths": []}
JUDGED_AT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
SYLLABUS = "A syllabus of 'light': rays, lenses, waves."
ENTITIES: tuple[Entity, ...] = (
    _NODES.physics,
    dataclasses.replace(_NODES.optics, run_id="run", model_call_id="call"),
    _NODES.syllabus,
    _NODES.details.class_sessions[0],
    _NODES.details.key_concepts[0],
    model_call(),
    model_call("failed", error_kind="http_500", error_message="Busy.", prompt_tokens=None, cost=None),
    instruction("a", "reflection", "telescope"),
    answer("a", text='Line one.\nLine «two» with "quotes", \\ and 😀\u2028.'),
    QualityFlag("a", "truncated", "The answer was cut off."),
    SharedText("text", "The syllabus."),
    Failure("a", "run", "answers", "http_400", "It was refused."),
    EndpointModel("http://127.0.0.1:1/v1", "model", "json", 16),
    Judgement("j", "a", "answer-a", "judge", "f1", 7, 8, 9, 6, 5, "It «helps».", "run", "call", JUDGED_AT),
    ComparedAnswer("c", "a", "Another answer.", "second", "run", "call"),
    Regeneration("n", "a"),
    Comparison("o", "a", "answer-a", "c", "judge", "f1", True, 7, 9, "The other one.", "run", "call", JUDGED_AT),
)


def _read(folder: Path) -> tuple[Entity, ...]:
    return tuple(read_journal(folder / "journal.jsonl"))


def _write(folder: Path, *entities: Entity) -> bytes:
    with Journal(folder) as journal:
        journal.append(*entities)
    return (folder / "journal.jsonl").read_bytes()


# Round trip ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: type(entity).__name__)
def test_an_entity_comes_back_as_it_went_in(tmp_path: Path, entity: Entity):
    _write(tmp_path, entity)
    assert _read(tmp_path) == (entity,)


def test_every_kind_of_entity_has_a_round_trip_above():
    assert {type(entity) for entity in ENTITIES} == set(INSERTS)


def test_entities_come_back_in_their_order(tmp_path: Path):
    _write(tmp_path, *ENTITIES)
    assert _read(tmp_path) == ENTITIES


def test_every_entity_is_one_line_of_json(tmp_path: Path):
    lines = _write(tmp_path, *ENTITIES).splitlines()
    assert [json.loads(line)["kind"] for line in lines] == [type(entity).__name__ for entity in ENTITIES]


@given(text=st.text(st.characters(exclude_categories=["Cs"])), more=st.lists(st.text(st.characters(codec="utf-8"))))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str, more: list[str]):
    folder = tmp_path_factory.mktemp("journal")
    subject = Subject("id", "discipline", text, "advanced", tuple(more))
    _write(folder, subject)
    assert _read(folder) == (subject,)


def test_half_a_character_does_not_stop_the_run(tmp_path: Path):
    _write(tmp_path, answer("a", text="broken \ud83d here"))
    (read,) = _read(tmp_path)
    assert read.text == "broken ? here"


def test_a_journal_that_is_opened_again_goes_on_at_its_end(tmp_path: Path):
    _write(tmp_path, ENTITIES[0])
    _write(tmp_path, ENTITIES[1])
    assert _read(tmp_path) == ENTITIES[:2]


def test_an_open_journal_can_be_read(tmp_path: Path):
    with Journal(tmp_path) as journal:
        journal.append(*ENTITIES)
        assert tuple(journal.read()) == ENTITIES


# Torn lines ---------------------------------------------------------------------------------------------------------


def test_a_last_line_that_is_torn_at_any_byte_is_passed_over(tmp_path: Path):
    whole = _write(tmp_path, *ENTITIES[:2])
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        (tmp_path / "journal.jsonl").write_bytes(whole[:length])
        assert _read(tmp_path) == ENTITIES[:1]


def test_a_journal_that_is_torn_at_any_byte_is_gone_on_with(tmp_path: Path):
    whole = _write(tmp_path, *ENTITIES[:2])
    first = whole.index(b"\n") + 1
    for length in range(len(whole)):
        (tmp_path / "journal.jsonl").write_bytes(whole[:length])
        _write(tmp_path, ENTITIES[2])
        kept = ENTITIES[:1] if length >= first else ()
        assert _read(tmp_path) == (*kept, ENTITIES[2])


def test_a_torn_line_of_megabytes_is_cut_off(tmp_path: Path):
    _write(tmp_path, ENTITIES[0])
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b"x" * 1_000_000)
    _write(tmp_path, ENTITIES[1])
    assert _read(tmp_path) == ENTITIES[:2]


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n",
        b"5\n",
        b"{}\n",
        b'{"kind": "Riddle", "value": {}}\n',
        b'{"kind": "Answer", "value": {"text": "alone"}}\n',
        b'{"kind": "Answer", "value": 5}\n',
        b"\xff\xfe\n",
        b"\n",
    ],
)
def test_a_whole_line_that_is_no_entry_is_an_error_with_its_number(tmp_path: Path, line: bytes):
    whole = _write(tmp_path, ENTITIES[0])
    (tmp_path / "journal.jsonl").write_bytes(whole + line)
    with pytest.raises(StoreError, match=r"^Line 2 of .*journal\.jsonl is not a journal entry"):
        _read(tmp_path)


# Disks --------------------------------------------------------------------------------------------------------------

_FILL = """
import resource, sys
from pathlib import Path
from glan_core.errors import DiskError
from glan_core.runs.journal import Journal
from tests.runs.test_journal import ENTITIES

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
with Journal(Path(sys.argv[1])) as journal:
    written = 0
    try:
        while True:
            journal.append(*ENTITIES)
            written += len(ENTITIES)
    except DiskError as error:
        print(written, error.message)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.append(ENTITIES[0])
"""


def test_a_disk_that_fills_up_keeps_what_was_whole_and_goes_on_later(tmp_path: Path):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    printed = subprocess.run(
        [sys.executable, "-c", _FILL, str(tmp_path)], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True
    ).stdout
    written, message = printed.split(" ", maxsplit=1)
    assert "cannot be written: file too large" in message
    assert int(written) > 0
    assert _read(tmp_path) == (*ENTITIES * (int(written) // len(ENTITIES)), ENTITIES[0])


def test_a_plan_that_finds_no_space_is_a_disk_error(tmp_path: Path):
    (tmp_path / f"plan.json.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(DiskError, match=r"plan\.json cannot be written: no space left on device"):
        write_plan(tmp_path, {"run_id": "run"})
    assert not (tmp_path / "plan.json").exists()


def test_a_folder_that_cannot_be_made_is_a_disk_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match="cannot be written"):
        Journal(tmp_path / "file" / "run")
    with pytest.raises(DiskError, match="cannot be written"):
        write_plan(tmp_path / "file" / "run", {})


# Other processes ----------------------------------------------------------------------------------------------------

_HOLD = """
import sys
from pathlib import Path
from glan_core.runs.journal import Journal

with Journal(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_cannot_hold_one_journal(tmp_path: Path):
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match="is being worked on by another process"):
            Journal(tmp_path)
    finally:
        holder.communicate()
    assert _write(tmp_path, ENTITIES[0])


def test_a_journal_that_is_held_is_not_cut(tmp_path: Path):
    with Journal(tmp_path) as journal:
        journal.append(*ENTITIES)
        with (tmp_path / "journal.jsonl").open("ab") as file:
            file.write(b"half a li")
        with pytest.raises(StoreError):
            Journal(tmp_path)
        assert (tmp_path / "journal.jsonl").read_bytes().endswith(b"half a li")


# Plans --------------------------------------------------------------------------------------------------------------


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path):
    write_plan(tmp_path / "run", {**PLAN, "words": "«ü»"})
    assert read_plan(tmp_path / "run") == {**PLAN, "words": "«ü»"}


def test_a_plan_that_is_there_stays(tmp_path: Path):
    write_plan(tmp_path, {**PLAN, "run_id": "first"})
    write_plan(tmp_path, {**PLAN, "run_id": "second"})
    assert read_plan(tmp_path)["run_id"] == "first"


def test_nothing_but_the_plan_is_left_behind(tmp_path: Path):
    write_plan(tmp_path, {"run_id": "run"})
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize("content", [None, b"", b'{"run_id": ', b"\xff\xfe"])
def test_a_plan_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "plan.json").write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        read_plan(tmp_path)


def test_a_call_of_the_first_version_is_read(tmp_path: Path):
    _write(tmp_path, model_call())
    path = tmp_path / "journal.jsonl"
    entry = json.loads(path.read_text(encoding="utf-8"))
    entry["value"]["messages"] = [[turn["role"], turn["content"]] for turn in entry["value"]["messages"]]
    del entry["value"]["tries"], entry["value"]["left_out"]
    path.write_text(json.dumps(entry) + "\n", encoding="utf-8")
    assert _read(tmp_path) == (model_call(),)


def test_a_text_that_calls_share_is_written_once(tmp_path: Path):
    asked = [
        dataclasses.replace(
            model_call(name),
            messages=(Message("user", f"Look: {SYLLABUS} Then ask {name}."),),
            shared_texts=(SYLLABUS,),
        )
        for name in ("one", "two")
    ]
    written = _write(tmp_path, *asked)
    assert written.count(SYLLABUS.encode()) == 1
    assert [entity for entity in _read(tmp_path) if isinstance(entity, ModelCall)] == asked


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_folded_messages_unfold_to_every_character(contents: list[str], shared: list[str]):
    messages = tuple(Message("user", "".join([*contents, *shared, content])) for content in contents)
    texts = {content_id(text): text for text in shared}
    assert unfold(json.loads(json.dumps(fold(messages, shared))), texts.__getitem__) == messages


def test_a_text_that_did_not_get_to_disk_is_written_with_the_next_call_that_needs_it(tmp_path: Path):
    large = "A long syllabus. " * 1000
    asked = dataclasses.replace(model_call(), messages=(Message("user", large),), shared_texts=(large,))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path) as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
        try:
            with pytest.raises(DiskError):
                journal.append(asked)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        journal.append(asked)
    assert [entity for entity in _read(tmp_path) if isinstance(entity, ModelCall)] == [asked]
