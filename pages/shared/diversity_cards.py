"""How varied are the pairs, in a few numbers, each with what it rests on?"""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from glan_core.store.evaluations import Evaluation
from pages.shared.feedback import plain
from pages.shared.formats import count

_CONTENT_WORDS = {"instruction": "questions", "answer": "answers", "both": "questions with their answers"}


class Card(NamedTuple):
    """How one number is written and explained."""

    metric: str
    label: str
    written: Callable[[float], str]
    formula: str
    """In words."""


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _three_digits(value: float) -> str:
    return f"{value:.3f}"


def _one_digit(value: float) -> str:
    return f"{value:,.1f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


HEADLINE = (
    Card(
        "near_duplicate_rate",
        "Near-duplicates",
        _percent,
        "The share of pairs that could go if one of each group of near-duplicates stays. A group hangs together by "
        "cosines of 0.95 or more.",
    ),
    Card(
        "nearest_distance",
        "Nearest distance",
        _three_digits,
        "The mean of 1 − cosine of each pair and the one nearest to it. 0: all have a twin.",
    ),
    Card(
        "vendi_1",
        "Vendi score",
        _one_digit,
        "To how many pairs with nothing in common these amount: the exponential of the entropy of the eigenvalues of "
        "all cosines by n (order 1).",
    ),
    Card(
        "novel_sum",
        "NovelSum",
        _three_digits,
        "The mean over all pairs of their distances (1 − cosine) to all others, each weighted by 1 over its rank, the "
        "nearest first. Without density.",
    ),
    Card(
        "distinct_2",
        "Different word pairs",
        _percent,
        "The share of different runs of two words among all such runs.",
    ),
    Card(
        "unlike_gain",
        "Next 1,000 add",
        _whole,
        "How many of the next 1,000 pairs would be unlike all before, with no cosine of 0.8 or more, if it goes on "
        "like the fitted curve of the Growth tab.",
    ),
)
WORDS = (
    Card(
        "compression_ratio",
        "Compression ratio",
        lambda value: f"{value:.2f}",
        "The bytes of all texts by the bytes that zlib makes of them, in alphabetical order. More: they repeat more.",
    ),
    *(
        Card(
            f"distinct_{n}",
            f"Distinct-{n}",
            _percent,
            f"The share of different runs of {n} word{'' if n == 1 else 's'} among all such runs.",
        )
        for n in (1, 2, 3)
    ),
    Card(
        "opening_share",
        "Openings that repeat",
        _percent,
        "The share of pairs that begin with the same four words as another one.",
    ),
    Card(
        "run_share",
        "Eight words that repeat",
        _percent,
        "The share of pairs with eight words in a row that another one has too.",
    ),
)


def show_cards(evaluation: Evaluation, before: Evaluation | None, cards: tuple[Card, ...]) -> None:
    """Show numbers of an evaluation, each with its n and how it changed since the one before."""
    conditions = evaluation.conditions
    with st.container(border=True), st.grid(len(cards), min_column_width=130, gap="small"):
        for card in cards:
            number = evaluation.numbers.get(card.metric)
            earlier = before.numbers.get(card.metric) if before else None
            with st.container(gap="xxsmall"):
                st.metric(
                    card.label,
                    "–" if number is None else card.written(number.value),
                    delta=None if number is None or earlier is None else _change(card, number.value, earlier.value),
                    delta_color="off",
                    delta_arrow="off",
                    help=_help(evaluation, card),
                )
                st.caption(f"n = {count(conditions.n)} of {count(conditions.rows)}")


def _change(card: Card, value: float, earlier: float) -> str:
    change = card.written(abs(value - earlier))
    if card.written(value) == card.written(earlier):
        return "same as before"
    return f"{'+' if value > earlier else '−'}{change} since before"


def _help(evaluation: Evaluation, card: Card) -> str:
    """Say the formula, and what the number rests on."""
    conditions, number = evaluation.conditions, evaluation.numbers.get(card.metric)
    if number is None:
        return plain(f"{card.formula} Too few pairs to say.")
    interval = "" if number.lower is None or number.upper is None else (
        f" 90 %: {card.written(number.lower)} to {card.written(number.upper)}."
    )  # fmt: skip
    return plain(
        f"{card.formula}{interval} {count(conditions.n)} of {count(conditions.rows)} pairs, drawn by a hash of their "
        f"ids and the seed {conditions.seed}. Encoder: {conditions.encoder}, which read "
        f"{_CONTENT_WORDS[conditions.content]}. Reference: {conditions.reference or 'none'}. "
        f"Measured in {number.seconds:.2f} s."
    )
