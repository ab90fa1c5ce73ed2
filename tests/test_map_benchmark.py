"""Does the benchmark of the map ask for what it says? Its smallest size, and nothing about time."""

import json
from pathlib import Path

import pytest

from benchmarks.map import main, measure
from benchmarks.map_set import DISCIPLINES, FIELDS, SUB_FIELDS, make_set


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a set of 3,000 pairs."""
    folder = tmp_path_factory.mktemp("map-benchmark")
    make_set(folder / "map-3000.duckdb", 3_000)
    return folder


def test_every_interaction_gives_something_to_draw(folder: Path):
    figures = measure(folder / "map-3000.duckdb")
    assert figures["points"] == 3_000
    interactions = {row.name: row for row in figures["interactions"]}
    assert len(interactions) == 19
    assert min(row.milliseconds for row in interactions.values()) > 0
    drawn = [row for name, row in interactions.items() if "words" not in name and "news" not in name]
    assert min(row.bytes for row in drawn) > 0


def test_what_was_measured_is_printed_as_json(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--pairs", "3000", "--folder", str(folder), "--json", "--no-goals"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["goal_ms"] == 150
    assert printed["interactions"][0]["name"] == "news looked for, at each run of the page"


def test_the_tree_of_the_set_has_its_levels():
    assert FIELDS * SUB_FIELDS * DISCIPLINES == 120
