"""The taxonomy goes out as a file and comes back, and an import tells what it changes."""

from pathlib import Path

import pytest

from glan_core.starter import insert_curriculum
from glan_core.store.database import open_database
from glan_core.store.taxonomy_nodes import list_all_taxonomy_nodes, list_taxonomy_nodes
from glan_core.taxonomy_files import FORMATS
from tests.small_curriculum import small_curriculum
from tests.terminal import Terminal, complaint


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A database with the small curriculum."""
    terminal = Terminal(tmp_path)
    with open_database(terminal.database, create=True) as opened:
        insert_curriculum(opened.cursor(), small_curriculum().curriculum)
    return terminal


def kept_names(terminal: Terminal) -> set[str]:
    with open_database(terminal.database) as opened:
        return {node.name for node in list_taxonomy_nodes(opened.cursor())}


def nodes(terminal: Terminal) -> tuple:
    with open_database(terminal.database) as opened:
        return list_all_taxonomy_nodes(opened.cursor())


@pytest.mark.parametrize("ending", FORMATS.values())
def test_what_went_out_changes_nothing_when_it_comes_in(terminal: Terminal, ending: str):
    out = terminal.folder / f"taxonomy{ending}"
    assert terminal.run("taxonomy", "export", out).code == 0
    error, _ = complaint(terminal.run("taxonomy", "import", out))
    assert "is what the file says already" in error


@pytest.mark.parametrize("ending", [".yaml", ".json"])
def test_an_empty_database_becomes_the_one_that_went_out(terminal: Terminal, tmp_path: Path, ending: str):
    out = terminal.folder / f"taxonomy{ending}"
    terminal.run("taxonomy", "remove", "Chemistry")
    terminal.run("taxonomy", "rename", "Physics", "Natural physics")
    terminal.run("taxonomy", "export", out)
    other = Terminal(tmp_path / "other")
    other.run("init", "--empty")
    assert other.run("taxonomy", "import", out).code == 0
    assert nodes(other) == nodes(terminal)


def test_an_import_tells_its_differences_and_can_be_undone(terminal: Terminal):
    before = nodes(terminal)
    file = terminal.folder / "mine.txt"
    file.write_text("Natural Science\n\tPhysical sciences\n\t\tPhysics\n\t\tGeology\n", encoding="utf-8")
    tried = terminal.run("taxonomy", "import", file, "--remove-missing", "--dry-run", "--json").data
    assert "new discipline: Natural Science > Physical sciences > Geology" in tried["differences"]
    assert nodes(terminal) == before
    done = terminal.run("taxonomy", "import", file, "--remove-missing", "--editor", "A")
    assert done.out.splitlines()[-1] == f"{tried['label']}."
    assert kept_names(terminal) == {"Natural Science", "Physical sciences", "Physics", "Geology"}
    terminal.run("taxonomy", "undo")
    assert kept_names(terminal) == {node.name for node in before}


def test_a_file_that_cannot_be_taken_changes_nothing(terminal: Terminal):
    before = nodes(terminal)
    file = terminal.folder / "mine.csv"
    file.write_bytes(b"\x00\xff\x00")
    error, _ = complaint(terminal.run("taxonomy", "import", file))
    assert error
    error, hint = complaint(terminal.run("taxonomy", "import", terminal.folder / "mine.doc"))
    assert "cannot be read" in error
    (terminal.folder / "mine.doc").write_text("x", encoding="utf-8")
    error, hint = complaint(terminal.run("taxonomy", "import", terminal.folder / "mine.doc"))
    assert "--format" in hint
    assert nodes(terminal) == before
