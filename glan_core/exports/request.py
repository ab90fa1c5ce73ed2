"""What can be asked of an export?

As JSON, which the manifest holds and an export is repeated from; what is left out is as in an empty request:

    {"filter": {"run_ids": ["k2f..."]}, "formats": ["chat", "hf"], "test_per_discipline": 50, "seed": 1}
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.exports.formats import FORMATS
from glan_core.filter_json import filter_from_json, set_conditions
from glan_core.gates import STANDARD_GATES, check_gates
from glan_core.store.export_choice import BALANCE_LEVELS, ORDERS
from glan_core.store.exports import LINEAGE_COLUMNS

DUPLICATES = ("keep", "exact", "near")
"""All stay; one of each question stays; one of each group of questions that mean nearly the same stays."""
BALANCES = ("", "cap", "even")
"""As they are; at most so many a node; so many in all, spread as evenly as the nodes allow."""
NEAR = 0.95
"""Cosine from which two questions count as near: the app's word for near-duplicates elsewhere, too."""
MOST_TESTED = 10_000


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which pairs, in which order, as which files."""

    filter_: Filter = field(default=Filter())
    gates: tuple[str, ...] = STANDARD_GATES
    """What keeps pairs back: see gates.py."""
    formats: tuple[str, ...] = ("chat",)
    columns: tuple[str, ...] = LINEAGE_COLUMNS
    """What each row says beside question and answer: some of LINEAGE_COLUMNS."""
    duplicates: str = "keep"
    near: float = NEAR
    """The cosine for `near` duplicates and for what is too near to the test set."""
    balance: str = ""
    balance_level: str = "discipline"
    balance_number: int = 0
    """Pairs a node (cap) or in all (even)."""
    quotas: tuple[tuple[str, int], ...] = field(default=())
    """By id of a node or subject, the most pairs that may come from below it."""
    test_per_discipline: int = 0
    """Questions held out of each discipline; 0 for no test set."""
    order: str = "id"
    seed: int = 0
    """Of every choice among pairs that are alike to the rules."""
    title: str = ""
    """What the dataset card calls it."""
    licence: str = ""
    """What the dataset card names; empty: nobody said."""
    has_recipe: bool = False
    """Whether training scripts are written beside the files."""

    @property
    def is_one_file(self) -> bool:
        """Say whether one file is all that comes of it."""
        return (
            len(self.formats) == 1 and self.formats != ("hf",) and not self.test_per_discipline and not self.has_recipe
        )


def check_request(request: ExportRequest) -> None:
    """Raise ExportError for what no export can do."""
    check_gates(request.gates)
    _check_names("export format", request.formats, tuple(FORMATS), "Use one of")
    _check_names("column", request.columns, LINEAGE_COLUMNS, "Columns are")
    _check_names("way with duplicates", (request.duplicates,), DUPLICATES, "Use one of")
    _check_names("order", (request.order,), ORDERS, "Use one of")
    _check_names("level", (request.balance_level,), BALANCE_LEVELS, "Levels are")
    _check_names("balance", (request.balance,), BALANCES, "Use one of")
    if not request.formats:
        raise ExportError("No format is asked for.", f"Use one of: {', '.join(FORMATS)}.")
    if request.balance and request.balance_number < 1:
        raise ExportError(f"{request.balance_number} pairs are no balance.", "Give a number from 1.")
    if any(number < 0 for _, number in request.quotas):
        raise ExportError("A quota is a number of pairs from 0.", "Write it like Physics=50.")
    if not 0 <= request.test_per_discipline <= MOST_TESTED:
        raise ExportError(
            f"{request.test_per_discipline} questions of each discipline cannot be held out.",
            f"Give a number from 0 to {MOST_TESTED:,}.",
        )
    if not 0 < request.near <= 1:
        raise ExportError(f"{request.near} is no cosine to call near.", "Give a number above 0, at most 1.")


def request_to_data(request: ExportRequest) -> dict[str, Any]:
    """Give a request as JSON can hold it, every setting by its name."""
    values = {each.name: getattr(request, each.name) for each in dataclasses.fields(request)}
    values["filter"] = set_conditions(values.pop("filter_"))
    data: dict[str, Any] = json.loads(json.dumps(values))
    return data


def request_from_data(data: Mapping[str, Any]) -> ExportRequest:
    """Read what `request_to_data` wrote; raises ExportError for what this release does not know, and FilterError."""
    values = dict(data)
    names = {each.name: each for each in dataclasses.fields(ExportRequest)}
    filter_ = filter_from_json(json.dumps(values.pop("filter", {})))
    if unknown := sorted(set(values) - set(names)):
        raise ExportError(
            f"An export has no {unknown[0]!r} in this release.", "Repeat it with the release that it was made by."
        )
    for name in ("gates", "formats", "columns"):
        if name in values:
            values[name] = tuple(values[name])
    if "quotas" in values:
        values["quotas"] = tuple((str(node), int(number)) for node, number in values["quotas"])
    request = ExportRequest(filter_=filter_, **values)
    check_request(request)
    return request


def _check_names(what: str, names: tuple[str, ...], known: tuple[str, ...], hint: str) -> None:
    if unknown := [name for name in names if name not in known]:
        raise ExportError(f"There is no {what} {unknown[0]!r}.", f"{hint}: {', '.join(filter(None, known))}.")
