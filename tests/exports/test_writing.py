"""Chosen pairs become a file that can be read, checked and traced back, or no file at all."""

import contextlib
import hashlib
import json
import random
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from glan_core.calls import Message
from glan_core.entities import Filter, QualityFlag, Strategy
from glan_core.errors import ExportError
from glan_core.exports import writing
from glan_core.exports.manifest import manifest_to_data
from glan_core.exports.places import manifest_path
from glan_core.exports.writing import export_pairs
from glan_core.filter_json import filter_from_json
from glan_core.starter import insert_curriculum
from glan_core.store.database import Cursor, open_database
from glan_core.store.exports import EXPORT_COLUMNS
from glan_core.store.ingest import Entity, ingest
from glan_core.store.pairs import lineage
from glan_core.store.projections import Projection, insert_projected_points, insert_projection
from glan_core.store.runs import find_run, save_run
from tests.conftest import Small
from tests.small_curriculum import small_curriculum
from tests.small_pairs import NOON, answer, instruction, model_call, run

FORMATS = ("chat", "sharegpt", "alpaca", "parquet", "csv")
ACCEPTED = instruction(
    "e", "focal length", "wavelength", "thin lens", run_id="two", status="accepted", strategy=Strategy.TWO_SESSIONS
)
SQUARE = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))


def calls_of(instruction_id: str, run_id: str) -> list[Entity]:
    """Make the two calls behind a pair; only the text of the first tells which pair it is."""
    return [
        model_call(f"call-{instruction_id}", run_id=run_id, messages=(Message("user", f"Ask {instruction_id}."),)),
        model_call(
            f"answering-{instruction_id}",
            run_id=run_id,
            stage="answers",
            template="answers",
            template_fingerprint="ba9876543210",
            model="n",
        ),
    ]


def entities() -> list[Entity]:
    """Make five instructions: a good, b flagged twice, c rejected, d without an answer, e accepted; e is of run two."""
    made: list[Entity] = [
        instruction("a", run_id="one"),
        instruction("b", run_id="one", text="Why «λ»?\nSay so."),
        instruction("c", run_id="one", status="rejected"),
        instruction("d", run_id="one"),
        ACCEPTED,
        QualityFlag("b", "truncated"),
        QualityFlag("b", "refusal"),
    ]
    for instruction_id, run_id in (("a", "one"), ("b", "one"), ("c", "one"), ("d", "one"), ("e", "two")):
        made += calls_of(instruction_id, run_id)
        if instruction_id != "d":
            made.append(answer(instruction_id, run_id=run_id))
    return made


@pytest.fixture
def pairs(small: Small) -> Small:
    """The small curriculum with the five instructions of `entities`."""
    save_run(small.cursor, run("one", seed=11))
    save_run(small.cursor, run("two", seed=22))
    ingest(small.cursor, entities())
    return small


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A file to be written, in a folder of its own."""
    return tmp_path / "out" / "pairs"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Read a chat file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ids_in(path: Path) -> str:
    """Give the instruction ids of a chat file, in their order."""
    return "".join(line["metadata"]["instruction_id"] for line in lines_of(path))


def chosen(cursor: Cursor, out: Path, filter_: Filter, *, gates: tuple[str, ...] = ()) -> str:
    """Export as chat and give the instruction ids, in their order."""
    export_pairs(cursor, out, format_="chat", filter_=filter_, gates=gates)
    return ids_in(out)


# What is in a file --------------------------------------------------------------------------------------------------


def test_a_chat_line_is_a_question_and_its_answer(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter())
    assert lines_of(out)[0]["messages"] == [
        {"role": "user", "content": "Question a?"},
        {"role": "assistant", "content": "Answer to a."},
    ]


def test_a_question_of_several_lines_is_one_line_of_the_file(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(instruction_ids=("b",)), gates=())
    assert out.read_bytes().count(b"\n") == 1
    assert lines_of(out)[0]["messages"][0]["content"] == "Why «λ»?\nSay so."


def test_the_metadata_of_a_line_say_where_the_pair_comes_from(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(run_ids=("two",)))
    assert lines_of(out)[0]["metadata"] == {
        "instruction_id": "e",
        "answer_id": "answer-e",
        "field": "Natural Science",
        "sub_field": "Physical sciences",
        "discipline": "Physics",
        "subject": "Optics",
        "level": "introductory",
        "class_sessions": ["Rays", "Waves"],
        "key_concepts": ["thin lens", "focal length", "wavelength"],
        "key_concept_ids": list(pairs.nodes.key_concept_ids("thin lens", "focal length", "wavelength")),
        "strategy": "two_sessions",
        "status": "accepted",
        "flags": "",
        "run_id": "two",
        "seed": 22,
        "instruction_model": "m",
        "instruction_template": "instructions",
        "instruction_template_fingerprint": "0123456789ab",
        "answer_model": "n",
        "answer_template": "answers",
        "answer_template_fingerprint": "ba9876543210",
    }


def test_the_metadata_lead_back_to_the_prompt_and_the_run(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(run_ids=("two",)))
    metadata = lines_of(out)[0]["metadata"]
    found = lineage(pairs.cursor, metadata["instruction_id"])
    made_by = find_run(pairs.cursor, metadata["run_id"])
    assert found is not None
    assert found.instruction_messages == (Message("user", "Ask e."),)
    assert list(found.key_concepts) == metadata["key_concepts"]
    assert made_by is not None
    assert made_by.seed == metadata["seed"]


def test_flags_are_named_in_the_metadata(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(is_flagged=True), gates=())
    assert lines_of(out)[0]["metadata"]["flags"] == "refusal, truncated"


def test_without_lineage_a_chat_line_holds_only_its_messages(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(), has_lineage=False)
    assert [list(line) for line in lines_of(out)] == [["messages"], ["messages"]]


def test_a_parquet_file_has_one_column_a_value(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="parquet", filter_=Filter())
    assert tuple(pq.read_table(out).column_names) == EXPORT_COLUMNS


def test_a_parquet_file_holds_what_the_chat_file_holds(pairs: Small, out: Path):
    chat = out.with_name("chat")
    for path, format_ in ((out, "parquet"), (chat, "chat")):
        export_pairs(pairs.cursor, path, format_=format_, filter_=Filter(), gates=())
    told = [
        {
            "instruction": line["messages"][0]["content"],
            "answer": line["messages"][1]["content"],
            **line["metadata"],
        }
        for line in lines_of(chat)
    ]
    assert len(told) == 4
    assert pq.read_table(out).to_pylist() == told


def test_without_lineage_a_parquet_file_has_two_columns(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="parquet", filter_=Filter(), has_lineage=False)
    assert pq.read_table(out).to_pylist() == [
        {"instruction": "Question a?", "answer": "Answer to a."},
        {"instruction": "Question e?", "answer": "Answer to e."},
    ]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_export_gives_the_same_bytes(pairs: Small, out: Path, format_: str):
    export_pairs(pairs.cursor, out, format_=format_, filter_=Filter(), gates=())
    again = out.with_name("again")
    with open_database(out.with_name("other.duckdb"), create=True) as other:
        cursor = other.cursor()
        insert_curriculum(cursor, small_curriculum().curriculum)
        save_run(cursor, run("two", seed=22))
        save_run(cursor, run("one", seed=11))
        for entity in reversed(entities()):
            ingest(cursor, [entity])
        export_pairs(cursor, again, format_=format_, filter_=Filter(), gates=())
    assert again.read_bytes() == out.read_bytes()


def test_a_file_without_gates_is_ordered_by_id(pairs: Small, out: Path):
    assert chosen(pairs.cursor, out, Filter()) == "abce"


# What is left out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gates", "ids", "left_out"),
    [
        (("flagged", "rejected"), "ae", 3),
        (("flagged",), "ace", 2),
        (("rejected",), "abe", 2),
        ((), "abce", 1),
    ],
    ids=str,
)
def test_a_gate_keeps_pairs_back_and_they_are_counted(
    pairs: Small, out: Path, gates: tuple[str, ...], ids: str, left_out: int
):
    manifest = export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(), gates=gates)
    assert (ids_in(out), manifest.pairs, manifest.left_out) == (ids, len(ids), left_out)


def test_flagged_and_rejected_pairs_are_left_out_unless_asked_for(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter())
    assert ids_in(out) == "ae"


def test_only_pairs_of_the_filter_count_as_left_out(pairs: Small, out: Path):
    manifest = export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(run_ids=("two",)))
    assert (manifest.pairs, manifest.left_out) == (1, 0)


def test_a_gate_narrows_the_statuses_of_a_filter(pairs: Small, out: Path):
    filter_ = Filter(statuses=("accepted", "rejected"))
    assert chosen(pairs.cursor, out, filter_, gates=("rejected",)) == "e"


def test_a_run_can_be_chosen(pairs: Small, out: Path):
    assert chosen(pairs.cursor, out, Filter(run_ids=("one",))) == "abc"


def test_a_node_can_be_chosen(pairs: Small, out: Path):
    node = pairs.nodes.physics.taxonomy_node_id
    assert chosen(pairs.cursor, out, Filter(taxonomy_node_ids=(node,))) == "abce"


def test_a_node_without_pairs_gives_no_file(pairs: Small, out: Path):
    node = pairs.nodes.chemistry.taxonomy_node_id
    with pytest.raises(ExportError, match="No answered pair"):
        chosen(pairs.cursor, out, Filter(taxonomy_node_ids=(node,)))
    assert not out.exists()


def test_an_outline_on_the_map_can_be_chosen(pairs: Small, out: Path):
    insert_projection(pairs.cursor, Projection("map", "encoder", "pca", 42, NOON))
    insert_projected_points(
        pairs.cursor,
        "map",
        instruction_ids=["a", "b", "e"],
        coordinates=[(0.0, 0.5), (5.0, 5.0), (-0.5, 0.0)],
        placed_by="fit",
    )
    assert chosen(pairs.cursor, out, Filter(projection_id="map", polygon=SQUARE)) == "ae"


# The manifest -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
def test_the_manifest_has_the_checksum_and_the_size_of_the_file(pairs: Small, out: Path, format_: str):
    export_pairs(pairs.cursor, out, format_=format_, filter_=Filter())
    manifest = json.loads(manifest_path(out).read_text(encoding="utf-8"))
    assert manifest["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert manifest["bytes"] == len(out.read_bytes())


def test_the_manifest_says_what_was_chosen(pairs: Small, out: Path):
    filter_ = Filter(run_ids=("one",), is_flagged=False)
    export_pairs(pairs.cursor, out, format_="chat", filter_=filter_, gates=("rejected",), has_lineage=False)
    manifest = json.loads(manifest_path(out).read_text(encoding="utf-8"))
    assert {name: manifest[name] for name in ("file", "format", "pairs", "left_out", "gates", "has_lineage")} == {
        "file": "pairs",
        "format": "chat",
        "pairs": 1,
        "left_out": 2,
        "gates": ["rejected"],
        "has_lineage": False,
    }
    assert filter_from_json(json.dumps(manifest["filter"])) == filter_


def test_the_manifest_of_an_export_is_what_it_returns(pairs: Small, out: Path):
    manifest = export_pairs(pairs.cursor, out, format_="chat", filter_=Filter())
    told = json.loads(json.dumps(manifest_to_data(manifest)))
    assert json.loads(manifest_path(out).read_text(encoding="utf-8")) == told


def test_an_export_leaves_the_file_and_its_manifest_and_nothing_else(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter())
    assert sorted(path.name for path in out.parent.iterdir()) == ["pairs", "pairs.manifest.json"]


def test_an_export_replaces_an_earlier_file(pairs: Small, out: Path):
    assert chosen(pairs.cursor, out, Filter(run_ids=("one",))) == "abc"
    assert chosen(pairs.cursor, out, Filter(run_ids=("two",))) == "e"


def test_whoever_reads_the_earlier_file_reads_it_to_its_end(pairs: Small, out: Path):
    export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(run_ids=("one",)))
    earlier = out.read_bytes()
    with out.open("rb") as reader:
        export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(run_ids=("two",)))
        assert reader.read() == earlier


# What cannot be exported --------------------------------------------------------------------------------------------


def test_an_unknown_format_is_refused(pairs: Small, out: Path):
    with pytest.raises(ExportError, match="no export format 'xml'") as raised:
        export_pairs(pairs.cursor, out, format_="xml", filter_=Filter())
    assert raised.value.hint == "Use one of: chat, sharegpt, alpaca, parquet, csv, hf."


def test_an_unknown_gate_is_refused(pairs: Small, out: Path):
    with pytest.raises(ExportError, match="no gate 'short'"):
        export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(), gates=("flagged", "short"))


def test_a_choice_that_fits_nothing_says_so(pairs: Small, out: Path):
    with pytest.raises(ExportError, match="No answered pair fits"):
        export_pairs(pairs.cursor, out, format_="chat", filter_=Filter(instruction_ids=("d",)), gates=())
    assert not out.parent.exists()


def test_a_folder_is_no_file(pairs: Small, tmp_path: Path):
    with pytest.raises(ExportError, match="is a folder"):
        export_pairs(pairs.cursor, tmp_path, format_="chat", filter_=Filter())


@pytest.mark.parametrize("name", ["file/pairs", "file/folder/pairs", "x" * 300], ids=["file", "deeper", "long name"])
def test_a_place_that_cannot_be_written_is_named(pairs: Small, tmp_path: Path, name: str):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be written") as raised:
        export_pairs(pairs.cursor, tmp_path / name, format_="chat", filter_=Filter())
    assert str(tmp_path / name) in raised.value.message


@contextlib.contextmanager
def files_up_to(length: int) -> Iterator[None]:
    """Let the operating system refuse to write a file beyond this many bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_failed_export_leaves_no_part_and_the_earlier_file_as_it_was(pairs: Small, out: Path, format_: str):
    noise = random.Random(1).randbytes(200_000).hex()
    ingest(pairs.cursor, [instruction("f", run_id="two"), answer("f", run_id="two", text=noise), *calls_of("f", "two")])
    export_pairs(pairs.cursor, out, format_=format_, filter_=Filter(run_ids=("one",)))
    before = {path.name: path.read_bytes() for path in out.parent.iterdir()}
    with files_up_to(100_000), pytest.raises(ExportError, match="cannot be written"):
        export_pairs(pairs.cursor, out, format_=format_, filter_=Filter())
    assert {path.name: path.read_bytes() for path in out.parent.iterdir()} == before


@pytest.mark.parametrize("filter_", [Filter(is_demo=True), Filter(is_flagged=True), Filter(statuses=("rejected",))])
def test_a_filter_that_asks_for_what_a_gate_leaves_out_is_refused(pairs: Small, tmp_path: Path, filter_: Filter):
    with pytest.raises(ExportError, match="leaves them out"):
        export_pairs(pairs.cursor, tmp_path / "pairs.jsonl", format_="chat", filter_=filter_)
    assert list(tmp_path.glob("pairs*")) == []


# Many pairs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("columns", [True, False])
def test_pairs_that_are_written_in_several_lots_are_those_that_are_written_in_one(
    pairs: Small, out: Path, monkeypatch: pytest.MonkeyPatch, format_: str, columns: bool
):
    ingest(pairs.cursor, [answer("b", answer_id="second-b", text="Another one.", run_id="two")])

    def exported() -> list[Any] | bytes:
        export_pairs(pairs.cursor, out, format_=format_, filter_=Filter(), gates=(), has_lineage=columns)
        return pq.read_table(out).to_pylist() if format_ == "parquet" else out.read_bytes()

    at_once = exported()
    monkeypatch.setattr(writing, "_MOST_ROWS_AT_ONCE", 2)
    monkeypatch.setattr(writing, "_LEAST_ROWS_AT_ONCE", 2)
    assert exported() == at_once
    first = out.read_bytes()
    exported()
    assert out.read_bytes() == first
