"""A preset that was saved in the app is found by its name from the terminal."""

import dataclasses
import json

from glan_core.presets import preset, to_be_saved
from glan_core.store.database import open_database
from glan_core.store.saved_presets import SavedPreset, save_preset
from tests.model_server import ModelServer
from tests.small_pairs import NOON
from tests.terminal import Terminal, complaint


def save_calm(terminal: Terminal) -> None:
    """Save settings with short, calm answers in Korean."""
    paper = preset("paper", model="elsewhere")
    answers = dataclasses.replace(paper.stages["answers"], temperature=0.1, max_tokens=77)
    calm = dataclasses.replace(paper, stages={**paper.stages, "answers": answers}, language="ko")
    with open_database(terminal.database) as database:
        saved = SavedPreset("calm", to_be_saved(calm, name="calm", model="elsewhere"), NOON)
        save_preset(database.cursor(), saved)


def test_generate_takes_the_numbers_and_the_language_of_a_saved_preset(
    terminal_with_model: Terminal, model_server: ModelServer
):
    save_calm(terminal_with_model)
    ran = terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "2", "--preset", "calm", "--json")
    assert (ran.code, ran.data["instructions"]) == (0, 2)
    bodies = [request.body for request in model_server.requests_of("answers")]
    assert [(body["temperature"], body["max_tokens"]) for body in bodies] == [(0.1, 77)] * 2
    assert all("Korean" in json.dumps(request.body) for request in model_server.requests_of("instructions"))


def test_a_language_that_is_asked_for_comes_before_that_of_the_preset(
    terminal_with_model: Terminal, model_server: ModelServer
):
    save_calm(terminal_with_model)
    terminal_with_model.run(
        *("generate", "--scope", "Optics", "--instructions", "1", "--preset", "calm", "--language", "Danish")
    )
    (request,) = model_server.requests_of("instructions")
    assert "Danish" in json.dumps(request.body)


def test_an_unknown_preset_is_refused_with_the_saved_ones_among_those_there_are(terminal: Terminal):
    save_calm(terminal)
    ran = terminal.run("plan", "--scope", "Optics", "--preset", "loud")
    assert complaint(ran) == ("error: There is no preset 'loud'.", "hint: Use one of: paper, quick, calm.")
