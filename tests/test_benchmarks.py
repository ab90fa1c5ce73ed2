"""Do the benchmarks measure what they say? Their smallest size, and nothing about time."""

import http.client
import json
import subprocess
import sys

from benchmarks.behaviour import Behaviour
from benchmarks.server_process import ServerProcess, reset
from glan_core.settings import PROJECT_FOLDER


def test_engine_and_bare_loop_make_the_same_calls_and_every_one_is_delivered():
    figures = run("--case", "fixed-64", "log-normal", "--calls", "20", "--repeats", "1")
    for case in ("fixed-64", "log-normal"):
        assert figures[case]["engine calls delivered"]["value"] == 20
        assert figures[case]["bare calls delivered"]["value"] == 20
        assert figures[case]["engine"]["value"] > 0
        assert figures[case]["bare"]["value"] > 0


def test_one_refused_prompt_fails_alone_and_a_killed_run_is_completed():
    figures = run("--case", "refused", "killed", "--calls", "40")
    assert {name: figure["value"] for name, figure in figures["refused"].items()} == {
        "items failed": 1,
        "calls delivered": 39,
        "failed with a reason": 1,
        "that prompt sent": 1,
    }
    assert figures["killed"]["replies when it was killed"]["value"] >= 20
    assert figures["killed"]["calls delivered"]["value"] == 40


def test_the_faults_are_the_same_after_every_reset():
    behaviour = Behaviour(latency_seconds=0, refused_share=0.5, malformed_share=0.5)
    seen = []
    with ServerProcess() as server:
        for _ in range(2):
            reset(server.address, behaviour)
            seen.append([status(server.address) for _ in range(20)])
        counted = server.statistics()
    assert seen[0] == seen[1]
    assert counted.refused == seen[1].count(400)
    assert counted.malformed == seen[1].count(200)
    assert counted.refused + counted.malformed == counted.requests == 20


def status(address: str) -> int:
    """Post an empty prompt and give the HTTP status."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("POST", "/v1/chat/completions", b"{}")
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def run(*arguments: str) -> dict[str, dict[str, dict[str, float]]]:
    """Run the benchmark and give its figures by case and name."""
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.generation", *arguments, "--json", "--no-goals"],
        cwd=PROJECT_FOLDER,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert result.returncode == 0, result.stderr
    cases = json.loads(result.stdout)["cases"]
    return {case: {figure["name"]: figure for figure in figures} for case, figures in cases.items()}
