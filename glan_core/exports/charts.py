"""Which pictures stand in the card of a dataset folder?

Bars as SVG, written by hand: whole numbers as coordinates and no times, so that the same pairs give the same bytes, and
nothing has to be installed to draw them. They follow the reader's light or dark.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from glan_core.store.export_facts import Counted, ExportFacts

FOLDER = "charts"
_WIDTH, _NAME_WIDTH, _NUMBER_WIDTH, _ROW, _TOP = 720, 210, 90, 24, 36
_MOST_BARS, _LONGEST_NAME = 24, 30
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .train { fill: #3b6fb6; }
  .test { fill: #c8772b; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .train { fill: #6f9fdc; } .test { fill: #e39b57; } }
"""


class Chart(NamedTuple):
    """A picture with what to say where it cannot be shown."""

    file: str
    """Its name within the folder of the dataset."""
    heading: str
    svg: str
    words: str
    """The same in words."""


def charts_of(facts: ExportFacts) -> tuple[Chart, ...]:
    """Draw pairs by field, how long answers are and, where there are any, what judges gave."""
    drawn = [
        _chart("fields", "Pairs by field", facts.by["field"]),
        _chart("answer_lengths", "Length of answers in characters", facts.answer_characters),
    ]
    if facts.scores:
        drawn.append(_chart("judge_scores", "Scores that judges gave, 1 to 10", facts.scores))
    return tuple(drawn)


def _chart(name: str, heading: str, counted: Sequence[Counted]) -> Chart:
    shown = list(counted[:_MOST_BARS])
    if rest := counted[_MOST_BARS:]:
        shown.append(Counted(f"{len(rest):,} more", sum(row.train for row in rest), sum(row.test for row in rest)))
    words = "; ".join(f"{row.name}: {row.train + row.test:,}" for row in shown)
    return Chart(f"{FOLDER}/{name}.svg", heading, _svg(heading, shown, words), words)


def _svg(heading: str, rows: Sequence[Counted], words: str) -> str:
    has_test = any(row.test for row in rows)
    height = _TOP + _ROW * len(rows) + (_ROW if has_test else 0) + 8
    most = max((row.train + row.test for row in rows), default=0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'role="img">',
        f"<title>{escape(heading)}</title>",
        f"<desc>{_plain(words)}</desc>",
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="0" y="18">{escape(heading)}</text>',
    ]
    for number, row in enumerate(rows):
        lines += _bar(row, y=_TOP + _ROW * number, most=most)
    if has_test:
        y = _TOP + _ROW * len(rows)
        for x, kind in ((_NAME_WIDTH, "train"), (_NAME_WIDTH + 90, "test")):
            lines.append(f'<rect class="{kind}" x="{x}" y="{y + 6}" width="12" height="12"/>')
            lines.append(f'<text x="{x + 18}" y="{y + 16}">{kind}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _bar(row: Counted, *, y: int, most: int) -> list[str]:
    room = _WIDTH - _NAME_WIDTH - _NUMBER_WIDTH
    train, whole = (-(-room * number // most) if most else 0 for number in (row.train, row.train + row.test))
    name = row.name if len(row.name) <= _LONGEST_NAME else f"{row.name[: _LONGEST_NAME - 1]}…"
    lines = [f'<text x="{_NAME_WIDTH - 8}" y="{y + 16}" text-anchor="end">{_plain(name)}</text>']
    if row.train:
        lines.append(f'<rect class="train" x="{_NAME_WIDTH}" y="{y + 4}" width="{train}" height="16"/>')
    if whole > train:
        lines.append(f'<rect class="test" x="{_NAME_WIDTH + train}" y="{y + 4}" width="{whole - train}" height="16"/>')
    lines.append(f'<text x="{_NAME_WIDTH + whole + 6}" y="{y + 16}">{row.train + row.test:,}</text>')
    return lines


def _plain(text: str) -> str:
    """Give text as XML can hold it: some control characters cannot stand in it, however they are written."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
