"""With which model and numbers does each stage call, and what of that is not as in the preset?"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, Price, StageSettings
from glan_core.languages import language_name
from glan_core.llm.prices import find_price
from glan_core.presets import Difference
from pages.shared.feedback import plain
from pages.shared.stage_words import STAGE_WORDS

STAGES = ("subjects", "syllabus", "class_details", "instructions", "answers")
"""The stages of a run of this page; those of proposals have a page of their own."""
_MODELS = ["stage", "model", "input", "output"]
_NUMBERS = ["stage", "temperature", "top_p", "max_tokens"]
_NAME_WORDS = {
    "model": "model",
    "temperature": "temperature",
    "top_p": "top-p",
    "max_tokens": "reply limit",
    "price": "price",
    "strategy_mix": "questions over two class sessions",
    "language": "language",
}


def show_stage_table(settings: GenerationSettings, *, key: str, base_url: str) -> GenerationSettings:
    """Let the visitor change model, numbers and price of each stage, and give the settings with what was changed.

    Another `key` starts the table anew. Raises SettingsError for values that do not fit together.
    """
    with st.expander("Model and numbers of each stage"):
        table = table_of(settings)
        # Two tables, as one is wider than a phone and than the form.
        models = _edited(table, _MODELS, key=f"{key}-models", alt="Model and price of each stage, to be changed.")
        numbers = _edited(
            table,
            _NUMBERS,
            key=f"{key}-numbers",
            alt="Temperature, top-p and reply limit of each stage, to be changed.",
        )
        changed = with_table(settings, pd.concat([models, numbers.drop(columns="stage")], axis="columns"))
        st.caption(plain(_published(changed, base_url)))
    return changed


def table_of(settings: GenerationSettings) -> pd.DataFrame:
    """Give a row a stage: stage (in words), model, temperature, top_p, max_tokens, input and output (dollars)."""
    rows = [(STAGE_WORDS[stage].capitalize(), *_row(settings.stages[stage])) for stage in STAGES]
    columns = ["stage", "model", "temperature", "top_p", "max_tokens", "input", "output"]
    return pd.DataFrame(rows, columns=columns).astype({"input": "Float64", "output": "Float64"})


def with_table(settings: GenerationSettings, table: pd.DataFrame) -> GenerationSettings:
    """Give settings with the values of a table as `table_of` gives it; a price holds wherever its model is used.

    Raises SettingsError for a stage without a model or number, half a price, and two prices of one model.
    """
    stages = dict(settings.stages)
    prices: dict[str, Price] = {}
    for stage, row in zip(STAGES, table.to_dict("records"), strict=True):
        words = STAGE_WORDS[stage]
        values = {name: row[name] for name in ("model", "temperature", "top_p", "max_tokens")}
        if any(_is_missing(value) for value in values.values()) or not str(row["model"]).strip():
            raise SettingsError(f"A cell of the stage {words} is empty.", "Give it a model and all three numbers.")
        model = str(row["model"]).strip()
        price = _price(row, words)
        if price is not None and prices.setdefault(model, price) != price:
            raise SettingsError(f"The model {model!r} has two prices.", "Give one, in any of its rows.")
        stages[stage] = dataclasses.replace(
            stages[stage],
            model=model,
            temperature=float(row["temperature"]),
            top_p=float(row["top_p"]),
            max_tokens=int(row["max_tokens"]),
        )
    priced = {stage: dataclasses.replace(each, price=prices.get(each.model)) for stage, each in stages.items()}
    return dataclasses.replace(settings, stages=priced)


def difference_sentence(differences: Sequence[Difference]) -> str:
    """Write what is not as in a preset: `questions: temperature 0.7 instead of 1; language Korean instead of English`.

    The stages of other pages are left out.
    """
    parts = []
    for each in differences:
        if each.name in _NAME_WORDS and (not each.stage or each.stage in STAGES):
            where = f"{STAGE_WORDS[each.stage]}: " if each.stage else ""
            value, before = (_written(each.name, value) for value in (each.value, each.of_preset))
            parts.append(f"{where}{_NAME_WORDS[each.name]} {value} instead of {before}")
    return "; ".join(parts)


def _row(stage: StageSettings) -> tuple[Any, ...]:
    price = stage.price
    prices = (None, None) if price is None else (price.input_per_million, price.output_per_million)
    return (stage.model, stage.temperature, stage.top_p, stage.max_tokens, *prices)


def _edited(table: pd.DataFrame, columns: list[str], *, key: str, alt: str) -> pd.DataFrame:
    edited: pd.DataFrame = st.data_editor(
        table[columns],
        key=key,
        hide_index=True,
        row_height=34,
        disabled=["stage"],
        column_config=_columns(),
        alt=alt,
    )
    return edited


def _columns() -> dict[str, Any]:
    dollars = "US dollars for a million tokens of {}. It holds in every stage that uses this model. Leave it empty to "
    dollars += "go by the published price, where there is one."
    number = st.column_config.NumberColumn
    return {
        "stage": st.column_config.TextColumn("Stage", width=94, pinned=True),
        "model": st.column_config.TextColumn("Model", required=True, width=106),
        "temperature": number(
            "Temp.", min_value=0.0, max_value=2.0, step=0.01, required=True, width=75, help="Temperature: 0 to 2."
        ),
        "top_p": number("Top-p", min_value=0.01, max_value=1.0, step=0.01, required=True, width=72),
        "max_tokens": number(
            "Limit",
            min_value=1,
            max_value=1_000_000,
            step=1,
            required=True,
            width=84,
            help="Most tokens of a reply.",
            format="localized",
        ),
        "input": number("In $", min_value=0.0, step=0.001, width=62, help=dollars.format("prompts")),
        "output": number("Out $", min_value=0.0, step=0.001, width=66, help=dollars.format("replies")),
    }


def _published(settings: GenerationSettings, base_url: str) -> str:
    parts = []
    for model in dict.fromkeys(settings.stages[stage].model for stage in STAGES):
        own = next((each.price for each in settings.stages.values() if each.model == model and each.price), None)
        price = own or find_price(model, base_url)
        kind = "your price" if own else "published"
        if price is None:
            parts.append(f"{model}: price unknown")
        else:
            dollars = f"${price.input_per_million:g} in and ${price.output_per_million:g} out for a million tokens"
            parts.append(f"{model}: {dollars} ({kind})")
    return "; ".join(parts)


def _price(row: dict[str, Any], words: str) -> Price | None:
    given = [row[name] for name in ("input", "output") if not _is_missing(row[name])]
    if len(given) == 1:
        raise SettingsError(f"The stage {words} has half a price.", "Give both, for input and for output, or neither.")
    return Price(float(given[0]), float(given[1])) if given else None


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value != value


def _written(name: str, value: Any) -> str:
    if name == "price":
        return "none" if value is None else f"${value.input_per_million:g}/${value.output_per_million:g}"
    if name == "strategy_mix":
        return f"{100 * value:.0f} %"
    if name == "language":
        return language_name(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
