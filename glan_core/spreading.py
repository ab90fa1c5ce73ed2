"""How is a function called on one batch of texts after the other, wherever that happens?"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Spread(Protocol):
    """Something that calls a function on batches of texts, perhaps on several at once."""

    def __call__(self, function: Callable[[Sequence[str]], T], batches: Iterable[Sequence[str]]) -> Iterator[T]:
        """Give what the function gives for each batch, in the order of the batches.

        Batches are taken as they are wanted, a few before their turn. The function is one of a module, or a partial of
        one, as it may be called in another process. Raises what it raises.
        """
        ...


def spread_here(function: Callable[[Sequence[str]], T], batches: Iterable[Sequence[str]]) -> Iterator[T]:
    """Call a function on each batch in this process."""
    return map(function, batches)
