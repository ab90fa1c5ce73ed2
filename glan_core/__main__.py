"""What can be done without the app?

    python -m glan_core init | generate | export | doctor     each with --database FILE and --json

Results go to standard output, progress and errors to standard error. Exit codes: 0 done, 1 ended with failed items,
2 could not: one sentence and a hint.
"""

import contextlib
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

try:
    import typer
except ModuleNotFoundError:
    sys.stderr.write("error: The packages are missing.\nhint: Run `make run` once, then: . .venv/bin/activate\n")
    sys.exit(2)

from glan_core.doctor import examine
from glan_core.engines.local import Progress, execute
from glan_core.entities import Filter, RunState
from glan_core.errors import GlanError
from glan_core.export import GATES, export_pairs, filter_from_json
from glan_core.model_choice import ModelChoice, choose_model
from glan_core.plan import DEFAULT_STAGES, PlanRequest, make_plan
from glan_core.scope import resolve_scope
from glan_core.settings import Settings, read_settings, runs_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import open_database
from glan_core.store.reports import totals
from glan_core.store.runs import mark_interrupted_runs

_LINE_SECONDS = 5.0

app = typer.Typer(
    help="Grow an instruction-tuning dataset from a taxonomy of human knowledge.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

DatabaseOption = Annotated[Path | None, typer.Option("--database", help="The database file. Default: the app's.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


@app.command()
def init(
    database: DatabaseOption = None,
    empty: Annotated[bool, typer.Option("--empty", help="Leave the curriculum out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a database with the starter curriculum, or an empty one."""
    path = _settings(database).database
    create_database(path, curriculum=None if empty else read_curriculum())
    with open_database(path) as opened:
        found = totals(opened.cursor())._asdict()
    _print({"database": str(path), **found}, as_json, f"Made {path} with {found['disciplines']} disciplines.")


@app.command()
def generate(
    scope: Annotated[list[str], typer.Option(help="Node to generate in: name, path or id. May be repeated.")],
    instructions: Annotated[int, typer.Option(help="How many instructions, in all.")] = 20,
    seed: Annotated[int, typer.Option(help="Names the sequence of draws: the same one repeats it.")] = 0,
    stages: Annotated[str, typer.Option(help="Stages, separated by commas.")] = ",".join(DEFAULT_STAGES),
    strategy_mix: Annotated[float | None, typer.Option(help="Share of draws over two class sessions, 0 to 1.")] = None,
    preset: Annotated[str | None, typer.Option(help="paper or quick. Default: what fits the model.")] = None,
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint. Default: OPENAI_BASE_URL.")] = None,
    model: Annotated[str | None, typer.Option(help="Model for every stage. Default: GLAN_MODEL.")] = None,
    answer_model: Annotated[str | None, typer.Option(help="Another model for the answers.")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Calls at once.", min=1)] = None,
    runs: Annotated[Path | None, typer.Option(help="Folder of the journals. Default: beside the database.")] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Generate pairs; the same command goes on where it was interrupted, and repeats no call that was answered."""
    settings = _settings(database, base_url=base_url, model=model, answer_model=answer_model)
    with open_database(settings.database) as opened:
        cursor = opened.cursor()
        mark_interrupted_runs(cursor)
        choice = choose_model(settings)
        wanted = choice.generation_settings(preset)
        if strategy_mix is not None:
            wanted = dataclasses.replace(wanted, strategy_mix=strategy_mix)
        plan = make_plan(
            cursor,
            PlanRequest(
                scope=tuple(resolve_scope(cursor, text).node_id for text in scope),
                instructions=instructions,
                seed=seed,
                settings=wanted,
                stages=tuple(stage.strip() for stage in stages.split(",") if stage.strip()),
            ),
        )
        with _stop_on_interrupt() as stop:
            progress = execute(
                plan,
                database=opened,
                folder=(runs or runs_folder(settings.database)) / plan.run_id,
                endpoint=choice.endpoint,
                concurrency=concurrency or choice.concurrency,
                stop=stop,
                on_progress=_ProgressLine(),
            )
    result = _result(progress, choice)
    _print(result, as_json, _sentence(progress))
    if progress.counts.failed or progress.state is not RunState.FINISHED:
        raise typer.Exit(1)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help="chat or parquet.")] = "chat",
    filter_: Annotated[str | None, typer.Option("--filter", help='Which pairs, such as {"run_ids": ["..."]}.')] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id.")] = None,
    gates: Annotated[str, typer.Option(help="What is left out, separated by commas; none for nothing.")] = ",".join(
        GATES
    ),
    lineage: Annotated[bool, typer.Option(help="Whether each pair carries where it comes from.")] = True,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write answered pairs to a file, with a manifest beside it."""
    settings = _settings(database)
    with open_database(settings.database) as opened:
        cursor = opened.cursor()
        chosen = filter_from_json(filter_) if filter_ else Filter()
        if scope:
            nodes = tuple(resolve_scope(cursor, text).node_id for text in scope)
            chosen = dataclasses.replace(chosen, taxonomy_node_ids=nodes)
        names = tuple(name.strip() for name in gates.split(",") if name.strip() and name.strip() != "none")
        manifest = export_pairs(cursor, out, format_=format_, filter_=chosen, gates=names, has_lineage=lineage)
    _print(
        {**manifest._asdict(), "path": str(out)},
        as_json,
        f"Wrote {manifest.pairs:,} pairs to {out} ({manifest.bytes:,} bytes); {manifest.left_out:,} were left out.",
    )


@app.command()
def doctor(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Say what works on this machine, and how to mend what does not."""
    checks = examine(_settings(database))
    lines = []
    for check in checks:
        lines.append(f"{check.state:<8}{check.name}: {check.detail}")
        if check.hint and check.state != "ok":
            lines.append(f"        {check.hint}")
    _print({"checks": [check._asdict() for check in checks]}, as_json, "\n".join(lines))
    if any(check.state == "broken" for check in checks):
        raise typer.Exit(1)


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


def _settings(
    database: Path | None, *, base_url: str | None = None, model: str | None = None, answer_model: str | None = None
) -> Settings:
    environment = dict(os.environ)
    given = {
        "GLAN_DATABASE": str(database) if database else None,
        "OPENAI_BASE_URL": base_url,
        "GLAN_MODEL": model,
        "GLAN_ANSWER_MODEL": answer_model,
    }
    return read_settings(environment | {name: value for name, value in given.items() if value is not None})


@contextlib.contextmanager
def _stop_on_interrupt() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C or SIGTERM sets; the second Ctrl-C ends the process at once."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        sys.stderr.write("\nStopping after the calls in flight. The same command goes on from here.\n")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _ProgressLine:
    """Shows progress on standard error: one line that changes on a terminal, a line every few seconds elsewhere."""

    def __init__(self) -> None:
        self._shown_at = -_LINE_SECONDS

    def __call__(self, progress: Progress) -> None:
        is_terminal = sys.stderr.isatty()
        is_last = progress.state is not RunState.RUNNING
        if not is_terminal and not is_last and progress.seconds - self._shown_at < _LINE_SECONDS:
            return
        self._shown_at = progress.seconds
        line = (
            f"{progress.counts.instructions} instructions, {progress.counts.answers} answers, "
            f"{progress.counts.failed} failed, {progress.calls} calls, {progress.seconds:.0f} s"
        )
        sys.stderr.write(f"\r{line}\033[K" + ("\n" if is_last else "") if is_terminal else f"{line}\n")
        sys.stderr.flush()


def _result(progress: Progress, choice: ModelChoice) -> dict[str, Any]:
    return {
        "run_id": progress.run_id,
        "state": progress.state.value,
        "calls": progress.calls,
        "calls_reused": progress.calls_reused,
        "instructions": progress.counts.instructions,
        "answers": progress.counts.answers,
        "failed": progress.counts.failed,
        "tokens": {"prompt": progress.prompt_tokens, "completion": progress.completion_tokens},
        "cost": progress.cost,
        "seconds": round(progress.seconds, 3),
        "model": choice.model,
        "endpoint": choice.endpoint.label,
    }


def _sentence(progress: Progress) -> str:
    made = (
        f"{progress.counts.instructions} instructions and {progress.counts.answers} answers in {progress.seconds:.0f} s"
    )
    reused = f"; {progress.calls_reused} calls did not have to be made again" if progress.calls_reused else ""
    failed = f"; {progress.counts.failed} items failed" if progress.counts.failed else ""
    return f"Run {progress.run_id} {progress.state.value}: {made}{reused}{failed}."


def _print(data: dict[str, Any], as_json: bool, sentence: str) -> None:
    sys.stdout.write((json.dumps(data, ensure_ascii=False) if as_json else sentence) + "\n")


def _complain(message: str, hint: str) -> None:
    sys.stderr.write(f"error: {message}\n" + (f"hint: {hint}\n" if hint else ""))
    sys.exit(2)


if __name__ == "__main__":
    main()
