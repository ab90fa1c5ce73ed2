"""How fast does a run go, how much does it need, and what does it lose when things go wrong?

    python -m benchmarks.generation                          every case but the slow one
    python -m benchmarks.generation --case fixed-64 --repeats 9
    python -m benchmarks.generation --case memory --pairs 1000 10000
    python -m benchmarks.generation --profile fixed-256      workspace/profile-fixed-256.txt: where the time goes

benchmarks/README.md says what is measured and how.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from benchmarks.cases import CASES, Case, Figure, Options, profile_case
from benchmarks.server_process import PROJECT_FOLDER

_PACKAGES = ("openai", "aiohttp", "duckdb")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases; 1 if a goal was missed."""
    chosen = _parser().parse_args(arguments)
    by_name = {case.name: case for case in CASES}
    if chosen.profile:
        path = PROJECT_FOLDER / "workspace" / f"profile-{chosen.profile}.txt"
        path.parent.mkdir(exist_ok=True)
        profile_case(by_name[chosen.profile], path)
        _say(f"Wrote {path.relative_to(PROJECT_FOLDER)}.")
        return 0
    named = [by_name[name] for name in chosen.case] or [case for case in CASES if not case.is_asked_for]
    cases = [replace(case, calls=chosen.calls or case.calls) for case in named]
    options = Options(chosen.repeats, tuple(chosen.pairs))
    ground = _ground(chosen.repeats)
    results: dict[str, list[Figure]] = {}
    table = sys.stderr if chosen.json else sys.stdout
    print("  ".join(f"{name}: {value}" for name, value in ground.items()), file=table)
    for case in cases:
        results[case.name] = case.run(case, options)
        print(_table(case, results[case.name]), file=table, flush=True)
    if chosen.json:
        data = {name: [asdict(figure) for figure in figures] for name, figures in results.items()}
        print(json.dumps({"ground": ground, "cases": data}))  # noqa: T201
    missed = [figure for figures in results.values() for figure in figures if figure.is_met is False]
    _say(f"{len(missed)} goals missed." if missed else "All goals met.")
    return 1 if missed and not chosen.no_goals else 0


def _parser() -> argparse.ArgumentParser:
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--case", nargs="+", default=[], choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--repeats", type=int, default=5, help="how often engine and bare loop take turns")
    parser.add_argument("--calls", type=int, help="of every case, to try it out")
    parser.add_argument("--pairs", type=int, nargs=2, default=[10_000, 100_000], help="of the case memory")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--no-goals", action="store_true", help="exit with 0 even if a goal was missed")
    parser.add_argument(
        "--profile", choices=names, metavar="NAME", help="write workspace/profile-NAME.txt instead of measuring"
    )
    return parser


def _ground(repeats: int) -> dict[str, Any]:
    """Say on what the figures stand."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "glan_core") else ""),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "load": round(os.getloadavg()[0], 2),
        "repeats": repeats,
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
    }


def _git(*arguments: str) -> str:
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False, timeout=30
        )
    except FileNotFoundError:
        return ""
    return result.stdout.strip()


def _table(case: Case, figures: list[Figure]) -> str:
    head = f"\n{case.name}: {case.calls:,} calls, {case.concurrency} at once" if case.calls else f"\n{case.name}"
    return "\n".join([head, *map(_line, figures)])


def _line(figure: Figure) -> str:
    value = f"{_number(figure.value)} {figure.unit}".strip()
    is_spread = figure.least is not None and figure.most is not None and figure.least != figure.most
    spread = f"{_number(figure.least)} to {_number(figure.most)}" if is_spread else ""
    verdict = {True: "met", False: "MISSED", None: ""}[figure.is_met]
    return f"  {figure.name:34} {value:>16}  {spread:20} {figure.goal:10} {verdict}".rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.2f}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
