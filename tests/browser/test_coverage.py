"""What is ticked on the Coverage page is planned, made, and gone from the list of what is missing."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from glan_core.concept_gap_report import GapReport, report_gaps, under
from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import RunState, Subject, Syllabus
from glan_core.store.database import open_database
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from glan_core.text_vectors import embed_instructions, embed_names
from tests.small_curriculum import details_of, small_curriculum
from tests.small_pairs import NOON, answer, instruction, run

pytestmark = pytest.mark.browser

MODEL_MILLISECONDS = 280_000
"""How long the built-in model may take for a pair on busy cores."""
FIRST_ROW, ROW_PIXELS = 38, 32
WORDS = ("Explain the", "Describe the", "Why is there a", "What is meant by the")


def tick(page: Page, *rows: int, row_pixels: int) -> None:
    """Tick rows of the table, which draws itself on a canvas after it is there."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    page.wait_for_timeout(1_500)
    for row in rows:
        table.click(position={"x": 18, "y": FIRST_ROW + row_pixels * row + row_pixels // 2})
        page.wait_for_timeout(700)


def test_ticked_nodes_become_gaps_of_new_run(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/coverage?by=Field")
    tick(page, 0, 1, row_pixels=34)
    page.get_by_role("button", name="Plan 10 pairs for these 2").click()
    expect(page.get_by_role("heading", name="New run")).to_be_visible()
    expect(page).to_have_url(re.compile(r"gaps=\w{16}%3A5%2C\w{16}%3A5"))
    expect(page.get_by_text("2 gaps, 10 wanted")).to_be_visible()


@pytest.mark.model
@pytest.mark.timeout(600)
def test_key_concepts_that_were_never_used_are_ticked_made_and_used(start_app, page: Page):
    app = start_app()
    page.goto(f"{app.url}/coverage?part=Unused")
    said = page.get_by_text(re.compile(r"^[\d,]+ key concepts never used"))
    expect(said).to_be_visible()
    before = int(said.inner_text().split()[0].replace(",", ""))
    tick(page, 0, 1, 2, row_pixels=ROW_PIXELS)
    page.get_by_role("button", name="Plan for these 3").click()
    expect(page.get_by_text("3 gaps, 3 wanted")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**run=*")
    # One question can be drawn from several of them.
    expect(page.get_by_text(re.compile(r"([1-3]) of \1 pairs?"))).to_be_visible(timeout=MODEL_MILLISECONDS)

    page.goto(f"{app.url}/coverage?part=Unused")
    expect(said).to_have_text(re.compile(f"^{before - 3:,} key concepts never used"))


AWAY = {"Astronomy": "How do I knit a sock?", "Volcanology": "Who won the election?", "Zoology": "What is a tax?"}
SURFACES = ("a flat mirror", "a rough wall", "the surface of a lake", "a polished metal plate", "a window pane")
LOOSE = (
    "Why is the picture in a window at night so pale?",
    "How bright is a white wall in the sun?",
    "Why does a cat's eye shine at night?",
)
"""So that the threshold is not at that of the others, which no question of the built-in model need reach."""


COURSES = {"Astronomy": "telescope", "Volcanology": "volcano", "Zoology": "elephant"}
"""Subjects of one key concept each, so that each gap gets a question of its own."""


@pytest.fixture
def three_gaps(small_file: Path, tmp_path: Path) -> Path:
    """A database with a pair near to every key concept but three, whose subjects have one about something else."""
    path = Path(shutil.copy(small_file, tmp_path / "glan.duckdb"))
    asked = [f"{word} reflection of light from {where}?" for word in WORDS for where in SURFACES] + list(LOOSE)
    with open_database(path) as database:
        cursor = database.cursor()
        save_run(cursor, run(state=RunState.FINISHED, finished_at=NOON))
        made = [instruction(f"i{number}", text=text) for number, text in enumerate(asked)]
        for concept in small_curriculum().details.key_concepts:  # so that only the three courses are gaps
            name = concept.name
            made.append(instruction(f"of {name}", text=f"What is meant by {name}?", key_concept_ids=()))
        for name, concept in COURSES.items():
            subject = Subject(name, small_curriculum().physics.taxonomy_node_id, name, "introductory", ())
            syllabus = Syllabus(f"of {name}", name, 1, f"A course about the {concept}.")
            details = details_of(syllabus.syllabus_id, ((f"The {concept}", (concept,)),))
            ingest(cursor, [subject, syllabus, *details.class_sessions, *details.key_concepts])
            made.append(instruction(name, text=AWAY[name], syllabus_id=syllabus.syllabus_id, key_concept_ids=()))
        ingest(cursor, [*made, *(answer(each.instruction_id) for each in made)])
        embed_names(database)
        embed_instructions(database)
    return path


def measure(path: Path) -> GapReport:
    """Compare all pairs of a database that no app has open."""
    with open_database(path) as database:
        cursor = database.cursor()
        encoder, content = encoder_in_use(cursor)
        embed_instructions(database)
        return report_gaps(cursor, encoder=encoder.encoder, content=content)


@pytest.mark.model
@pytest.mark.timeout(600)
def test_gaps_by_meaning_are_ticked_made_and_filled(start_app, page: Page, three_gaps: Path):
    before = measure(three_gaps)
    threshold = before.calibration.threshold
    listed = under(before.concepts, "within", threshold)
    assert set(listed["concept"]) == set(COURSES.values())
    app = start_app()
    page.goto(f"{app.url}/coverage?part=By meaning")
    expect(page.get_by_text(f"{len(listed)} of 18 key concepts have no near pair").first).to_be_visible()
    tick(page, 0, 1, 2, row_pixels=34)
    page.get_by_role("button", name="Plan for these 3").click()
    expect(page.get_by_text("3 gaps, 3 wanted")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**run=*")
    expect(page.get_by_text("3 of 3 pairs")).to_be_visible(timeout=MODEL_MILLISECONDS)

    page.goto(f"{app.url}/coverage?part=By meaning")
    page.get_by_role("button", name="Read and compare").click()
    # The threshold moves a little with the new pairs, which count for it too.
    left = page.get_by_text(re.compile(f"^[0-{len(listed) - 3}] of 18 key concepts have no near pair"))
    expect(left.first).to_be_visible(timeout=MODEL_MILLISECONDS)
    app.stop()

    after = measure(app.database).concepts.set_index("key_concept_id")["within"]
    for gap in listed.itertuples():
        assert after[gap.key_concept_id] > gap.within
        assert after[gap.key_concept_id] >= threshold
