"""Where texts are read is chosen by `--engine`, and what cannot be is told before anything is begun."""

import pytest

from glan_core.engines import engine as engines
from tests.terminal import Terminal, complaint

COMMANDS = (("embed",), ("check", "duplicates"))


@pytest.mark.parametrize("command", COMMANDS)
def test_without_ray_it_is_said_what_to_install(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
):
    monkeypatch.setitem(engines._NEEDS, "ray", "a_library_that_nobody_has")
    error, hint = complaint(terminal.run(*command, "--engine", "ray"))
    assert "is not installed" in error
    assert "requirements-scale.txt" in hint


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", [("--actors", "2"), ("--ray-address", "127.0.0.1:6379")])
def test_options_of_ray_want_its_engine(terminal: Terminal, command: tuple[str, ...], option: tuple[str, str]):
    error, hint = complaint(terminal.run(*command, *option))
    assert "are for the ray engine alone" in error
    assert "--engine ray" in hint


@pytest.mark.parametrize("command", COMMANDS)
def test_texts_are_not_handed_to_a_batch_service(terminal: Terminal, command: tuple[str, ...]):
    assert terminal.run(*command, "--engine", "batch").code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_where_there_is_nothing_to_read_no_cluster_is_looked_for(terminal: Terminal, command: tuple[str, ...]):
    done = terminal.run(*command, "--engine", "ray", "--ray-address", "127.0.0.1:1", "--json")
    assert done.code == 0, done.err
