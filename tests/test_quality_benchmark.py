"""Does the benchmark of quality find what it plants? Its smallest size, and nothing about time."""

import json
from pathlib import Path

import pytest

from benchmarks.paraphrases import main as paraphrases
from benchmarks.quality import main


def test_what_was_planted_is_found_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--pairs", "600", "--items", "400", "--folder", str(tmp_path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["pairs"], printed["items"]) == (600, 400)
    found = printed["contamination"]
    assert [found[kind] for kind in ("exact", "re-cased", "re-punctuated", "inside")] == [1.0] * 4
    assert found["precision"] == 1.0
    assert printed["duplicates"]["groups"] > 0
    assert printed["rules"]["seconds"] > 0


def test_no_paraphrase_that_is_near_is_missed_and_the_curve_falls(capsys: pytest.CaptureFixture[str]):
    assert paraphrases(["--topics", "8", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["missed"] == 0
    found = [same for same, _ in printed["curve"].values()]
    assert found == sorted(found, reverse=True)
