"""How varied are the rows, in a few numbers, each with what it rests on?"""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from glan_core.diversity_comparison import number_before
from glan_core.insight.headline import UNLIKE
from glan_core.insight.lexical import LONG_RUN, OPENING_WORDS
from glan_core.insight.novel_sum import NEIGHBOURS
from glan_core.insight.redundancy import NEAR
from glan_core.insight.reference_coverage import NEIGHBOURS as BALL
from glan_core.store.evaluations import PAIRS, Conditions, Evaluation
from pages.shared.feedback import plain
from pages.shared.formats import count

_CONTENT_WORDS = {"instruction": "questions", "answer": "answers", "both": "questions with their answers"}

_NOUNS = {"instruction": "question", "answer": "answer", "both": "pair"}


class Card(NamedTuple):
    """How one number is written and explained."""

    metric: str
    label: str
    written: Callable[[float], str]
    formula: str
    """In words; {row} and {rows} stand for what is measured, {n} for how many."""
    rests_on: str = ""
    """The threshold behind the words, shown below the number."""


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
        "The share of {rows} that could go if one of each group of near-duplicates stays. A group hangs together by "
        f"cosines of {NEAR} or more.",
        f"cosine {NEAR} or more",
    ),
    Card(
        "nearest_distance",
        "Nearest distance",
        _three_digits,
        "The mean of 1 − cosine of each {row} and the one nearest to it. 0: all have a twin.",
        "mean distance, 0: all have a twin",
    ),
    Card(
        "vendi_1",
        "Vendi score",
        _one_digit,
        "To how many {rows} with nothing in common these amount: the exponential of the entropy of the eigenvalues of "
        "all cosines by n (order 1). It grows with n, and ends at the length of a vector.",
        "so many with nothing in common",
    ),
    Card(
        "novel_sum",
        "NovelSum",
        _three_digits,
        "The mean over all {rows} of their distances (1 − cosine) to all of them, each weighted by 1 over its rank. "
        "Rank 1 is the {row} itself, at 0: the nearest other one weighs 1/2, the next 1/3. Without density.",
        "0 to 2, mean distance to all",
    ),
    Card(
        "distinct_2",
        "Different word pairs",
        _percent,
        "The share of different runs of two words among all such runs.",
        "2 words in a row",
    ),
    Card(
        "unlike_gain",
        "1,000 more add",
        _whole,
        f"How many of 1,000 more {{rows}}, drawn after these {{n}}, would be unlike all before them, with no cosine of "
        f"{UNLIKE} or more, if it goes on like the fitted curve of the Growth tab.",
        f"cosine below {UNLIKE}",
    ),
)
WORDS = (
    Card(
        "compression_ratio",
        "Compression ratio",
        lambda value: f"{value:.2f}",
        "The bytes of all texts by the bytes that zlib makes of them, in alphabetical order. More: they repeat more.",
        "zlib, level 9",
    ),
    *(
        Card(
            f"distinct_{n}",
            label,
            _percent,
            f"The share of different runs of {n} word{'' if n == 1 else 's'} among all such runs.",
            f"{n} word{'' if n == 1 else 's'} in a row",
        )
        for n, label in ((1, "Different words"), (2, "Different word pairs"), (3, "Different word triples"))
    ),
    Card(
        "opening_share",
        "Repeated openings",
        _percent,
        f"The share of {{rows}} that begin with the same {OPENING_WORDS} words as another one.",
        f"first {OPENING_WORDS} words",
    ),
    Card(
        "run_share",
        "Repeated runs",
        _percent,
        f"The share of {{rows}} with {LONG_RUN} words in a row that another one has too.",
        f"{LONG_RUN} words in a row",
    ),
)
AGAINST_REFERENCE = (
    Card(
        "reference_coverage",
        "Coverage",
        _percent,
        f"Around each row of the reference lies a ball that reaches to its {BALL}th nearest other row there. Coverage "
        "is the share of balls with one of these {rows} inside (Naeem and others 2020).",
        f"balls of {BALL} neighbours",
    ),
    Card(
        "reference_density",
        "Density",
        lambda value: f"{value:.2f}",
        f"In how many balls one of these {{rows}} lies on average, by {BALL}. About 1: both are drawn alike. More: "
        "these stay where the reference is dense. It may be above 1.",
        f"balls of {BALL} neighbours",
    ),
    Card(
        "novel_sum_dense",
        "NovelSum with density",
        _three_digits,
        "As NovelSum, each row counted more the denser the reference is around it: 1 over the square root of its mean "
        f"distance to the {NEIGHBOURS} nearest rows there.",
        f"{NEIGHBOURS} nearest in the reference",
    ),
)
_OF_HEADLINE = {card.metric for card in HEADLINE}
COMPARED = (*HEADLINE, *(card for card in WORDS if card.metric not in _OF_HEADLINE))
"""Each number once."""
_LESS_IS_VARIED = ("near_duplicate_rate", "compression_ratio", "opening_share", "run_share")
EVERY_CARD = {card.metric: card for card in (*COMPARED, *AGAINST_REFERENCE)}
"""By metric."""


def noun_of(conditions: Conditions, number: int = 2) -> str:
    """Give what is measured: what is read of each question, or rows of a corpus."""
    noun = _NOUNS[conditions.content] if conditions.measured == PAIRS else "row"
    return noun + ("" if number == 1 else "s")


def all_of(conditions: Conditions) -> str:
    """Give out of what it is drawn: every question counts, answered or not, or every row of a corpus."""
    return f"{count(conditions.rows)} {'questions' if conditions.measured == PAIRS else 'rows'}"


def more_means(card: Card) -> str:
    """Say what a larger number speaks for: `varied` or `alike`."""
    return "alike" if card.metric in _LESS_IS_VARIED else "varied"


def formula_of(card: Card, conditions: Conditions) -> str:
    """Give the formula of a number in words."""
    return card.formula.format(row=noun_of(conditions, 1), rows=noun_of(conditions), n=count(conditions.n))


def show_cards(evaluation: Evaluation, before: Evaluation | None, cards: tuple[Card, ...]) -> None:
    """Show numbers of an evaluation, each with what it rests on, its n, and how it changed since the one before."""
    conditions = evaluation.conditions
    with st.container(border=True), st.grid(len(cards), min_column_width=140, gap="small"):
        for card in cards:
            number = evaluation.numbers.get(card.metric)
            earlier = number_before(evaluation, before, card.metric)
            with st.container(gap="xxsmall"):
                st.metric(
                    card.label,
                    "–" if number is None else card.written(number.value),
                    delta=None if number is None or earlier is None else _change(card, number.value, earlier.value),
                    delta_color="off",
                    delta_arrow="off",
                    help=_help(evaluation, card),
                )
                st.caption(plain(card.rests_on))
    st.caption(f"n = {count(conditions.n)} of {all_of(conditions)}, for each of these numbers.")


def written_difference(card: Card, value: float) -> str:
    """Write a difference with its sign; that of two shares in points, as a percentage of neither."""
    text = card.written(abs(value)).replace(" %", " points")
    if card.written(abs(value)) == card.written(0.0):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def _change(card: Card, value: float, earlier: float) -> str:
    if card.written(value) == card.written(earlier):
        return "same as before"
    return f"{written_difference(card, value - earlier)} since before"


def _help(evaluation: Evaluation, card: Card) -> str:
    """Say the formula, and what the number rests on."""
    conditions, number = evaluation.conditions, evaluation.numbers.get(card.metric)
    formula = formula_of(card, conditions)
    if number is None:
        return plain(f"{formula} Too few {noun_of(conditions)} to say.")
    interval = ""
    if number.lower is not None and number.upper is not None:
        moved_by = "another draw" if "splits" in number.parameters else "another order of the same"
        interval = f" 90 %: {card.written(number.lower)} to {card.written(number.upper)}, by {moved_by}."
    reference = number.parameters.get("reference_rows")
    held = "none" if reference is None else f"{count(reference)} rows, drawn by the same seed"
    return plain(
        f"{formula}{interval} {count(conditions.n)} of {all_of(conditions)}, drawn by a hash of their "
        f"ids and the seed {conditions.seed}. Encoder: {conditions.encoder}, which read "
        f"{_CONTENT_WORDS[conditions.content]}. Reference: {held}. Measured in {number.seconds:.2f} s."
    )
