"""What does a call of a run cost?"""

from collections.abc import Iterable

from glan_core.calls import ChatReply, ChatRequest
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.prices import cost, find_price
from glan_core.llm.reply_forms import CHECK


class Costs:
    """The prices of one run: the user's own where there is one, otherwise the published ones."""

    def __init__(self, settings: GenerationSettings, *, base_url: str, is_batch: bool = False) -> None:
        """With `is_batch`, calls are made by a batch service, but for the few that no run is about."""
        self._settings = settings
        self._base_url = base_url
        self._is_batch = is_batch
        self._own_prices = {stage.model: stage.price for stage in settings.stages.values() if stage.price is not None}

    def of(self, request: ChatRequest, reply: ChatReply) -> float | None:
        """Give the US dollars of a call; None where its price is not known."""
        return cost(
            model=request.model,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            # By model and not by stage, as the trial of what an endpoint can be held to belongs to none.
            price=self._own_prices.get(request.model),
            base_url=reply.address or self._base_url,
            is_batch=self._is_batch and request.stage != CHECK,
        )

    def check(self, stages: Iterable[str]) -> None:
        """Raise SettingsError if the price of a model of these stages is not known."""
        for stage in stages:
            settings = self._settings.stages[stage]
            if settings.price is None and find_price(settings.model, self._base_url) is None:
                raise SettingsError(
                    f"The price of {settings.model!r} is not known, so a budget cannot be kept.",
                    f"Give it in dollars per million tokens: --price {settings.model}=INPUT/OUTPUT.",
                )
