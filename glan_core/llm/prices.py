"""What does a call cost?"""

from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL


def cost(*, model: str, prompt_tokens: int | None, completion_tokens: int | None) -> float | None:
    """Give the US dollars of one call by its provider's published price; None where that is not known.

    The built-in model costs nothing.
    """
    if model == BUILT_IN_MODEL:
        return 0.0
    if prompt_tokens is None or completion_tokens is None:
        return None
    from genai_prices import Usage, calc_price

    try:
        price = calc_price(Usage(input_tokens=prompt_tokens, output_tokens=completion_tokens), model_ref=model)
    except LookupError:
        return None
    return float(price.total_price)
