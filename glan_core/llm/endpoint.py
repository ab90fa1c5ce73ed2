"""Where does a model answer, and with which key?

An endpoint has one address, or several that serve the same models and take the same key: a fleet (see fleet.py).
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible HTTP endpoint."""

    base_url: str
    """Its address; of several the first."""
    api_key: str = field(default="", repr=False)
    """Lives in memory only: never in a database, journal, log or page."""
    is_built_in: bool = False
    key_name: str = field(default="OPENAI_API_KEY", compare=False)
    """What the key is called where it is kept; empty: nobody named one."""
    other_addresses: tuple[str, ...] = ()
    """Where the same models answer besides."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All its addresses, in the order in which they were given."""
        return (self.base_url, *self.other_addresses)

    @property
    def key_hint(self) -> str:
        """What to do about a key that is refused."""
        if not self.key_name:
            return "It wants a key. Name the environment variable that holds it with the endpoint."
        return f"Check the environment variable {self.key_name}; it is read at the start."

    @property
    def label(self) -> str:
        """What a person calls it."""
        return "built-in model" if self.is_built_in else label_of(self.addresses)

    @property
    def identity(self) -> str:
        """Under what is remembered what all its addresses have in common; their order makes no difference."""
        return self.label if not self.other_addresses else " ".join(sorted(self.addresses))

    def is_one_of(self, begun_at: Sequence[str]) -> bool:
        """Say whether a run that was begun at these labels or addresses goes on here: whether one is the same.

        Servers may come to a fleet and go from it.
        """
        return not {self.label, *self.addresses}.isdisjoint(begun_at)

    def at(self, address: str) -> "Endpoint":
        """Give the endpoint with this address alone."""
        return dataclasses.replace(self, base_url=address, other_addresses=())


def label_of(addresses: Sequence[str]) -> str:
    """Say in a word where several addresses are: the first, and how many more there are."""
    first, *others = addresses
    return f"{first} and {len(others)} more" if others else first
