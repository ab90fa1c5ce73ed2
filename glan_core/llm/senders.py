"""What sends to an endpoint, and which models does it offer?"""

import asyncio
from collections.abc import Mapping

from glan_core.errors import EndpointError
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.fleet import Fleet, none_can_be_used
from glan_core.llm.openai_chat_model import OpenAIChatModel

_NO_LIMIT = 100_000


def open_sender(
    endpoint: Endpoint,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    most_under_way: int = _NO_LIMIT,
    ceilings: Mapping[str, Mapping[str, int]] | None = None,
) -> OpenAIChatModel | Fleet:
    """Give what sends to an endpoint, be it one address or several: an async context manager.

    Of several each gets at most `most_under_way` calls at once; `ceilings` are those that earlier runs met, by address
    and model. Raises EndpointError if no call could be sent with this key.
    """
    if not endpoint.other_addresses:
        return OpenAIChatModel(endpoint, timeout_seconds=timeout_seconds)
    senders = {
        address: OpenAIChatModel(endpoint.at(address), timeout_seconds=timeout_seconds)
        for address in endpoint.addresses
    }
    return Fleet(senders, most_under_way=most_under_way, ceilings=ceilings)


async def offered_models(endpoint: Endpoint, *, timeout_seconds: float) -> tuple[str, ...]:
    """List the models that each address offers of those that answer; EndpointError if none does."""

    async def ask(address: str) -> tuple[str, ...] | EndpointError:
        async with OpenAIChatModel(endpoint.at(address), timeout_seconds=timeout_seconds) as model:
            try:
                return await model.list_models()
            except EndpointError as error:
                return error

    answers = await asyncio.gather(*(ask(address) for address in endpoint.addresses))
    lists = [set(answer) for answer in answers if not isinstance(answer, EndpointError)]
    if lists:
        return tuple(sorted(set.intersection(*lists)))
    errors = [answer for answer in answers if isinstance(answer, EndpointError)]
    raise errors[0] if len(errors) == 1 else none_can_be_used(errors)
