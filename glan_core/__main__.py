"""What can be done without the app?

    python -m glan_core init | plan | generate | runs | endpoints | ingest | export | exports | embed | project |
                        search | neighbours | gaps | coverage | diversity | judge | import | corpora | taxonomy |
                        demo | check | doctor

Each takes --database FILE and --json. Results go to standard output, progress and errors to standard error. Exit codes:
0 done, 1 ended with failed items or stopped, 2 could not: one sentence and a hint.
"""

import importlib
import os
import sys
from collections.abc import Collection

try:
    import typer
except ModuleNotFoundError:
    sys.stderr.write("error: The packages are missing.\nhint: Run `make run` once, then: . .venv/bin/activate\n")
    sys.exit(2)

from glan_core.commands.output import note
from glan_core.errors import GlanError

COMMANDS = {
    "init": (
        "data:init",
        "Make a database with the starter curriculum and the demo pairs, without these, or an empty one.",
    ),
    "plan": (
        "paper_plan:plan",
        "Say what a run would do and take, without sending anything: calls, tokens, time, money.",
    ),
    "generate": (
        "generation:generate",
        "Generate pairs; the same command goes on where it was interrupted, and repeats no call that was answered.",
    ),
    "runs": ("runs:app", "List runs, look at one, pause it, go on with it, stop it, try again what failed."),
    "endpoints": ("endpoints:app", "List, add, remove and test endpoints; `generate --endpoint NAME` uses one."),
    "ingest": (
        "data:ingest",
        "Take what runs have written into their journals into the database; doing it twice changes nothing.",
    ),
    "import": (
        "corpora:import_",
        "Take in the pairs of another project, to hold yours against them; they enter no export and no plan.",
    ),
    "corpora": ("corpora:app", "The datasets of others that were imported."),
    "export": ("exports:export", "Write answered pairs to a file or a folder of files, with a manifest."),
    "exports": ("exports:app", "Exports that were written: listed, compared, written again."),
    "embed": (
        "embed:embed",
        "Let an encoder read every pair that it has not read yet; interrupted, it goes on where it was.",
    ),
    "project": (
        "project:project",
        "Place every pair that is not on the map yet; what is placed never moves, unless --anew is given.",
    ),
    "search": (
        "search:search",
        "Find pairs by what they mean, nearest first, or by words that must all occur in question or answer.",
    ),
    "neighbours": ("neighbours:neighbours", "Find the pairs nearest to a pair in meaning, nearest first."),
    "gaps": (
        "gaps:gaps",
        "Rank the key concepts that no pair is near to, the largest gap first, with the nearest pair of each.",
    ),
    "diversity": (
        "diversity:diversity",
        "Measure how varied pairs are: near-duplicates, meaning, words, and whether more still adds something.",
    ),
    "judge": (
        "judge:judge",
        "Let a model score pairs from 1 to 10, or two models' answers side by side; nothing is asked for twice.",
    ),
    "coverage": (
        "coverage:coverage",
        "Count pairs, targets and what was never used, node by node, and how evenly the pairs are spread.",
    ),
    "taxonomy": ("taxonomy:app", "Show the taxonomy, change it, and take changes back."),
    "demo": ("demo:app", "Take the demo pairs out of a database, or put them back."),
    "review": ("review:app", "Reviews of pairs: files for annotators, and what a sample says of each branch."),
    "check": ("check:app", "Check pairs and the curriculum."),
    "doctor": ("data:doctor", "Say what works on this machine, and how to mend what does not."),
}
"""Where each command is, in glan_core.commands, and what it is for: the first sentence of its help."""


def app_with(wanted: Collection[str]) -> typer.Typer:
    """Give the command line. Modules take up to a second to import, so only the wanted commands are ready to run."""
    app = typer.Typer(
        help="Grow an instruction-tuning dataset from a taxonomy of human knowledge.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for name, (place, purpose) in COMMANDS.items():
        if name not in wanted:
            app.command(name, help=purpose)(lambda: None)
            continue
        module, _, member = place.partition(":")
        found = getattr(importlib.import_module(f"glan_core.commands.{module}"), member)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, no_args_is_help=True)
        else:
            app.command(name)(found)
    return app


def main() -> None:
    """Run a command; whatever goes wrong is said in a sentence."""
    try:
        app = app_with(sys.argv[1:2])
        # Outside its standalone mode typer gives the code of typer.Exit as a value, and lets errors through.
        sys.exit(app(standalone_mode=False) or 0)
    except typer.Abort:
        sys.exit(130)
    except GlanError as error:
        _complain(error.message, error.hint)
    except Exception as error:
        if os.environ.get("GLAN_DEBUG"):
            raise
        usage = getattr(error, "format_message", None)
        if usage is not None:
            if not usage():
                sys.exit(2)  # no command was given, and the help was shown
            _complain(usage(), "Add --help to see what the command takes.")
        _complain(f"{type(error).__name__}: {error}", "This is a mistake of the program. GLAN_DEBUG=1 shows where.")


def _complain(message: str, hint: str) -> None:
    note(f"error: {message}" + (f"\nhint: {hint}" if hint else ""))
    sys.exit(2)


def _leave() -> None:
    """End this process with what it was to end with.

    Where torch or Ray was loaded, modules are torn down in an order in which DuckDB's bindings report forty lines of
    leaked types. By then everything is closed and written, so the interpreter need not be taken apart.
    """
    try:
        main()
    except SystemExit as error:
        if not sys.modules.keys().isdisjoint(("torch", "ray")):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(error.code if isinstance(error.code, int) else 0)
        raise


if __name__ == "__main__":
    _leave()
