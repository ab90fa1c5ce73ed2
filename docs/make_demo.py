"""How is the demo corpus made?

    make demo               or: python -m docs.make_demo

By the headless commands, as a user would: one run a field, or a sub-field of a large one, by the built-in model over
every shipped syllabus. Then the questions are placed on the map and all of it is written to data/demo. It takes about
two and a half hours on two cores with nothing else at work, and can be interrupted: what is done stays in
workspace/demo.runs, and the next time goes on. After a change to a syllabus it makes the pairs of that syllabus anew
and leaves the old ones out.
"""

import os
import sys

from docs.headless import command
from glan_core.demo import DEMO_FOLDER, write_demo
from glan_core.outline import Outline, Place, read_outline
from glan_core.placement import place_all
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from glan_core.store.reports import taxonomy_counts

DATABASE = PROJECT_FOLDER / "workspace" / "demo.duckdb"
PAIRS_PER_DISCIPLINE = 20
SEED = 2402
"""Of its own, so that nobody's next plan happens to name the same questions."""
_MOST_DISCIPLINES = 20
"""A field with more is made in a run for each of its sub-fields."""
_CALL_SECONDS = 3000
"""For one call. A busy machine is not a reason to lose it."""


def main() -> int:
    """Make what is missing, and write the corpus."""
    DATABASE.unlink(missing_ok=True)  # the runs stay: their journals hold every pair
    command("init", "--without-demo", database=DATABASE)
    command("ingest", database=DATABASE)
    with open_database(DATABASE) as opened:
        outline = read_outline(taxonomy_counts(opened.cursor()))
    for place in places_of_runs(outline):
        wanted = PAIRS_PER_DISCIPLINE * place.disciplines
        if place.pairs < wanted:
            generate("/".join(above.name for above in outline.path(place.node_id)), instructions=wanted)
    with open_database(DATABASE) as opened:
        place_all(opened)
        rows = write_demo(opened.cursor(), DEMO_FOLDER)
    for table, number in rows.items():
        sys.stderr.write(f"{number:>8,}  {table}\n")
    return 0


def places_of_runs(outline: Outline) -> list[Place]:
    """Give what each run covers, the smallest first."""
    places: list[Place] = []
    for field in outline.children(None):
        places += [field] if field.disciplines <= _MOST_DISCIPLINES else outline.children(field.node_id)
    return sorted(places, key=lambda place: place.disciplines)


def generate(scope: str, *, instructions: int) -> None:
    """Make the pairs of one place with all cores, or go on where it was interrupted."""
    command(
        *("generate", "--scope", scope, "--instructions", str(instructions), "--seed", str(SEED)),
        *("--preset", "quick", "--timeout", str(_CALL_SECONDS)),
        database=DATABASE,
        GLAN_THREADS=str(os.cpu_count() or 1),
    )


if __name__ == "__main__":
    sys.exit(main())
