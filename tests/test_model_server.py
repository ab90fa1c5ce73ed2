"""The tests' own model server gives every prompt a reply of its stage, each its own."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from glan_core import presets, prompts
from glan_core.settings import PROJECT_FOLDER
from tests.model_server import MODEL, ModelServer, Reply, default_text, fail_every, stage_of
from tests.test_prompts import VALUES

_TEMPLATES = [
    (stage, template)
    for name in presets.PRESETS
    for stage, settings in presets.preset(name, model=MODEL).stages.items()
    for template in settings.templates
]


def _request(template: str, **changes: object) -> dict[str, Any]:
    messages = [message._asdict() for message in prompts.render(template, **{**VALUES, **changes})]
    return {"model": MODEL, "messages": messages, "seed": 1}


def _post(server: ModelServer, request: dict[str, Any]) -> dict[str, Any]:
    sent = urllib.request.Request(
        f"{server.base_url}/chat/completions", json.dumps(request).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(sent) as reply:
        return json.load(reply)


@pytest.mark.parametrize(("stage", "template"), _TEMPLATES)
def test_every_prompt_is_recognised_as_that_of_its_stage(stage: str, template: str):
    expected = "subjects_as_jsonl" if template.startswith("subjects_as_jsonl") else stage
    assert stage_of(_request(template)) == expected


def test_every_question_is_another(model_server: ModelServer):
    requests = [{**_request("instructions"), "seed": seed} for seed in range(50)]
    assert len({default_text(request) for request in requests}) == 50


def test_an_answer_quotes_its_question(model_server: ModelServer):
    completion = _post(model_server, _request("answers", instruction="Why is the sky blue?"))
    assert "«Why is the sky blue?»" in completion["choices"][0]["message"]["content"]
    assert model_server.requests[0].stage == "answers"


def test_every_n_th_call_fails(model_server: ModelServer):
    model_server.script = fail_every(3, reply=Reply("on purpose", status=400))
    outcomes = []
    for _ in range(7):
        try:
            _post(model_server, _request("answers"))
            outcomes.append("ok")
        except urllib.error.HTTPError as error:
            outcomes.append(error.code)
            error.close()
    assert outcomes == ["ok", "ok", 400, "ok", "ok", 400, "ok"]


def test_the_server_runs_by_hand():
    command = [sys.executable, "-m", "tests.model_server", "--port", "0", "--fail-every", "1", "--status", "503"]
    process = subprocess.Popen(command, cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split(" at ")[1].split(". ")[0]
        with urllib.request.urlopen(f"{url}/models") as reply:
            assert [model["id"] for model in json.load(reply)["data"]] == [MODEL]
        request = urllib.request.Request(f"{url}/chat/completions", json.dumps(_request("answers")).encode())
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(request)
    finally:
        process.terminate()
        process.communicate()
