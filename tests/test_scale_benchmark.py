"""Does the benchmark of large sets measure what it says? Its smallest size, and nothing about time."""

import json
import subprocess
import sys
from pathlib import Path

from glan_core.settings import PROJECT_FOLDER


def test_every_case_handles_all_pairs(tmp_path: Path):
    command = [sys.executable, "-m", "benchmarks.scale", "--pairs", "400", "--subjects", "1", "--folder", str(tmp_path)]
    ran = subprocess.run(command, cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False, timeout=400)
    assert ran.stdout, ran.stderr
    figures = json.loads(ran.stdout)
    assert list(figures) == ["plan", "ingest", "pages", "export"]
    assert all(each["pairs"] == 400 and each["peak_megabytes"] > 0 for each in figures.values())
    assert (figures["ingest"]["unreadable"], figures["ingest"]["rows"]) == (
        [],
        4 * 400 + 126,
    )  # and a shared text of each course
    assert figures["export"]["checksum"] is True
