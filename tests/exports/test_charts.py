"""The pictures of a card say what the pairs are, in well-formed SVG that is the same each time."""

import hashlib
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from glan_core.exports.charts import charts_of
from glan_core.judgements import Judgement
from glan_core.store.export_facts import Cost, Counted, ExportFacts
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.exports.pairs import add_pair, add_pairs, begin, write
from tests.small_pairs import NOON

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def pairs(small: Small) -> Small:
    """Four pairs, of which one has a long answer and one a score."""
    begin(small)
    add_pairs(small, "ab", "phase")
    add_pair(small, "c", "phase", answer_text="Long. " * 100)
    add_pair(small, "x", "acid")
    judged = Judgement("j", "a", "answer-a", "judge", "f1", 7, 8, 9, 6, 5, "So.", "run", "call-a", NOON)
    ingest(small.cursor, [judged])
    return small


def facts(*fields: Counted) -> ExportFacts:
    return ExportFacts({"field": fields}, (Counted("0 to 99", 1, 0),), (), (), Cost(0, 0, 0.0))


def test_the_card_shows_pictures_that_the_manifest_knows(pairs: Small, tmp_path: Path):
    write(pairs, tmp_path / "out", formats=("hf",))
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    told = {each["file"]: each for each in json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]}
    for name in ("fields", "answer_lengths", "judge_scores"):
        file = f"charts/{name}.svg"
        assert f"]({file})" in card
        data = (tmp_path / "out" / file).read_bytes()
        assert told[file]["sha256"] == hashlib.sha256(data).hexdigest()
        assert ElementTree.fromstring(data).tag == f"{SVG}svg"
    assert "Natural Science: 4" in card
    assert "500 to 999: 1" in card
    assert "7: 1" in card


def test_without_judges_there_is_no_picture_of_scores(pairs: Small, tmp_path: Path):
    pairs.cursor.execute("delete from judgement")
    write(pairs, tmp_path / "out", formats=("hf",))
    assert sorted(path.name for path in (tmp_path / "out" / "charts").iterdir()) == ["answer_lengths.svg", "fields.svg"]


def test_names_are_no_markup_and_what_xml_cannot_hold_is_left_out():
    first, *_ = charts_of(facts(Counted("A & <b>\x00\x0b\ud800 « العربية »", 3, 1)))
    tree = ElementTree.fromstring(first.svg.encode())
    names = [each.text for each in tree.iter(f"{SVG}text")]
    assert any(name and name.startswith("A & <b>") and "العربية" in name for name in names)


def test_the_longest_bar_fills_its_room_and_test_pairs_follow_those_to_train_with():
    first, *_ = charts_of(facts(Counted("A", 60, 20), Counted("B", 1, 0)))
    bars = [
        (each.get("class"), int(each.get("x") or 0), int(each.get("width") or 0))
        for each in ElementTree.fromstring(first.svg).iter(f"{SVG}rect")
    ]
    (train, x, width), (test, next_x, rest), (_, _, least), *_ = bars
    assert (train, test, x + width, width + rest) == ("train", "test", next_x, 420)
    assert least == 6  # a bar of one pair can be seen


def test_many_fields_end_in_a_bar_of_the_rest():
    first, *_ = charts_of(facts(*(Counted(f"Field {number}", 1, 0) for number in range(40))))
    assert "16 more: 16" in first.words
