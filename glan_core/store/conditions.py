"""How do parts of a where clause become one, with their parameters in order?"""

from collections.abc import Sequence
from typing import NamedTuple


class Condition(NamedTuple):
    """A where clause, with its parameters."""

    where: str
    parameters: list[object]


def all_of(*conditions: Condition) -> Condition:
    """Give the condition that holds where all of these do; of none it is `true`."""
    return Condition(
        " and ".join(f"({condition.where})" for condition in conditions) or "true",
        [parameter for condition in conditions for parameter in condition.parameters],
    )


def one_of(column: str, values: Sequence[str]) -> Condition:
    """Give the condition that a column has one of these values."""
    return Condition(f"{column} in (select unnest(?::varchar[]))", [list(values)])
