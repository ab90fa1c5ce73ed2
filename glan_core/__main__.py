"""What can be done without the app?

    python -m glan_core init | plan | generate | runs | endpoints | ingest | export | exports | embed | project |
                        search | neighbours | gaps | coverage | diversity | judge | import | corpora | taxonomy |
                        demo | check | doctor

Each takes --database FILE and --json. Results go to standard output, progress and errors to standard error. Exit codes:
0 done, 1 ended with failed items or stopped, 2 could not: one sentence and a hint.
"""

import os
import sys

try:
    import typer
except ModuleNotFoundError:
    sys.stderr.write("error: The packages are missing.\nhint: Run `make run` once, then: . .venv/bin/activate\n")
    sys.exit(2)

from glan_core.commands import (
    check,
    corpora,
    coverage,
    data,
    demo,
    diversity,
    embed,
    endpoints,
    exports,
    gaps,
    generation,
    judge,
    neighbours,
    project,
    review,
    runs,
    search,
    taxonomy,
)
from glan_core.commands.asked import command
from glan_core.commands.output import note
from glan_core.commands.paper_plan import with_paper
from glan_core.errors import GlanError

app = typer.Typer(
    help="Grow an instruction-tuning dataset from a taxonomy of human knowledge.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(data.init)
app.command("plan")(with_paper(generation.plan))
app.command("generate")(command(generation.generate))
app.add_typer(runs.app, name="runs", no_args_is_help=True)
app.add_typer(endpoints.app, name="endpoints", no_args_is_help=True)
app.command()(data.ingest)
app.command("import")(corpora.import_)
app.add_typer(corpora.app, name="corpora", no_args_is_help=True)
app.command()(exports.export)
app.add_typer(exports.app, name="exports", no_args_is_help=True)
app.command()(embed.embed)
app.command()(project.project)
app.command()(search.search)
app.command()(neighbours.neighbours)
app.command()(gaps.gaps)
app.command()(diversity.diversity)
app.command()(judge.judge)
app.command()(coverage.coverage)
app.add_typer(taxonomy.app, name="taxonomy", no_args_is_help=True)
app.add_typer(demo.app, name="demo", no_args_is_help=True)
app.add_typer(review.app, name="review", no_args_is_help=True)
app.add_typer(check.app, name="check", no_args_is_help=True)
app.command()(data.doctor)


def main() -> None:
    """Run a command; whatever goes wrong is said in a sentence."""
    try:
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

    Where torch was loaded, modules are torn down in an order in which DuckDB's bindings report forty lines of leaked
    types. By then everything is closed and written, so the interpreter need not be taken apart.
    """
    try:
        main()
    except SystemExit as error:
        if "torch" in sys.modules:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(error.code if isinstance(error.code, int) else 0)
        raise


if __name__ == "__main__":
    _leave()
