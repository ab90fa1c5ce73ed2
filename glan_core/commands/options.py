"""Which options do several commands have?"""

from typing import Annotated

import typer

from glan_core.generation_settings import Limits

BaseUrlOption = Annotated[str | None, typer.Option(help="Endpoint. Default: OPENAI_BASE_URL.")]
PriceOption = Annotated[list[str] | None, typer.Option(help="MODEL=INPUT/OUTPUT dollars per million tokens.")]
ConcurrencyOption = Annotated[int | None, typer.Option(help="Most calls at once.", min=1)]
TimeoutOption = Annotated[float | None, typer.Option(help="Seconds that a call may take.", min=0.001)]
BudgetOption = Annotated[float | None, typer.Option(help="Dollars that the run may spend in all.")]
MaxTokensOption = Annotated[int | None, typer.Option(help="Tokens that the run may use in all.")]
MaxMinutesOption = Annotated[float | None, typer.Option(help="Minutes from now.")]
MaxPairsOption = Annotated[int | None, typer.Option(help="Pairs from now.")]


def limits_of(
    *, budget: float | None, max_tokens: int | None, max_minutes: float | None, max_pairs: int | None
) -> Limits:
    """Give the limits that the options mean."""
    seconds = None if max_minutes is None else max_minutes * 60
    return Limits(dollars=budget, tokens=max_tokens, seconds=seconds, pairs=max_pairs)
