"""What does the card of a dataset say of demo pairs, reviews, flags and checks?"""

from collections.abc import Mapping

from glan_core.amounts import count_of
from glan_core.exports.card_markup import cell
from glan_core.exports.choosing import Choice
from glan_core.exports.curation import CheckMade, Curation

_NEVER = {
    "rules": "The rules were applied by runs alone, as they made the pairs.",
    "duplicates": "Nobody looked for duplicates among all pairs.",
    "contamination": "No pair was held against a benchmark.",
}


def demo_warning(choice: Choice, curation: Curation) -> str:
    """Warn of demo pairs; empty where there are none."""
    demo = curation.pairs.demo
    if not demo:
        return ""
    are = "is a demo pair" if demo == 1 else "are demo pairs"
    return (
        f"> **Not to train with:** {demo:,} of the {count_of(choice.pairs, 'pair')} {are}, shipped with GLAN Explorer "
        "to show what it does and written by a model of 135 million parameters. Many are wrong."
    )


def told_people(choice: Choice, curation: Curation) -> str:
    """Say who has looked at the texts."""
    pairs = curation.pairs
    seen = pairs.accepted + pairs.edited
    if seen == choice.pairs:
        return "All texts are synthetic; a person has looked at each of the pairs and accepted or edited it."
    told = "All texts are synthetic: no person has checked each of them, and answers may be wrong."
    return f"{told} People have looked at {seen:,} of the {count_of(choice.pairs, 'pair')}." if seen else told


def told_curation(curation: Curation) -> str:
    """Say what was reviewed, flagged and checked, a line each."""
    pairs = curation.pairs
    lines = [
        f"Reviews: {pairs.accepted:,} accepted one by one, {pairs.edited:,} edited, {pairs.accepted_in_bulk:,} "
        f"accepted many at once, {pairs.rejected:,} rejected, {pairs.unreviewed:,} not reviewed. Rejected "
        f"and left out: {pairs.rejected_left_out:,}.",
        f"Flags of these pairs: {_counts(pairs.flags)}. Of those that were left out: {_counts(pairs.flags_left_out)}.",
        *(_check(each) for each in curation.checks),
    ]
    made = {each.check for each in curation.checks}
    lines += [words for check, words in _NEVER.items() if check not in made]
    return "\n".join(f"* {each}" for each in lines)


def _counts(flags: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {cell(kind)}" for kind, number in flags.items()) or "none"


def _check(check: CheckMade) -> str:
    about = f" by *{cell(check.benchmark)}* ({count_of(check.items, 'item')})" if check.benchmark else ""
    settings = ", ".join(f"{name} {value}" for name, value in check.settings.items())
    when = f" {check.state} {check.finished_at}" if check.finished_at else f" {check.state}"
    new = f", {check.not_looked_at:,} not yet" if check.not_looked_at else ""
    return (
        f"{check.check.capitalize()}{about}:{when}; looked at {count_of(check.looked_at, 'pair')}{new}; found "
        f"{check.found:,} ({cell(settings)})."
    )
