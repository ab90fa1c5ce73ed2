"""What does the README.md of a dataset folder say? Its head is YAML that the datasets library and the hub read."""

import math
from collections.abc import Sequence

import yaml

from glan_core.exports.card_curation import demo_warning, told_curation, told_people
from glan_core.exports.card_markup import cell, line
from glan_core.exports.charts import Chart
from glan_core.exports.choosing import REASONS, Choice
from glan_core.exports.curation import Curation
from glan_core.exports.formats import TEST, TRAIN
from glan_core.exports.request import ExportRequest
from glan_core.filter_json import filter_to_json
from glan_core.store.export_facts import Cost, Counted, ExportFacts

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
_SIZE_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")
_BAR_LETTERS = 24
_MOST_ROWS = 40
_HEADINGS = {"field": "Fields", "discipline": "Disciplines", "level": "Levels of the subject", "strategy": "Strategies"}
_STRATEGIES = {"one_session": "one class session", "two_sessions": "two class sessions"}
_ORDERS = {
    "id": "by id",
    "level": "introductory first, then intermediate and advanced; within a level subject by subject, as taught",
    "interleaved": "introductory first, then intermediate and advanced; within a level the subjects take turns",
}


def card_of(
    request: ExportRequest, choice: Choice, facts: ExportFacts, curation: Curation, charts: Sequence[Chart] = ()
) -> str:
    """Write the card of a dataset folder."""
    parts = (
        f"---\n{_head(request, choice)}---",
        f"# {line(request.title) or 'Instruction pairs'}",
        demo_warning(choice, curation),
        _first_words(choice, curation),
        "## What it holds",
        *(f"![{cell(f'{chart.heading}: {chart.words}')}]({chart.file})" for chart in charts),
        *(_table(_HEADINGS[column], column, facts.by[column], has_test=choice.taken.test > 0) for column in _HEADINGS),
        "## How it was chosen",
        _choosing(request, choice, curation),
        "## How it was checked",
        told_curation(curation),
        "## Who wrote it",
        _makers(facts),
        _costs(facts.cost),
        "## Licence",
        _licence(request),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(request: ExportRequest, choice: Choice) -> str:
    splits = [TRAIN, *([TEST] if choice.taken.test else [])]
    head: dict[str, object] = {
        "pretty_name": line(request.title) or "Instruction pairs",
        **({"license": request.licence} if request.licence else {}),
        "task_categories": ["text-generation"],
        "tags": ["synthetic", "instruction-tuning", "glan"],
        "size_categories": [_SIZE_NAMES[sum(choice.pairs >= size for size in _SIZES)]],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": f"data/{split}-*.parquet"} for split in splits],
            }
        ],
    }
    return yaml.safe_dump(head, sort_keys=False, allow_unicode=True)


def _first_words(choice: Choice, curation: Curation) -> str:
    sets = f"{choice.taken.train:,} pairs to train with"
    if choice.taken.test:
        sets += f", and {choice.taken.test:,} held out for testing"
    return (
        f"{sets}. Questions were drawn from the class sessions and key concepts of syllabi and then answered, after "
        "the method of GLAN ([arXiv 2402.13064](https://arxiv.org/abs/2402.13064)), by GLAN Explorer. "
        f"{told_people(choice, curation)}\n\n"
        "Each row has `messages`, a question of the user and an answer of the assistant, and columns that lead back to "
        "where it comes from."
    )


def _table(heading: str, column: str, counted: Sequence[Counted], *, has_test: bool) -> str:
    names = _STRATEGIES if column == "strategy" else {}
    most = max((row.train for row in counted), default=0)
    if all(row.train == most for row in counted):
        most = 0  # bars of one length say nothing
    shown = counted[:_MOST_ROWS]
    head = "| | train |" + (" test |" if has_test else "") + " |\n|---|---:|" + ("---:|" if has_test else "") + "---|"
    lines = [
        f"| {cell(names.get(row.name, row.name))} | {row.train:,} |"
        + (f" {row.test:,} |" if has_test else "")
        + f" {_bar(row.train, most)} |"
        for row in shown
    ]
    rest = f"\n\n{len(counted) - len(shown):,} more." if len(counted) > len(shown) else ""
    return f"### {heading}\n\n" + "\n".join([head, *lines]) + rest


def _choosing(request: ExportRequest, choice: Choice, curation: Curation) -> str:
    lines = [
        f"Filter: `{filter_to_json(request.filter_)}`" if request.filter_ != type(request.filter_)() else "All pairs.",
        f"Gates: {', '.join(f'`{gate}`' for gate in request.gates) or 'none'}"
        + (f" (the set *{cell(curation.gate_set)}*)." if curation.gate_set else "."),
        f"Rows stand {_ORDERS[request.order]}.",
    ]
    if request.duplicates != "keep":
        near = f", and of those with a cosine of {request.near} and more" if request.duplicates == "near" else ""
        lines.append(f"Of questions that are equal, cases and spaces aside{near}, one was kept.")
        if choice.without_neighbours:
            lines.append(
                f"{choice.without_neighbours:,} pairs were not held against the others by meaning: some of them may "
                "mean nearly the same as another one."
            )
    if request.balance:
        words = "at most {:,} of each" if request.balance == "cap" else "{:,} in all, as even as they go, over every"
        level = request.balance_level.replace("_", "-")
        lines.append(f"Balance: {words.format(request.balance_number)} {level} (seed {request.seed}).")
    if choice.taken.test:
        lines.append(
            f"Test set: up to {request.test_per_discipline:,} questions of each discipline, at most half of what it "
            f"has (seed {request.seed}). No pair to train with was drawn from the same key concepts as one of them, "
            "from the same two class sessions, shares 13 words in a row with one, or has a cosine of "
            f"{request.near} and more to one."
        )
        if choice.short_disciplines:
            lines.append(f"{choice.short_disciplines:,} disciplines had too few to give as many.")
        if choice.without_vector:
            lines.append(f"{choice.without_vector:,} pairs were compared by their words alone.")
    if choice.left_out_for:
        lines.append("Left out, each pair for its first reason:")
    told = "\n".join(f"* {each}" for each in lines)
    reasons = "\n".join(
        f"| {cell(REASONS.get(reason, reason.replace('_', ' ')))} | {number:,} |"
        for reason, number in choice.left_out_for.items()
    )
    return told + (f"\n\n| reason | pairs |\n|---|---:|\n{reasons}" if reasons else "")


def _makers(facts: ExportFacts) -> str:
    lines = (
        f"| {maker.stage} | {cell(maker.model)} | {cell(maker.template)} `{maker.template_fingerprint}` "
        f"| {maker.pairs:,} |"
        for maker in facts.makers
    )
    return "\n".join(["| stage | model | prompt | pairs |", "|---|---|---|---:|", *lines])


def _costs(cost: Cost) -> str:
    if not cost.priced:
        return f"What the {cost.calls:,} calls behind the pairs cost is not known."
    known = "" if cost.priced == cost.calls else f"; the price of {cost.calls - cost.priced:,} is not known"
    return f"The {cost.calls:,} calls behind the pairs cost ${cost.dollars:,.4f}{known}. Syllabi are not counted."


def _licence(request: ExportRequest) -> str:
    named = f"`{line(request.licence)}`." if request.licence else "None was named. Name one before you publish this."
    return f"{named} What the terms of the models above say of their output holds, too."


def _bar(number: int, most: int) -> str:
    return "█" * math.ceil(_BAR_LETTERS * number / most) if most else ""
