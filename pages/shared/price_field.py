"""What does a model cost, where nobody has published it or the visitor pays another price?"""

import dataclasses

import streamlit as st

from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, Price
from glan_core.llm.prices import find_price
from pages.shared.feedback import plain

_HELP = "US dollars for a million tokens of {}. Empty: the published price, where there is one."


def with_own_prices(settings: GenerationSettings, *, base_url: str, key: str) -> GenerationSettings:
    """Let the visitor give a price for each model, and give the settings with it; SettingsError for half a price."""
    models = list(dict.fromkeys(stage.model for stage in settings.stages.values()))
    prices: dict[str, Price | None] = {}
    with st.popover("Prices", icon=":material/payments:", help="What the cost is worked out with.", width="content"):
        for model in models:
            with st.grid(2, min_column_width=110, gap="small", vertical_alignment="bottom"):
                given = [
                    st.number_input(
                        f"{plain(model)}: {word} $",
                        min_value=0.0,
                        value=None,
                        step=0.01,
                        format="%0.3f",
                        placeholder="Published",
                        key=f"price-{key}-{word}-{model}",
                        help=_HELP.format(of),
                    )
                    for word, of in (("in", "prompts"), ("out", "replies"))
                ]
            prices[model] = _price(model, *given)
            st.caption(plain(_words(model, prices[model], base_url)))
    stages = {name: dataclasses.replace(stage, price=prices[stage.model]) for name, stage in settings.stages.items()}
    return dataclasses.replace(settings, stages=stages)


def _price(model: str, put_in: float | None, put_out: float | None) -> Price | None:
    if put_in is None and put_out is None:
        return None
    if put_in is None or put_out is None:
        raise SettingsError(
            f"The model {model!r} has half a price.", "Give both, for input and for output, or neither."
        )
    return Price(put_in, put_out)


def _words(model: str, own: Price | None, base_url: str) -> str:
    price = own or find_price(model, base_url)
    if price is None:
        return f"No price of {model} is published for this address, so the cost is unknown."
    kind = "yours" if own else "published"
    return f"${price.input_per_million:g} in, ${price.output_per_million:g} out ({kind})."
