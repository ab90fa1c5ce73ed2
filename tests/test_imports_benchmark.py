"""Does the benchmark of imports measure what it says? Its smallest size, and nothing about time."""

import json
import subprocess
import sys

from glan_core.settings import PROJECT_FOLDER


def test_every_container_arrives_whole():
    command = [sys.executable, "-m", "benchmarks.imports", "--rows", "300", "--without-places", "--no-goals"]
    result = subprocess.run(command, cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True, timeout=150)
    figures = json.loads(result.stdout)
    for container in ("json_lines", "json", "csv", "parquet"):
        assert figures[container]["rows"] == 300
        assert figures[container]["seconds"] > 0
        assert figures[container]["peak_mb"] > 0
