"""Does the benchmark of exports measure what it says? Its smallest size, and nothing about time."""

import json
import subprocess
import sys
from pathlib import Path

from glan_core.settings import PROJECT_FOLDER


def test_every_case_writes_all_pairs_and_a_true_checksum(tmp_path: Path):
    command = [sys.executable, "-m", "benchmarks.exports", "--pairs", "600", "--folder", str(tmp_path)]
    ran = subprocess.run(
        [*command, "--format", "chat", "parquet", "split"],
        cwd=PROJECT_FOLDER,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)
    assert [figures[case]["checksum"] for case in ("chat", "parquet", "split")] == [True] * 3
    assert (figures["chat"]["pairs"], figures["parquet"]["pairs"]) == (600, 600)
    split = figures["split"]
    assert split["pairs"] + sum(split["left_out"].values()) == 600
    assert figures["chat"]["seconds"] > 0
    assert figures["chat"]["peak_megabytes"] > 0
