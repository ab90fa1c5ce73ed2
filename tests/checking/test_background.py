"""Checks work beside whoever asked, one at a time, and say what came of them."""

from pathlib import Path

from glan_core.checking.background import QualityWorker
from glan_core.checking.duplicates import DuplicateSettings
from glan_core.quality.benchmark_words import RunSettings
from glan_core.store.benchmarks import list_benchmarks
from glan_core.text_encoding import compute_here
from tests.checking.conftest import MakePairs
from tests.conftest import Small

SUM = "A farmer has 12 cows and buys five more. How many cows does he have now?"


def _worker(small: Small) -> QualityWorker:
    return QualityWorker(small.database, compute_here)


def test_every_task_ends_with_a_sentence(small: Small, make_pairs: MakePairs, tmp_path: Path):
    make_pairs({"a": SUM, "b": SUM})
    worker = _worker(small)
    worker.check_rules()
    assert worker.wait(60)
    assert worker.news == "Looked at 2 of 2 pairs; 0 flags were found in all."
    worker.check_duplicates(DuplicateSettings(has_meaning=False))
    assert worker.wait(60)
    assert worker.news == "Compared 2 pairs: 1 group is alike."
    path = tmp_path / "sums.csv"
    path.write_text(f'question\n"{SUM}"\n', encoding="utf-8")
    worker.add(path, RunSettings(), name="sums", file_name="sums.csv", columns=("question", ""))
    assert worker.wait(60)
    assert (worker.task, worker.news) == (
        "contamination",
        "sums: looked at 2 of 2 pairs; 2 hits, by words only. "
        "Paraphrases are found by meaning, which was not compared yet.",
    )
    (benchmark,) = list_benchmarks(small.cursor)
    worker.check_contamination(benchmark, RunSettings(words=14))
    assert worker.wait(60)
    assert (worker.done, worker.total, worker.error) == (2, 2, None)


def test_why_it_ended_early_is_kept_until_the_next_task(small: Small, tmp_path: Path):
    worker = _worker(small)
    worker.add(tmp_path / "no.csv", RunSettings(), name="no", file_name="no.csv", columns=("", ""))
    assert worker.wait(60)
    assert worker.error is not None
    assert "There is no file" in worker.error.message
    worker.check_rules()
    assert worker.wait(60)
    assert worker.error is None
    worker.forget_news()
    assert worker.news == ""
