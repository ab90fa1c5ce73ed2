"""Does the benchmark of gaps measure what it says? At its smallest, and nothing about time."""

from pathlib import Path

import numpy as np

from benchmarks.gaps import measure_time, removed_shares


def test_a_report_over_synthetic_pairs_compares_all_of_them(tmp_path: Path):
    figures = measure_time(tmp_path / "pairs.duckdb", 200)
    assert figures["pairs"] == 200
    assert figures["key_concepts"] > 5_000
    assert figures["report_s"] > 0


def test_a_removed_discipline_is_all_of_the_top_decile_where_pairs_lie_on_their_concepts():
    concepts = np.eye(20, dtype=np.float32)
    disciplines = np.arange(20) // 2
    figures = removed_shares(concepts, disciplines, concepts, disciplines, every=1)
    assert figures == {
        "removed": 10,
        "mean_share": 1.0,
        "least_share": 1.0,
        "reach_nine_in_ten": 10,
        "elsewhere": 0.0,
    }


def test_where_pairs_lie_anywhere_else_no_discipline_stands_out():
    concepts = np.eye(20, dtype=np.float32)
    disciplines = np.arange(20) // 2
    turned = np.roll(concepts, 2, axis=0)  # each pair is about the discipline before its own
    figures = removed_shares(concepts, disciplines, turned, disciplines, every=1)
    assert figures["mean_share"] == 0.0
    assert figures["elsewhere"] == 1.0
