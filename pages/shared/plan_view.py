"""How is a plan shown before it is run: what does it take?"""

import pandas as pd
import streamlit as st

from glan_core.calls import Message
from glan_core.planning.estimates import BATCH_COST_WORDS, PRIOR, Estimate
from glan_core.planning.plan import Forecast
from pages.shared.feedback import plain
from pages.shared.formats import between, count, duration, money, short_count
from pages.shared.stage_words import STAGE_WORDS


def show_plan(plan: Forecast, expected: Estimate) -> None:
    """Show what a plan takes: calls, tokens, time and money, each as what it will be in eight cases of ten."""
    total = expected.total
    basis = "; ".join(f"{STAGE_WORDS[stage]}: {_basis(part.basis)}" for stage, part in expected.stages.items())
    span = f"In eight cases of ten it will be in this range. {basis[:1].upper()}{basis[1:]}."
    with st.container(border=True), st.grid(2, min_column_width=130, gap="small"):
        st.metric(
            "Calls" if plan.is_exact else "Calls, about",
            count(sum(plan.calls.values())),
            help="To the model. A reply that cannot be used is asked for again, a few times at most.",
        )
        st.metric("Tokens", between(total.tokens, short_count), help=f"Of prompts and replies. {span}")
        if expected.is_batch:
            st.metric(
                "Time",
                "24 h" if expected.batch_waves == 1 else f"{expected.batch_waves} × 24 h",
                help=f"At most, and often less: {expected.batch_words}.",
            )
        else:
            st.metric("Time", between(total.seconds, duration), help=f"With the calls at once that are set. {span}")
        st.metric(
            "Cost",
            "unknown" if total.dollars is None else between(total.dollars, money),
            help="The price of this model at this address is not known."
            if total.dollars is None
            else f"By the price for tokens{BATCH_COST_WORDS if expected.is_batch else ''}. {span}",
        )
    parts = [f"{count(number)} for {STAGE_WORDS[stage]}" for stage, number in plan.calls.items() if number]
    sentences = [f"{', '.join(parts) or 'No call has to be made'}."]
    if plan.calls_reused:
        sentences.append(f"{count(plan.calls_reused)} replies are there already and are used again.")
    if plan.undealt:
        sentences.append(f"{count(plan.undealt)} more were asked for, but no combination is left for them.")
    if plan.combinations:
        sentences.append(f"{count(plan.combinations_used)} of {count(plan.combinations)} combinations are taken.")
    st.caption(
        " ".join(sentences),
        help="A combination is a way to draw key concepts from the syllabi in scope. A taken one has a question."
        if plan.combinations
        else None,
    )


def show_stages(plan: Forecast, expected: Estimate) -> None:
    """Show calls, tokens, time and money of every stage as a small table."""
    rows = [
        (
            STAGE_WORDS[stage].capitalize(),
            plan.calls[stage],
            between(part.prompt_tokens, short_count),
            between(part.completion_tokens, short_count),
            between(part.seconds, duration),
            "unknown" if part.dollars is None else between(part.dollars, money),
        )
        for stage, part in expected.stages.items()
    ]
    with st.expander("By stage"):
        st.dataframe(
            pd.DataFrame(rows, columns=["Stage", "Calls", "Tokens in", "Tokens out", "Time", "Cost"]),
            hide_index=True,
            row_height=34,
            column_config={
                "Stage": st.column_config.TextColumn(pinned=True),
                "Calls": st.column_config.NumberColumn(format="localized"),
            },
            alt="Calls, tokens, time and cost of each stage.",
        )
        st.caption("Ranges are what it will be in eight cases of ten. Time is that of a stage if it were alone.")


def show_plan_line(plan: Forecast, expected: Estimate) -> None:
    """Show in one line what a plan takes: calls, tokens, time and money."""
    total = expected.total
    calls = sum(plan.calls.values())
    dollars = "cost unknown" if total.dollars is None else between(total.dollars, money)
    basis = "; ".join(_basis(part.basis) for part in expected.stages.values())
    st.caption(
        plain(
            f"{count(calls)} call{'' if calls == 1 else 's'} · {between(total.tokens, short_count)} tokens · "
            f"{between(total.seconds, duration)} · {dollars}"
        ),
        help=f"In eight cases of ten it will be in these ranges, {basis}. A reply that cannot be used is asked for "
        "again.",
    )


def show_messages(messages: tuple[Message, ...]) -> None:
    """Show the turns of a conversation as they are sent."""
    for message in messages:
        st.caption(message.role)
        st.code(message.content, language=None, wrap_lines=True)


def _basis(basis: str) -> str:
    return "a wide guess, as such calls have not been made yet" if basis == PRIOR else f"from {basis}"
