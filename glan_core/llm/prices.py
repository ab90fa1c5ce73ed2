"""What does a call cost?

In this order: the built-in model is free; the user's own price; what the provider at the address publishes. A model of
the same name elsewhere, on one's own machine say, may cost anything, so its price is not known.
"""

import math
import re
from collections.abc import Sequence
from functools import cache

from glan_core.errors import SettingsError
from glan_core.generation_settings import Price
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL

FREE = Price(0.0, 0.0)
BATCH_SHARE = 0.5  # of the price of a call, where a batch service makes it: what those that publish a price ask
_MILLION = 1_000_000
# Some providers charge more for long prompts, in steps from 32,000 tokens on. That of a question has about two
# thousand, so the price of a short prompt is the one that counts.
_TYPICAL_PROMPT_TOKENS = 1000


def cost(
    *,
    model: str,
    prompt_tokens: int | None,
    completion_tokens: int | None,
    price: Price | None = None,
    base_url: str = "",
    is_batch: bool = False,
) -> float | None:
    """Give the US dollars of one call; None where its tokens or its price are not known.

    `price` is the user's own. `base_url` is the endpoint's address; without it the model's name alone decides.
    `is_batch` says that a batch service made the call: that is half the price, unless its provider publishes another.
    """
    if model == BUILT_IN_MODEL:
        return 0.0
    if prompt_tokens is None or completion_tokens is None:
        return None
    if price is not None:
        dollars = cost_at(price, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
        return dollars * BATCH_SHARE if is_batch else dollars
    if not _is_published(model, base_url):
        return None
    return _published_cost(model, base_url, prompt_tokens, completion_tokens, is_batch=is_batch)


def cost_at(price: Price, *, prompt_tokens: float, completion_tokens: float) -> float:
    """Give the US dollars of so many tokens."""
    return (prompt_tokens * price.input_per_million + completion_tokens * price.output_per_million) / _MILLION


def find_price(model: str, base_url: str = "", *, is_batch: bool = False) -> Price | None:
    """Give what a model costs at an address (or by its name alone, without one); None where that is not known.

    The price of prompts of usual length: longer ones may cost more. Nothing is asked over the network: the prices are
    those of the installed genai-prices.
    """
    if model == BUILT_IN_MODEL:
        return FREE
    prompt = _published_cost(model, base_url, _TYPICAL_PROMPT_TOKENS, 0, is_batch=is_batch)
    reply = _published_cost(model, base_url, 0, _TYPICAL_PROMPT_TOKENS, is_batch=is_batch)
    if prompt is None or reply is None:
        return None
    return Price(prompt * _MILLION / _TYPICAL_PROMPT_TOKENS, reply * _MILLION / _TYPICAL_PROMPT_TOKENS)


def parse_prices(texts: Sequence[str]) -> dict[str, Price]:
    """Read prices such as `gpt-x=0.15/0.60`: dollars for a million tokens of prompts and of replies, by model.

    Raises SettingsError for anything else, and for two prices of one model.
    """
    prices: dict[str, Price] = {}
    for text in texts:
        matched = re.fullmatch(r"\s*(\S.*?)\s*=\s*([^/=]+)/([^/=]+)", text)
        if not matched:
            raise SettingsError(f"{text!r} is not a price.", "Write MODEL=INPUT/OUTPUT, such as gpt-x=0.15/0.60.")
        if matched[1] in prices:
            raise SettingsError(f"The model {matched[1]!r} has two prices.", "Give one price a model.")
        prices[matched[1]] = Price(_dollars(matched[2], text), _dollars(matched[3], text))
    return prices


def _dollars(number: str, text: str) -> float:
    try:
        dollars = float(number)
    except ValueError:
        dollars = math.nan
    if not 0 <= dollars < math.inf:
        raise SettingsError(
            f"{number.strip()!r} in {text!r} is not a number of dollars.",
            "Give dollars for a million tokens, such as gpt-x=0.15/0.60.",
        )
    return dollars


def batch_price(price: Price) -> Price:
    """Give what a batch service asks where a call costs so much: half."""
    return Price(price.input_per_million * BATCH_SHARE, price.output_per_million * BATCH_SHARE)


def _published_cost(
    model: str, base_url: str, prompt_tokens: int, completion_tokens: int, *, is_batch: bool = False
) -> float | None:
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=prompt_tokens, output_tokens=completion_tokens)

    def dollars(context: dict[str, str] | None) -> float:
        price = calc_price(usage, model_ref=model, provider_api_url=base_url or None, price_context=context)
        return float(price.total_price)

    try:
        direct = dollars(None)
        if not is_batch:
            return direct
        published = dollars({"processing": "batch"})
    except LookupError:
        return None
    return published if published < direct else direct * BATCH_SHARE


@cache
def _is_published(model: str, base_url: str) -> bool:
    return _published_cost(model, base_url, 1, 1) is not None  # asked for every call, and looked for in all lists
