"""Does docs/curating.md say what the program does? Its tables are held against the lists of the program."""

import re

from glan_core.exports.choosing import Choice
from glan_core.exports.curation import Curation
from glan_core.exports.formats import FORMATS, TRAIN, file_of
from glan_core.exports.manifest import ExportedFile, manifest_of, manifest_to_data
from glan_core.exports.request import ExportRequest
from glan_core.gates import GATES, SHIPPED_GATE_SETS, check_gates
from glan_core.quality.kinds import FLAG_KINDS
from glan_core.review_files import COLUMNS
from glan_core.reviewing import REASONS
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.export_choice import Taken
from glan_core.store.export_curation import CuratedPairs
from pages.shared.review_queue import QUEUE_WORDS
from pages.shared.review_words import REASON_WORDS

TEXT = (PROJECT_FOLDER / "docs/curating.md").read_text(encoding="utf-8")


def table(*heads: str) -> list[list[str]]:
    """Give the cells of the table with these heads, row by row."""
    head = re.escape(f"| {' | '.join(heads)} |")
    found = re.search(rf"^{head}\n[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    assert found, heads
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_gate_is_told_in_its_order_and_every_flag_in_its_words():
    rows = table("gate", "leaves out")
    assert [names(gate) for gate, _ in rows] == [[name] for name in (*GATES, "judge_below_6")]
    assert check_gates([names(gate)[0] for gate, _ in rows])
    told = {names(gate)[0]: words for gate, words in rows}
    assert {kind: told[kind] for kind in FLAG_KINDS} == FLAG_KINDS


def test_every_set_of_gates_is_told():
    rows = table("set", "gates")
    assert [(names(name)[0], tuple(names(gates))) for name, gates in rows] == [
        (each.name, each.gates) for each in SHIPPED_GATE_SETS
    ]


def test_every_reason_is_told_with_its_key_and_its_code():
    rows = [(key, words, names(code)[0]) for key, words, code in table("key", "reason", "code in files")]
    assert rows == [(str(place), REASON_WORDS[reason], reason) for place, reason in enumerate(REASONS, 1)]


def test_every_queue_is_told():
    assert [name for name, _ in table("queue", "shows")] == [words for words, _ in QUEUE_WORDS.values()]


def test_every_column_for_annotators_is_told():
    assert [names(column)[0] for column, _ in table("column", "holds")] == list(COLUMNS)


def test_every_format_is_told_with_its_file():
    rows = table("format", "file", "a row")
    told = {names(name)[0]: names(file)[0] for name, file, _ in rows}
    assert told == {name: file_of(name, TRAIN, has_test=False) for name in FORMATS}


def test_every_field_of_the_manifest_is_told():
    curation = Curation("", CuratedPairs(0, 0, 0, 0, 0, 0, 0, {}, {}), ())
    file = ExportedFile("pairs.jsonl", "chat", TRAIN, 1, 1, "")
    made = manifest_of(ExportRequest(), Choice(Taken(1, 0), {}, 0, None), (file,), curation=curation)
    data = manifest_to_data(made)
    told = {name for cells in table("field", "says") for cell in cells for name in names(cell)}
    assert set(data) <= told
    assert set(data["curation"]) <= set(names(re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)))
