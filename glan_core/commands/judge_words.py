"""How is what a judge said written for a terminal and for a program?"""

from collections.abc import Sequence
from typing import Any

from glan_core.insight.judge_agreement import HeldAgainstPeople
from glan_core.insight.judge_means import Mean
from glan_core.judge_report import ComparedBranch, Scores, duel_data


def judged_data(judge: str, scores: Scores | None, people: HeldAgainstPeople) -> dict[str, Any]:
    """Give the scores of one judge as JSON-ready data."""
    return {
        "judge": judge,
        "scores": None if scores is None else {name: mean._asdict() for name, mean in scores.means.items()},
        "histogram": {} if scores is None else scores.counts["score"],
        "people": {
            **people._asdict(),
            "interval": people.interval and people.interval._asdict(),
            "confusions": [
                {**each._asdict(), "agreement": _number(each.agreement) if people.n else None, "kappa": each.kappa}
                for each in people.confusions
            ],
        },
    }


def judged_lines(scores: Scores | None, people: HeldAgainstPeople) -> list[str]:
    """Say what one judge gave."""
    if scores is None:
        return ["None of these pairs has a judgement."]
    lines = [f"Scores, n = {scores.n:,}:"]
    lines += [f"  {name:<13} {_mean(mean)}" for name, mean in scores.means.items()]
    if people.correlation is not None:
        lines.append(f"  with people   correlation {people.correlation:.2f}, n = {people.n:,}")
    return lines


def compared_data(judge: str, compared_model: str, rows: Sequence[ComparedBranch]) -> dict[str, Any]:
    """Give the table of two models as JSON-ready data, all pairs first."""
    return {
        "judge": judge,
        "compared_model": compared_model,
        "comparison": [
            {"group": row.group or None, "discipline": row.discipline or None, **duel_data(row.duel)} for row in rows
        ],
    }


def compared_lines(compared_model: str, rows: Sequence[ComparedBranch]) -> list[str]:
    """Say how the answers of pairs did beside another model's, over all and by field."""
    if not rows:
        return ["No pair was compared in both orders."]
    lines = [f"Beside {compared_model}, both orders: wins, ties, losses; mean gap (95 %)"]
    for row in rows:
        if row.discipline:
            continue
        duel = row.duel
        results = f"{duel.wins:,} / {duel.ties:,} / {duel.losses:,}"
        lines.append(f"  {row.group or 'All':<24} {results:<16} {_mean(duel.gap, sign='+')}, n = {duel.n:,}")
    return lines


def _mean(mean: Mean, *, sign: str = "") -> str:
    if mean.lower is None or mean.upper is None:
        return f"{mean.mean:{sign}.2f}"
    return f"{mean.mean:{sign}.2f} ({mean.lower:{sign}.2f} to {mean.upper:{sign}.2f})"


def _number(value: float) -> float | None:
    return None if value != value else value
