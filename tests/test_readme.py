"""Is what the README says still so?

Every path, command, variable and cell of its tables is looked up; a new module fails here until docs/tree.md has a line
for it.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from docs.make_screenshots import GROUNDS, Example, pictures
from glan_core import calls, entities, judgements, prompts, regenerations, saved_endpoint
from glan_core.__main__ import COMMANDS, app_with
from glan_core.llm import built_in
from glan_core.model_choice import CONCURRENCY
from glan_core.presets import PRESETS, preset
from glan_core.settings import PROJECT_FOLDER
from glan_core.starter import read_curriculum
from tests.test_architecture import LAYERS

README = (PROJECT_FOLDER / "README.md").read_text(encoding="utf-8")
TREE = (PROJECT_FOLDER / "docs" / "tree.md").read_text(encoding="utf-8")
DATA_README = (PROJECT_FOLDER / "data" / "README.md").read_text(encoding="utf-8")
SCHEMA = (PROJECT_FOLDER / "glan_core" / "store" / "schema.sql").read_text(encoding="utf-8")

SOURCE_ENDINGS = (".py", ".md", ".sql", ".toml", ".yaml", ".txt", ".jinja", ".png")
MADE_BY_THE_APP = "workspace/"
PICTURES = [picture.name for picture in pictures(Example("physics", "thermodynamics", "run"))]

# The columns of the noun grid after the noun, with what their cells are.
GRID_COLUMNS = ("table", "entity", "templates", "stage", "store", "page", "test")
GRID_FOLDERS = {"stage": "glan_core/stages", "store": "glan_core/store", "page": "pages", "test": "tests"}


class Cell(NamedTuple):
    """One cell of the noun grid: its names in code style, none where it holds a dash."""

    noun: str
    column: str
    names: tuple[str, ...]


@pytest.mark.parametrize(
    "document", ["README.md", "docs/decisions.md", "docs/tree.md", "data/README.md", "CHANGELOG.md"]
)
def test_every_path_that_a_document_names_exists(document: str):
    text = (PROJECT_FOLDER / document).read_text(encoding="utf-8")
    if document == "README.md":
        text = text.replace(section("The noun grid"), "")  # its cells are names within a folder, looked up below
    named = [name for name in re.findall(r"`([\w./-]+)`", text) if is_path(name)]
    linked = [name for name in re.findall(r'(?:\]\(|src="|srcset=")([^)"#]+)', text) if "://" not in name]
    folders = (PROJECT_FOLDER, (PROJECT_FOLDER / document).parent)
    assert [name for name in named + linked if not any((folder / name).exists() for folder in folders)] == []


@pytest.mark.parametrize("document", ["README.md", "docs/decisions.md"])
def test_every_link_within_a_document_leads_to_a_heading(document: str):
    text = (PROJECT_FOLDER / document).read_text(encoding="utf-8")
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_every_path_in_the_tree_exists():
    assert [path for path in tree() if not list(PROJECT_FOLDER.glob(path))] == []


def test_every_line_of_the_tree_says_what_is_there():
    silent = [path for path, words in tree().items() if not words]
    assert [path for path in silent if not path.endswith("__init__.py")] == []


@pytest.mark.parametrize("folder", ["glan_core", "pages"])
def test_every_module_stands_in_the_tree(folder: str):
    modules = {path.relative_to(PROJECT_FOLDER).as_posix() for path in (PROJECT_FOLDER / folder).rglob("*.py")}
    assert sorted(modules - tree().keys()) == []


def test_every_top_level_file_and_folder_under_version_control_stands_in_the_tree():
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this copy is not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert sorted(top - {path.split("/")[0] for path in tree()} - {".gitignore"}) == []


def test_the_layers_are_those_that_the_architecture_test_holds():
    rows = [row for row in table(section("Who may import whom")) if row[0].isdigit()]
    told = {int(row[0]): set(re.findall(r"\w+", row[1])) for row in rows}
    there = {path.stem for path in (PROJECT_FOLDER / "glan_core").glob("*.py")} | {
        path.parent.name for path in (PROJECT_FOLDER / "glan_core").glob("*/__init__.py")
    }
    held = {number: (nouns & there) | (nouns & {"pages", "app"}) for number, nouns in enumerate(LAYERS)}
    assert told == {number: nouns - {"__init__"} for number, nouns in held.items()}


def test_every_table_and_every_template_stands_in_the_noun_grid():
    assert in_grid("table") == set(tables()) - {"glan_database"}
    assert in_grid("templates") == set(prompts.names())


def test_every_table_of_the_noun_grid_is_in_the_schema():
    assert in_grid("table") <= set(tables())


def test_every_entity_of_the_noun_grid_is_a_class_of_its_row():
    stores = {cell.noun: cell.names for cell in grid() if cell.column == "store"}
    for cell in grid():
        if cell.column == "entity":
            homes = [PROJECT_FOLDER / "glan_core" / "store" / name for name in stores[cell.noun]]
            nouns = (entities, calls, judgements, regenerations, saved_endpoint)
            known = set[str]().union(*map(vars, nouns), *map(classes, homes))
            assert set(cell.names) <= known


@pytest.mark.parametrize("column", GRID_FOLDERS)
def test_every_module_of_the_noun_grid_exists(column: str):
    folder = PROJECT_FOLDER / GRID_FOLDERS[column]
    assert sorted(name for name in in_grid(column) if not (folder / name).exists()) == []


def test_every_stage_module_stands_in_the_noun_grid():
    stages = {path.name for path in (PROJECT_FOLDER / "glan_core" / "stages").glob("*.py")}
    assert stages - {"__init__.py"} == in_grid("stage")


def test_the_readme_shows_the_commands_that_there_are():
    help_text = subprocess.run(
        [sys.executable, "-m", "glan_core", "--help"], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True
    ).stdout
    shown = {name for name, _ in command_lines()}
    assert shown == set(commands())
    assert all(name in help_text for name in shown)


def test_every_option_that_the_readme_names_belongs_to_its_command():
    unknown = [
        f"{name} {option}"
        for name, rest in command_lines()
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest)
        if option not in options(name)
    ]
    assert unknown == []


def test_every_option_named_alone_belongs_to_some_command():
    known = {option for name in commands() for option in options(name)}
    text = section("Without the app")
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= known


def test_every_make_target_that_the_readme_names_exists():
    makefile = (PROJECT_FOLDER / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE)
    assert named
    assert set(named) <= targets


def test_the_readme_names_the_variables_that_the_settings_read_and_no_others():
    source = (PROJECT_FOLDER / "glan_core" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.get\("(\w+)"', source))
    assert set(re.findall(r"\b(?:GLAN|OPENAI)_[A-Z_]+\b", README)) == read


def test_the_variables_for_pip_are_those_that_the_makefile_explains():
    makefile = (PROJECT_FOLDER / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"\bPIP_[A-Z_]+\b", README)) <= set(re.findall(r"\bPIP_[A-Z_]+\b", makefile))


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", PICTURES)
def test_every_page_has_its_picture_in_the_readme(name: str, ground: str):
    path = f"docs/screenshots/{name}-{ground}.png"
    assert path in README
    assert (PROJECT_FOLDER / path).read_bytes().startswith(b"\x89PNG")


def test_every_picture_has_a_text_for_those_who_do_not_see_it():
    images = re.findall(r"<img ([^>]+)>", README)
    assert len(images) == len(PICTURES)
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)


@pytest.mark.parametrize(("place", "name"), list(enumerate(PRESETS)))
def test_the_presets_have_the_numbers_that_the_readme_gives(place: int, name: str):
    told = {row[0]: row[1 + place] for row in table(section("Your own model")) if len(row) == 3}
    settings = preset(name, model="any")
    temperatures = {str(stage.temperature) for stage in settings.stages.values()}
    assert re.findall(r"\d+", told["subject queries a discipline"]) == [
        str(settings.subject_queries),
        str(settings.subjects_per_query),
    ]
    assert told["class sessions a syllabus"] == "{} to {}".format(*settings.class_sessions)
    assert told["key concepts a session"] == str(settings.key_concepts)
    assert set(re.findall(r"\d\.\d", told["temperature"])) == temperatures
    assert told["calls at once, at most"] == str((CONCURRENCY, built_in.CONCURRENCY)[place])


def test_the_readme_of_the_data_counts_what_is_there():
    curriculum = read_curriculum()
    levels = [node.level for node in curriculum.taxonomy_nodes if node.status == "kept"]
    counted = {
        "fields": levels.count("field"),
        "sub-fields": levels.count("sub_field"),
        "disciplines": levels.count("discipline"),
        "candidates voted out": sum(node.status == "removed" for node in curriculum.taxonomy_nodes),
        "candidates that wait": sum(node.status == "pending" for node in curriculum.taxonomy_nodes),
        "votes": len(curriculum.votes),
        "subjects": len(curriculum.subjects),
        "syllabi": len(curriculum.syllabi),
        "class sessions": len(curriculum.class_sessions),
        "key concepts": len(curriculum.key_concepts),
    }
    told = {row[0]: int(row[1].split(":")[0].replace(",", "")) for row in table(DATA_README) if row[0] in counted}
    assert told == counted


def test_the_readme_of_the_data_names_the_disciplines_that_are_ours():
    kept = [node for node in read_curriculum().taxonomy_nodes if node.status == "kept"]
    ours = [node for node in kept if node.level == "discipline" and node.origin != "paper"]
    assert [node.name for node in ours if f"**{node.name}**" not in DATA_README] == []
    assert len(ours) == 3


def test_the_readme_of_the_data_has_a_line_for_every_discipline_file():
    data = PROJECT_FOLDER / "data"
    files = {f"`{path.relative_to(data).as_posix()}`" for path in data.glob("curriculum/disciplines/*.yaml")}
    rows = [row for row in table(DATA_README) if row[0] in files]
    assert {row[0] for row in rows} == files
    subjects = {subject.subject_id: subject.name for subject in read_curriculum().subjects}
    with_syllabus = {subjects[syllabus.subject_id] for syllabus in read_curriculum().syllabi}
    assert {row[2] for row in rows} == with_syllabus


def section(heading: str) -> str:
    """Give the text of the README below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the README has no section {heading!r}"
    return found.group(1)


def table(text: str) -> list[list[str]]:
    """Give the rows of all tables in a text, without the lines that part their heads from them."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def tree() -> dict[str, str]:
    """Give what the tree says of each path."""
    block = re.search(r"```\n(.*?)```", TREE, re.DOTALL)
    assert block is not None
    found: dict[str, str] = {}
    above: list[str] = []
    for line in block.group(1).splitlines():
        name, _, words = line.strip().partition(" ")
        above = above[: (len(line) - len(line.lstrip())) // 2]
        found["/".join([*above, name.rstrip("/")])] = words.strip()
        if name.endswith("/"):
            above.append(name.rstrip("/"))
    return found


@cache
def grid() -> tuple[Cell, ...]:
    """Give every cell of the noun grid."""
    _, *rows = table(section("The noun grid"))
    return tuple(
        Cell(noun, column, tuple(re.findall(r"`([^`]+)`", words)))
        for noun, *cells in rows
        for column, words in zip(GRID_COLUMNS, cells, strict=True)
    )


def in_grid(column: str) -> set[str]:
    """Give all names in one column of the noun grid."""
    return {name for cell in grid() if cell.column == column for name in cell.names}


def tables() -> list[str]:
    """List the tables of the schema."""
    return re.findall(r"create table if not exists (\w+)", SCHEMA)


def classes(path: Path) -> set[str]:
    """Give the names of the classes that a module defines."""
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in parsed.body if isinstance(node, ast.ClassDef)}


def is_path(name: str) -> bool:
    """Say whether a word in code style is meant as a path of the project."""
    if name.startswith(MADE_BY_THE_APP) or name.startswith("/"):
        return False
    return name.endswith((*SOURCE_ENDINGS, "/")) and not name.endswith(".runs/") and not name.endswith(".exports/")


def anchor(heading: str) -> str:
    """Give the name by which a link finds a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def commands() -> dict[str, Any]:
    """Give the commands of the command line by name."""
    return dict(vars(typer.main.get_command(app_with(COMMANDS)))["commands"])


def options(command: str) -> set[str]:
    """Give every spelling of a command's options."""
    return {word for option in commands()[command].params for word in (*option.opts, *option.secondary_opts)}


def command_lines() -> Iterator[tuple[str, str]]:
    """Give every command line of the README as the command's name and what follows on its line."""
    yield from re.findall(r"python -m glan_core (\w+)([^\n`|]*)", README)
