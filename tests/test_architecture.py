"""Does the code keep to the architecture: what may import what, and one library, one folder?

A new module of glan_core fails here until LAYERS lists it: put it as low as its imports allow.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

LAYERS = (
    # 0: the nouns; import one another only
    {
        *(
            "__init__",
            "amounts",
            "calls",
            "combination_code",
            "coroutines",
            "encoders",
            "entities",
            "errors",
            "filter_json",
            "generation_settings",
            "ids",
            "judgements",
            "lassos",
            "map_labels",
            "outline",
            "regenerations",
            "saved_endpoint",
            "shared_texts",
            "spreadsheet_cells",
            "spreading",
            "text_changes",
        ),
        *("languages", "paper", "presets", "providers"),
    },
    # 1: one answer each; import layer 0, siblings never each other
    {"settings", "prompts", "llm", "embedding", "quality", "figures", "insight", "taxonomy_files", "corpus_files"},
    # 2: import layer 0 and what ALSO_MAY_IMPORT names
    {"stages", "store"},
    # 3: where both meet; import layers 0 to 3
    {
        *(
            "courses",
            "scope",
            "planning",
            "runs",
            "engines",
            "exports",
            "demo",
            "starter",
            "model_choice",
            "preset_choice",
            "placement",
            "placer",
            "layouts",
            "layout_advice",
            "standing_map",
            "background_work",
            "doctor",
        ),
        *(
            "corpora",
            "added_nodes",
            "near_names",
            "endpoints",
            "endpoint_report",
            "name_meanings",
            "text_vectors",
            "text_encoding",
            "spread_reading",
            "encoder_choice",
            "embedder",
            "part_proposals",
            "proposals",
            "agreement",
            "curriculum_checks",
            "edits",
        ),
        *(
            "concept_gap_report",
            "gap_finder",
            "gates",
            "judge_report",
            "judge_settings",
            "regenerate_settings",
            "checking",
            "diversity",
            "diversity_comparison",
            "drawn_cosines",
            "evaluator",
            "held_vectors",
            "lineage_coverage",
            "near_duplicates",
            "nearest_pairs",
            "neighbour_graph",
            "searcher",
            "searching",
        ),
        *("review_agreement", "review_files", "review_queues", "review_sample", "reviewing"),
    },
    # 4: what a person starts; imports everything
    {"__main__", "commands", "pages", "app"},
)
ALSO_MAY_IMPORT = {"stages": {"prompts", "llm"}}
LISTED = frozenset().union(*LAYERS)

LIBRARY_PLACES = {
    "duckdb": ("glan_core/store/",),
    "openai": ("glan_core/llm/",),
    "aiohttp": ("glan_core/llm/",),
    "json_repair": ("glan_core/llm/",),
    "jinja2": ("glan_core/prompts/",),
    "plotly": ("glan_core/figures/",),
    "sentence_transformers": ("glan_core/embedding/",),
    "model2vec": ("glan_core/embedding/",),
    "umap": ("glan_core/embedding/",),
    "faiss": ("glan_core/embedding/",),
    "scipy": ("glan_core/embedding/",),
    "sklearn": ("glan_core/embedding/",),
    "ray": ("glan_core/engines/",),
    "rensa": ("glan_core/quality/",),
    "nltk": ("glan_core/agreement.py",),
    "streamlit": ("app.py", "pages/"),
    "streamlit_arborist": ("pages/shared/",),
}
HEAVY_LIBRARIES = "torch openai sentence_transformers model2vec umap faiss numba streamlit xllamacpp genai_prices nltk"

EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager", "base"}

SQL = re.compile(
    r"""(^\s* | \b(as|in|exists|from|join)\s*\(\s*) select\b .+ \bfrom\b
      | ^\s* (insert\ into|delete\ from|update\s+\w+\s+set|create\s+(or\s+replace\s+)?(table|view)) \b""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


class Import(NamedTuple):
    """`from glan_core import ids` in line 8 of app.py is (app.py, 8, "glan_core.ids")."""

    file: Path
    line: int
    module: str


def test_every_module_of_glan_core_has_a_layer():
    modules = {_noun(path.relative_to(ROOT).with_suffix("").parts) for path in _sources("glan_core")}
    missing = ", ".join(sorted(modules - LISTED))
    assert not missing, f"add {missing} to LAYERS in tests/test_architecture.py, as low as its imports allow"


def test_a_module_imports_nothing_that_stands_above_or_beside_it():
    _assert_none(
        f"{_place(found)}: {importer} may not import {imported}"
        for found in _imports()
        if (importer := _noun(found.file.with_suffix("").parts)) in LISTED
        and (imported := _noun(found.module.split("."))) in LISTED - _importable(importer)
    )


def test_glan_core_knows_nothing_of_the_app_and_its_pages():
    _assert_none(
        f"{_place(found)} imports {found.module}"
        for found in _imports()
        if found.file.parts[0] == "glan_core" and found.module.split(".")[0] in {"app", "pages"}
    )


def test_a_library_is_imported_in_its_own_folder_only():
    _assert_none(
        f"{_place(found)} imports {library}, which belongs in {' and '.join(LIBRARY_PLACES[library])}"
        for found in _imports()
        if (library := found.module.split(".")[0]) in LIBRARY_PLACES
        and not found.file.as_posix().startswith(LIBRARY_PLACES[library])
    )


def test_importing_glan_core_loads_no_heavy_library():
    import_them = """
import importlib, sys
root, libraries, *modules = sys.argv[1:]
sys.path.insert(0, root)
for module in modules:
    importlib.import_module(module)
    if loaded := [library for library in libraries.split() if library in sys.modules]:
        sys.exit(f"importing {module} loads {', '.join(loaded)}: import it inside the function that needs it")
"""
    paths = [path.relative_to(ROOT).with_suffix("").parts for path in _sources("glan_core")]
    paths.sort(key=lambda path: _layer(_noun(path)))  # from the bottom, so that the message names the culprit
    modules = [".".join(path).removesuffix(".__init__") for path in paths]
    result = subprocess.run(
        [sys.executable, "-I", "-c", import_them, ROOT, HEAVY_LIBRARIES, *modules],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_sql_stands_in_the_store_only():
    _assert_none(
        f"{path.relative_to(ROOT)}:{line} holds SQL: {' '.join(text.split())[:60]}"
        for path in _sources("glan_core", "pages", "app.py")
        if not path.is_relative_to(ROOT / "glan_core" / "store")
        for line, text in _texts(_parsed(path))
        if SQL.search(text) or SQL.search(text.swapcase())  # SELECT ... FROM too, but not "Select a node from"
    )


def test_no_source_file_has_a_name_that_says_nothing():
    _assert_none(
        f"{path.relative_to(ROOT)}: name it for the noun it owns"
        for path in _sources("glan_core", "pages", "tests", "docs", "notebooks", "benchmarks", "app.py")
        for part in path.relative_to(ROOT).with_suffix("").parts
        if part.removeprefix("test_") in EMPTY_NAMES
    )


def _assert_none(problems: Iterator[str]) -> None:
    __tracebackhide__ = True
    found = list(problems)
    assert not found, "\n" + "\n".join(found)


def _sources(*places: str) -> list[Path]:
    return sorted(
        path
        for place in places
        for path in ((ROOT / place).rglob("*.py") if (ROOT / place).is_dir() else (ROOT / place,))
        if path.exists()
    )


def _imports() -> Iterator[Import]:
    for path in _sources("glan_core", "pages", "app.py"):
        file = path.relative_to(ROOT)
        for node in ast.walk(_parsed(path)):
            if isinstance(node, ast.Import):
                yield from (Import(file, node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                # `from ..llm import x` in glan_core/store/y.py: level 2 leaves ("glan_core",)
                above = file.parts[: -node.level] if node.level else ()
                module = ".".join((*above, *filter(None, [node.module])))
                yield from (Import(file, node.lineno, f"{module}.{alias.name}") for alias in node.names)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _noun(module: Sequence[str]) -> str:
    """Give the name in LAYERS: ("glan_core", "store", "runs") is `store`, ("pages", "home") is `pages`."""
    if module[0] != "glan_core":
        return module[0]
    return module[1] if len(module) > 1 else "__init__"


def _layer(noun: str) -> int:
    return next((number for number, nouns in enumerate(LAYERS) if noun in nouns), len(LAYERS))


def _importable(noun: str) -> set[str]:
    if _layer(noun) >= 3:
        return set().union(*LAYERS[: _layer(noun) + 1])
    return LAYERS[0] | ALSO_MAY_IMPORT.get(noun, set()) | {noun}


def _place(found: Import) -> str:
    return f"{found.file}:{found.line}"


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give every string with its line, an f-string as one without its fields; docstrings are left out."""
    left_out = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):  # an f-string comes before its parts
        if isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
            left_out.update(parts)
            yield node.lineno, " ".join(str(part.value) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node.lineno, node.value
