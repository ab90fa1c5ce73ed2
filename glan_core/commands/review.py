"""review: pairs out as a CSV file, verdicts in, how good each branch is by them, and rejected pairs written anew."""

import dataclasses
from collections.abc import Hashable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import numpy as np
import pandas as pd
import typer

from glan_core.amounts import count_of
from glan_core.commands.chosen_pairs import FILTER_HELP
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.commands.regenerate import regenerate
from glan_core.entities import Filter
from glan_core.errors import SettingsError
from glan_core.filter_json import filter_from_json
from glan_core.review_files import read_reviews, write_reviews
from glan_core.review_sample import acceptance_of
from glan_core.reviewing import REASONS
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor, open_database
from glan_core.store.review_queues import By, draw_sample, shuffled
from glan_core.store.samples import find_samples

app = typer.Typer(help="Reviews of pairs: files for annotators, and what a sample says of each branch.")
app.command("regenerate")(regenerate)
_SHOWN = 20

FilterOption = Annotated[str | None, typer.Option("--filter", help=FILTER_HELP)]
ScopeOption = Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id.")]
SeedOption = Annotated[int, typer.Option(help="The same seed draws the same pairs.", min=0)]
ByOption = Annotated[str, typer.Option(help=f"Of what as many each: {', '.join(get_args(By))}.")]


@app.command("export")
def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    each: Annotated[int | None, typer.Option(help="So many of each branch. Default: all pairs.", min=1)] = None,
    by: ByOption = "discipline",
    seed: SeedOption = 1,
    reviewed: Annotated[bool, typer.Option(help="Whether pairs that were reviewed go out, too.")] = False,
    filter_: FilterOption = None,
    scope: ScopeOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over the file, also if somebody has filled it in.")
    ] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write pairs to a CSV file that reviewers fill in; cells that a spreadsheet would run are made safe."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        chosen = _filter(cursor, filter_, scope)
        if not reviewed and not chosen.statuses:
            chosen = dataclasses.replace(chosen, statuses=("generated",))
        found = find_samples(cursor, chosen, "oldest")
        if each is None:
            numbers = shuffled(cursor, found, seed=seed)
        else:
            numbers = draw_sample(cursor, found, by=_by(by), each=each, seed=seed)["number"].to_numpy(np.int64)
        written = write_reviews(cursor, numbers.tolist(), out, is_replacing=replace)
    tell(
        {"path": str(out), "pairs": written, "of": len(found), "seed": seed, "each": each, "by": by if each else None},
        as_json,
        f"Wrote {written:,} of {count_of(len(found), 'pair')} to {out}. Fill in reviewer and verdict (accepted, "
        f"rejected), or an edited text, then: review import. Reasons of a rejection: {'; '.join(REASONS)}.",
    )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file that was filled in.")],
    reviewer: Annotated[str, typer.Option(help="Who reviewed the rows that name nobody.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what reviewers wrote; the same file again adds nothing."""
    with open_database(settings_with(database).database) as opened:
        taken = read_reviews(opened, file, reviewer=reviewer, at=datetime.now(UTC))
    lines = [
        f"Took in {count_of(taken.added, 'review')} of {count_of(taken.rows, 'row')}; {taken.known:,} "
        f"{'was' if taken.known == 1 else 'were'} known, {taken.empty:,} {'holds' if taken.empty == 1 else 'hold'} no "
        "verdict."
    ]
    if taken.bad_lines:
        lines.append(f"{count_of(len(taken.bad_lines), 'row')} of the spreadsheet could not be used:")
        lines += [f"  row {line.number}: {line.reason}" for line in taken.bad_lines[:_SHOWN]]
        if len(taken.bad_lines) > _SHOWN:
            lines.append(f"  and {len(taken.bad_lines) - _SHOWN:,} more")
    data = taken._asdict()
    tell({**data, "bad_lines": [line._asdict() for line in taken.bad_lines]}, as_json, "\n".join(lines))
    if taken.bad_lines:
        raise typer.Exit(1)


@app.command("sample")
def sample(
    each: Annotated[int, typer.Option(help="So many of each.", min=1)] = 20,
    by: ByOption = "discipline",
    seed: SeedOption = 1,
    threshold: Annotated[float, typer.Option(help="Which share of good pairs is wanted.", min=0.01, max=0.99)] = 0.8,
    filter_: FilterOption = None,
    scope: ScopeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how good each branch is by the reviews of a sample, with the interval of Wilson, 95 %."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        found = find_samples(cursor, _filter(cursor, filter_, scope), "oldest")
        drawn = draw_sample(cursor, found, by=_by(by), each=each, seed=seed)
        rows = acceptance_of(cursor, drawn, threshold=threshold)
    tell(
        {
            "by": by,
            "each": each,
            "seed": seed,
            "threshold": threshold,
            "sampled": len(drawn),
            "reviewed": int(rows["reviewed"].sum()),
            "rows": [_data(row) for row in rows.to_dict("records")],
        },
        as_json,
        _sentences(rows, threshold),
    )


def _filter(cursor: Cursor, text: str | None, scope: list[str] | None) -> Filter:
    if text is None:
        return Filter(taxonomy_node_ids=tuple(resolve_scope(cursor, each).node_id for each in scope or ()))
    if scope:
        raise SettingsError("--filter excludes --scope.", "Put all of it into the filter.")
    return filter_from_json(text)


def _by(text: str) -> By:
    for by in get_args(By):
        if by == text:
            return by  # type: ignore[no-any-return]
    raise SettingsError(f"A sample cannot be drawn of each {text!r}.", f"There are: {', '.join(get_args(By))}.")


def _data(row: dict[Hashable, Any]) -> dict[Hashable, Any]:
    return {
        name: None
        if isinstance(value, float) and value != value
        else round(value, 4)
        if isinstance(value, float)
        else value
        for name, value in row.items()
    }


def _sentences(rows: pd.DataFrame, threshold: float) -> str:
    looked_at = rows[rows["reviewed"] > 0]
    lines = [f"{int(rows['reviewed'].sum()):,} of {int(rows['sampled'].sum()):,} sampled pairs were reviewed."]
    for row in looked_at.to_dict("records"):
        more = (
            ""
            if row["says"] != "open"
            else ", more cannot tell"
            if row["more"] != row["more"]
            else f", {row['more']:,.0f} more tell"
        )
        lines.append(
            f"{100 * row['share']:5.0f} %  {100 * row['lower']:.0f} to {100 * row['upper']:.0f} %  {row['name']} "
            f"(n = {row['reviewed']}; {row['says']} {100 * threshold:.0f} %{more})"
        )
    return "\n".join(lines)
