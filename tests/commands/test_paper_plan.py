"""`plan --paper` says what the paper's full set would take, and leaves everything as it was."""

import pytest

from tests.model_server import ModelServer
from tests.terminal import Terminal, complaint


def test_it_tells_calls_tokens_money_and_hours(terminal_with_model: Terminal):
    told = terminal_with_model.run("plan", "--paper", "--price", "scripted-model=1/2", "--json").data
    assert (told["pairs"], told["disciplines"], told["subjects"]) == (10_000_000, 126, 25_200)
    assert told["calls"]["answers"] == 10_000_000
    assert told["estimate"]["total"]["dollars"]["p50"] > 10_000
    assert told["preset"] == "paper"
    assert told["hours"]["p10"] < told["hours"]["p90"]


def test_it_tells_the_same_in_words(terminal_with_model: Terminal):
    ran = terminal_with_model.run("plan", "--paper", "--rate", "25", "--servers", "8")
    assert "10,000,000 pairs as in the paper, preset paper: 126 disciplines, 25,200 subjects" in ran.out
    assert "28 hours at 25 calls a second on each of 8 servers" in ran.out  # 20,052,920 calls, 200 a second


def test_a_batch_service_takes_half_the_money_and_its_own_time(terminal_with_model: Terminal):
    price = ("--price", "scripted-model=1/2", "--json")
    direct, batch = (
        terminal_with_model.run("plan", "--paper", *more, *price).data for more in ((), ("--engine", "batch"))
    )
    dollars = [told["estimate"]["total"]["dollars"]["p50"] for told in (direct, batch)]
    assert dollars[1] == pytest.approx(dollars[0] / 2)
    assert batch["hours"] is None


def test_it_sends_nothing_and_leaves_no_trace(terminal_with_model: Terminal, model_server: ModelServer):
    before = terminal_with_model.rows()
    assert terminal_with_model.run("plan", "--paper").code == 0
    assert terminal_with_model.rows() == before
    assert model_server.requests == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--paper", "--scope", "Optics"), "--paper and --scope exclude each other"),
        (("--rate", "5", "--scope", "Optics"), "--rate is for --paper alone"),
        (("--token-rate", "5", "--scope", "Optics"), "--token-rate is for --paper alone"),
        (("--paper", "--rate", "0"), "A rate is above 0"),
        (("--paper", "--engine", "bacth"), "There is no engine 'bacth'"),
        (("--paper", "--budget", "3"), "--paper and --budget exclude each other"),
    ],
)
def test_what_does_not_fit_together_is_told(terminal: Terminal, arguments: tuple[str, ...], sentence: str):
    error, _ = complaint(terminal.run("plan", *arguments))
    assert sentence in error
