"""The notebooks do what they say: as scripts, and where an event loop is at work already, as in Jupyter."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from glan_core.corpora.comparison import compare_corpus
from glan_core.entities import Filter
from glan_core.llm import built_in
from glan_core.scope import resolve_scope
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.corpora import list_corpora
from glan_core.store.database import open_database
from glan_core.store.edits import list_edits
from glan_core.store.evaluations import PAIRS, list_evaluations
from glan_core.store.pairs import list_pairs, map_points
from glan_core.store.projections import find_newest_projection
from glan_core.store.saved_views import list_saved_views
from glan_core.store.subjects import list_subjects
from glan_core.store.syllabi import list_class_details, list_current_syllabi
from tests.model_server import API_KEY, MODEL, ModelServer

ONE_DISCIPLINE = "1_one_discipline_end_to_end.py"
BEEKEEPING = ("Agriculture", "Farming and horticulture", "Beekeeping")
SUBJECTS = {"Honey Bee Biology", "Hive Management"}
IN_A_LOOP = """
import asyncio, runpy, sys
async def cell():
    runpy.run_path(sys.argv[1])
asyncio.run(cell())
"""


class Made(NamedTuple):
    """What a notebook left in its folder."""

    pairs: dict[str, Any]
    """Rows of the database by instruction id."""
    lines: list[dict[str, Any]]
    """Of the exported file."""
    exported: bytes


def execute(*command: str, folder: Path, pairs: int, cwd: Path = PROJECT_FOLDER, **environment: str) -> str:
    """Execute a notebook in a process of its own, without the endpoint of whoever runs the tests; gives what it says.

    Within this time it ends on a machine that is busy with other tests, too.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GLAN", "OPENAI"))}
    kept |= {"GLAN_NOTEBOOK_FOLDER": str(folder), "GLAN_NOTEBOOK_PAIRS": str(pairs), "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def made_in(folder: Path, *, model: str) -> Made:
    """Look at what the first notebook made, and check that all of it belongs together."""
    lines = [json.loads(line) for line in (folder / "beekeeping.jsonl").read_text(encoding="utf-8").splitlines()]
    with open_database(folder / "beekeeping.duckdb") as database:
        cursor = database.cursor()
        node = resolve_scope(cursor, "/".join(BEEKEEPING))
        subjects = list_subjects(cursor, [node.node_id])
        assert {subject.name for subject in subjects} == SUBJECTS
        assert sorted(edit.kind for edit in list_edits(cursor)) == ["add", "add_subject", "add_subject"]

        syllabi = list_current_syllabi(cursor, [subject.subject_id for subject in subjects])
        details = list_class_details(cursor, [syllabus.syllabus_id for syllabus in syllabi.values()])
        names = {concept.key_concept_id: concept.name for each in details.values() for concept in each.key_concepts}
        assert names

        frame = list_pairs(cursor, Filter(taxonomy_node_ids=(node.node_id,), has_answer=True), limit=100)
        pairs = {row.instruction_id: row for row in frame.itertuples()}
        layout = find_newest_projection(cursor)
        assert layout is not None
        everything = map_points(cursor, layout.projection_id, Filter(), limit=20_000)
        assert set(pairs) <= set(everything["instruction_id"])
        assert len(everything) > len(pairs)  # they lie among the demo pairs

    assert {line["metadata"]["instruction_id"] for line in lines} == set(pairs)
    for line in lines:
        source = line["metadata"]
        pair = pairs[source["instruction_id"]]
        assert [turn["content"] for turn in line["messages"]] == [pair.instruction, pair.answer]
        assert (source["field"], source["sub_field"], source["discipline"]) == BEEKEEPING
        assert source["subject"] in SUBJECTS
        assert source["key_concepts"] == [names[key_concept_id] for key_concept_id in source["key_concept_ids"]]
        assert (source["instruction_model"], source["answer_model"]) == (model, model)
    assert "plotly" in (folder / "map.html").read_text(encoding="utf-8")
    return Made(pairs, lines, (folder / "beekeeping.jsonl").read_bytes())


@pytest.mark.timeout(900)
@pytest.mark.model
def test_one_discipline_goes_from_its_name_to_a_file_with_the_built_in_model(tmp_path: Path):
    said = execute(f"notebooks/{ONE_DISCIPLINE}", folder=tmp_path, pairs=2)
    made = made_in(tmp_path, model=built_in.MODEL)
    assert len(made.lines) == 2
    assert "preset quick" in said
    assert "as planned      True" in said


def test_it_works_as_in_jupyter_and_begun_again_asks_for_nothing_twice(tmp_path: Path, model_server: ModelServer):
    endpoint = {"OPENAI_BASE_URL": model_server.base_url, "OPENAI_API_KEY": API_KEY}
    notebooks = PROJECT_FOLDER / "notebooks"
    execute("-c", IN_A_LOOP, ONE_DISCIPLINE, folder=tmp_path, pairs=4, cwd=notebooks, **endpoint)
    made, sent = made_in(tmp_path, model=MODEL), len(model_server.requests)
    assert (len(made.pairs), len(model_server.requests_of("syllabus"))) == (4, 2)

    said = execute(str(notebooks / ONE_DISCIPLINE), folder=tmp_path, pairs=4, cwd=tmp_path, **endpoint)
    assert len(model_server.requests) == sent
    assert made_in(tmp_path, model=MODEL).exported == made.exported
    assert "as planned      True" in said


def test_the_map_is_read_from_python_and_its_selection_goes_out_as_a_file(tmp_path: Path):
    said = execute("notebooks/2_reading_the_map.py", folder=tmp_path, pairs=0)
    lines = [json.loads(line) for line in (tmp_path / "inside.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["metadata"]["discipline"] for line in lines} >= {"Mathematics"}
    assert f"{len(lines)} pairs of " in said  # as many as the outline was said to hold
    assert "2,520 of 2,520 points" in said
    assert "plotly" in (tmp_path / "map.html").read_text(encoding="utf-8")
    with open_database(tmp_path / "map.duckdb") as database:
        (view,) = list_saved_views(database.cursor())
    assert (view.name, f"/map?view={view.saved_view_id}" in said) == ("Middle of mathematics", True)
    by_meaning = said.split("by meaning: how diseases spread")[1].split("by words")[0]
    assert "disease" in by_meaning
    assert execute("notebooks/2_reading_the_map.py", folder=tmp_path, pairs=0).count("0 of them new") == 1


def test_two_corpora_are_compared_at_equal_n_and_what_the_other_lacks_is_drawn(tmp_path: Path):
    said = execute("notebooks/3_comparing_two_corpora.py", folder=tmp_path, pairs=0)
    assert "Templates: 160 rows of templates.jsonl, 0 that could not be used" in said
    assert "n = 160 of each: of 2,520 own pairs, and of 160 rows of Templates" in said
    own, of_templates = next(line.split()[2:4] for line in said.splitlines() if line.startswith("  Vendi score"))
    assert float(own) > 2 * float(of_templates)
    assert "of 2,520 own pairs are not covered" in said
    assert "of 160 own pairs" in said
    with open_database(tmp_path / "corpora.duckdb") as database:
        cursor = database.cursor()
        (corpus,) = list_corpora(cursor)
        kept = list_evaluations(cursor)
        lacks = compare_corpus(database, corpus)
    assert sorted((each.conditions.measured, each.conditions.n) for each in kept) == sorted(
        [(PAIRS, 160), (corpus.corpus_id, 160), (corpus.corpus_id, 160)]
    )
    most = lacks.disciplines.iloc[0]
    assert most["discipline"] in said
    assert most["lacks"] > 0
    for figure in ("differences.html", "fields.html"):
        assert "plotly" in (tmp_path / figure).read_text(encoding="utf-8")
    again = execute("notebooks/3_comparing_two_corpora.py", folder=tmp_path, pairs=0)
    assert again.splitlines()[1:] == said.splitlines()[1:]
    with open_database(tmp_path / "corpora.duckdb") as database:
        assert len(list_evaluations(database.cursor())) == len(kept)


def test_a_filter_becomes_a_folder_that_trainers_read_and_the_same_one_again(tmp_path: Path):
    said = execute("notebooks/4_from_filter_to_training_file.py", folder=tmp_path, pairs=0)
    manifest = json.loads((tmp_path / "natural-science" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["test"] > 0
    assert f"{manifest['train']} pairs to train with, {manifest['test']} held out" in said
    assert f"train: {manifest['train']} rows with messages" in said  # as the datasets library reads it
    lines = (tmp_path / "natural-science" / "train.jsonl").read_text(encoding="utf-8").split("\n")
    assert len(lines) - 1 == manifest["train"]
    assert (tmp_path / "again" / "train.jsonl").read_bytes() == "\n".join(lines).encode()
    assert "different: nothing" in said
    assert "seed: 0 before, 1 now" in said
    assert set(manifest["left_out_for"]) == {"flagged", "balance"}


def test_a_large_run_is_planned_worked_off_without_the_database_and_taken_in(tmp_path: Path, model_server: ModelServer):
    endpoint = {"OPENAI_BASE_URL": model_server.base_url, "OPENAI_API_KEY": API_KEY}
    notebook = "notebooks/5_from_plan_to_large_run.py"
    said = execute(notebook, folder=tmp_path, pairs=6, **endpoint)
    assert "answers         10,000,000 calls" in said
    assert "finished: 6 new pairs, 0 failed" in said
    assert "6 Answer" in said
    assert "taken in: True" in said
    with open_database(tmp_path / "scale.duckdb") as database:
        pairs = list_pairs(database.cursor(), Filter(has_answer=True), limit=100)
    assert len(pairs) == len(model_server.requests_of("answers")) == 6

    sent = len(model_server.requests)
    again = execute(notebook, folder=tmp_path, pairs=6, **endpoint)
    assert len(model_server.requests) == sent
    assert "12 calls made before" in again
