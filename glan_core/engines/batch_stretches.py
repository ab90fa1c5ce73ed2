"""Which stretches of a plan need not be looked at again before more has come?

A session passes over its plan each time that a part comes back. Items that are made, or whose calls are in parts that
are still with the service, would come out as before; and to see that of one takes its whole prompt. So a pass remembers
of every stretch which parts its items wait for, and the next one passes over those of which none has come.
"""

from collections.abc import Callable, Iterator

from glan_core.planning.plan import Plan
from glan_core.runs.pipeline import Pipeline
from glan_core.runs.work import Work

_ITEMS = 100  # of one stretch: as many as a pipeline looks up at once


class Stretches:
    """What one session knows of the stretches of its plan."""

    def __init__(self, plan: Plan, *, is_under_way: Callable[[int], bool]) -> None:
        """`is_under_way` says whether the part of a number has not come back."""
        self._items = plan.items
        self._growths = plan.growths
        self._is_under_way = is_under_way
        self._awaited: dict[int, frozenset[int]] = {}
        """By stretch, the parts that it waits for; none where all of it is made."""
        self._parts: set[int] = set()
        self._is_open = False

    def work(self, steps: Pipeline) -> Iterator[Work]:
        """Give the work of the stretches that are to be looked at, and of nodes that grow.

        Each piece is to be done, with all that follows from it, before the next one is taken.
        """
        for number, start in enumerate(range(0, len(self._items), _ITEMS)):
            if self._is_as_before(number):
                continue
            self._awaited.pop(number, None)
            self._parts, self._is_open, failed = set(), False, steps.counts.failed
            yield from steps.work_of(self._items[start : start + _ITEMS], ())
            if not self._is_open and steps.counts.failed == failed:  # what failed is told of by every pass
                self._awaited[number] = frozenset(self._parts)
        yield from steps.work_of((), self._growths)

    def wait_for(self, part: int | None) -> None:
        """Note that the piece which is being done waits for a part; None: nobody knows for which, or for none."""
        if part is None:
            self._is_open = True
        else:
            self._parts.add(part)

    def _is_as_before(self, number: int) -> bool:
        parts = self._awaited.get(number)
        return parts is not None and all(map(self._is_under_way, parts))
