"""Which combinations does a syllabus get, drawn no sooner than somebody looks?

Their number is arithmetic, but drawing a hundred thousand takes seconds. A form that is being filled in wants the
number at once, and of the combinations the one that it shows.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, overload

Codes: TypeAlias = "array[int]"
"""Combinations as codes, eight bytes each."""


class LazyCodes(Sequence[int]):
    """The first so many codes of a draw."""

    def __init__(self, draw: Callable[[], Iterator[int]], number: int) -> None:
        """`draw` begins the draw, which has at least `number` codes."""
        self._draw = draw
        self._number = number
        self._coming: Iterator[int] | None = None
        self._drawn: Codes = array("Q")

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return self.all[index]
        place = range(self._number)[index]
        self._draw_on(place + 1)
        return self._drawn[place]

    def __iter__(self) -> Iterator[int]:
        """Give them one by one, drawing no further than somebody asks."""
        return map(self.__getitem__, range(self._number))

    @property
    def all(self) -> Codes:
        """All of them."""
        self._draw_on(self._number)
        return self._drawn

    def _draw_on(self, number: int) -> None:
        if len(self._drawn) < number:
            if self._coming is None:
                self._coming = self._draw()
            for code in self._coming:
                self._drawn.append(code)
                if len(self._drawn) == number:
                    if number == self._number:
                        self._coming = None  # what a draw keeps in mind is a thousand times what it gave
                    return
            raise ValueError(f"a draw ended after {len(self._drawn)} of {self._number} combinations")
