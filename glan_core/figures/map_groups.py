"""Which colour has which group of pairs on a map?

At most eight groups have a colour each. More branches than that take shades of the colour of their field, which is the
same on every page; more of anything else share a grey from the ninth on.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from glan_core.figures.palette import FIELD_COLOURS, OTHER_COLOUR, SHADES, Ground, channels

MOST_COLOURS = len(FIELD_COLOURS)
_SHADES = (1.0, 0.68, -0.6)
"""How much of the colour of a field its branches have, in turn: on the colour of text, or (below 0) on the ground's."""


class Group(NamedTuple):
    """Pairs that belong together."""

    key: str
    name: str
    field: str = ""
    """The field above a branch; empty for whatever is no branch."""


class Entry(NamedTuple):
    """A line of the legend."""

    name: str
    colour: str


class Colours(NamedTuple):
    """What each group is drawn in."""

    of_group: Mapping[str, str]
    """As #rrggbb, by the key of the group, in the order of the groups."""
    entries: tuple[Entry, ...]
    entry_of: Mapping[str, int]
    """Under which entry each group stands."""


def colours_of_groups(groups: Sequence[Group], *, fields: Mapping[str, str], ground: Ground) -> Colours:
    """Give the colours of groups, the largest first; `fields` has the colour of each field by its name."""
    if groups and all(group.name in fields and group.name == group.field for group in groups):
        return one_each((group, fields[group.name]) for group in groups)
    if len(groups) <= MOST_COLOURS:
        return one_each(zip(groups, FIELD_COLOURS, strict=False))
    if any(group.field for group in groups):
        return _shaded(groups, fields=fields, ground=ground)
    kept, rest = groups[: MOST_COLOURS - 1], groups[MOST_COLOURS - 1 :]
    own = one_each(zip(kept, FIELD_COLOURS, strict=False))
    return Colours(
        of_group={**own.of_group, **{group.key: OTHER_COLOUR for group in rest}},
        entries=(*own.entries, Entry(f"{len(rest):,} others", OTHER_COLOUR)),
        entry_of={**own.entry_of, **{group.key: len(kept) for group in rest}},
    )


def one_each(groups: Iterable[tuple[Group, str]]) -> Colours:
    """Give each group the colour it comes with, and a line of its own in the legend."""
    pairs = list(groups)
    return Colours(
        of_group={group.key: colour for group, colour in pairs},
        entries=tuple(Entry(group.name, colour) for group, colour in pairs),
        entry_of={group.key: place for place, (group, _) in enumerate(pairs)},
    )


def mixed(ground: str, colour: str, share: float) -> str:
    """Give `share` of a colour on a ground, both and the result written as #rrggbb."""
    parts = (low + (high - low) * share for low, high in zip(channels(ground), channels(colour), strict=True))
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def _shaded(groups: Sequence[Group], *, fields: Mapping[str, str], ground: Ground) -> Colours:
    present = {group.field for group in groups}
    order = [*(name for name in fields if name in present), *sorted(present - set(fields))]
    entries = tuple(Entry(name or "No field", fields.get(name, OTHER_COLOUR)) for name in order)
    entry_of = {group.key: order.index(group.field) for group in groups}
    seen = [0] * len(entries)
    of_group = {}
    for group in groups:
        entry = entry_of[group.key]
        share = _SHADES[seen[entry] % len(_SHADES)]
        towards = SHADES[ground].text if share > 0 else SHADES[ground].background
        of_group[group.key] = mixed(towards, entries[entry].colour, abs(share))
        seen[entry] += 1
    return Colours(of_group, entries, entry_of)
