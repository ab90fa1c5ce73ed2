"""What did earlier runs find out about an endpoint, and what is new of what this one found?

The form in which a model gives lists is remembered for all addresses of an endpoint together, and how many calls at
once were served for each address alone, so that it holds wherever that address is used.
"""

from collections.abc import Mapping

from glan_core.calls import EndpointModel, ReplyForm
from glan_core.llm import built_in
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.steady_chat_model import SteadyChatModel
from glan_core.store.database import Cursor
from glan_core.store.endpoint_models import list_endpoint_models

_WEAKEST_FIRST: tuple[ReplyForm, ...] = ("jsonl", "json", "schema")


class Findings:
    """What was known of an endpoint before a run."""

    def __init__(self, cursor: Cursor, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        labels = dict.fromkeys((endpoint.identity, *(endpoint.addresses if endpoint.other_addresses else ())))
        self._known = {(label, each.model): each for label in labels for each in list_endpoint_models(cursor, label)}

    @property
    def reply_forms(self) -> dict[str, ReplyForm]:
        """By model; of several addresses the weakest, where all of them were asked one by one."""
        if self._endpoint.is_built_in:
            return {built_in.MODEL: "schema", **self._forms(self._endpoint.identity)}
        by_address = [self._forms(address) for address in self._endpoint.addresses]
        weakest = {
            model: min((forms[model] for forms in by_address), key=_WEAKEST_FIRST.index)
            for model in set.intersection(*(set(forms) for forms in by_address))
        }
        return {**weakest, **self._forms(self._endpoint.identity)}

    @property
    def ceilings(self) -> dict[str, int]:
        """By model, how many calls at once all of it served when it refused more."""
        return self._ceilings(self._endpoint.identity)

    @property
    def address_ceilings(self) -> dict[str, dict[str, int]]:
        """The same by address, where there are several."""
        return {address: self._ceilings(address) for address in self._endpoint.addresses}

    def new(self, reply_forms: Mapping[str, ReplyForm], steady: SteadyChatModel) -> tuple[EndpointModel, ...]:
        """Give what a run found that was not known before: these forms of lists, and what its calls met."""
        identity, ceilings = self._endpoint.identity, steady.ceilings
        models = sorted({model for label, model in self._known if label == identity} | {*reply_forms, *ceilings})
        found = [EndpointModel(identity, model, reply_forms.get(model), ceilings.get(model)) for model in models]
        for address, met in steady.address_ceilings.items():
            found += [EndpointModel(address, model, self._forms(address).get(model), met[model]) for model in met]
        return tuple(each for each in found if each != self._known.get((each.endpoint, each.model)))

    def _forms(self, label: str) -> dict[str, ReplyForm]:
        return {model: each.reply_form for (at, model), each in self._known.items() if at == label and each.reply_form}

    def _ceilings(self, label: str) -> dict[str, int]:
        return {model: each.ceiling for (at, model), each in self._known.items() if at == label and each.ceiling}
