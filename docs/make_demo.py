"""How is the demo corpus made?

    make demo               or: python -m docs.make_demo

By the headless commands, as a user would: one run a field by the built-in model over every shipped syllabus. Then the
questions are placed on the map and all of it is written to data/demo. It takes about two and a half hours on two cores
with nothing else at work, and can be interrupted: what is done stays in workspace/demo.runs, and the next time goes
on. After a change to a syllabus it makes the pairs of that syllabus anew and leaves the old ones out.
"""

import os
import sys

from docs.headless import command
from glan_core.demo import DEMO_FOLDER, write_demo
from glan_core.outline import read_outline
from glan_core.placement import place_all
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from glan_core.store.reports import taxonomy_counts

DATABASE = PROJECT_FOLDER / "workspace" / "demo.duckdb"
PAIRS_PER_DISCIPLINE = 20
SEED = 2402
"""Of its own, so that nobody's next plan happens to name the same questions."""
_CALL_SECONDS = 3000
"""For one call. A busy machine is not a reason to lose it."""


def main() -> int:
    """Make what is missing, and write the corpus."""
    DATABASE.unlink(missing_ok=True)  # the runs stay: their journals hold every pair
    command("init", "--without-demo", database=DATABASE)
    command("ingest", database=DATABASE)
    with open_database(DATABASE) as opened:
        fields = sorted(
            read_outline(taxonomy_counts(opened.cursor())).children(None), key=lambda field: field.disciplines
        )
    for field in fields:
        wanted = PAIRS_PER_DISCIPLINE * field.disciplines
        if field.pairs < wanted:
            generate(field.name, instructions=wanted)
    with open_database(DATABASE) as opened:
        place_all(opened)
        rows = write_demo(opened.cursor(), DEMO_FOLDER)
    for table, number in rows.items():
        sys.stderr.write(f"{number:>8,}  {table}\n")
    return 0


def generate(field: str, *, instructions: int) -> None:
    """Make the pairs of one field with all cores, or go on where it was interrupted."""
    command(
        *("generate", "--scope", field, "--instructions", str(instructions), "--seed", str(SEED)),
        *("--preset", "quick", "--timeout", str(_CALL_SECONDS)),
        database=DATABASE,
        GLAN_THREADS=str(os.cpu_count() or 1),
    )


if __name__ == "__main__":
    sys.exit(main())
