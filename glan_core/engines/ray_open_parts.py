"""What is there to do of a part, and when is all of it done, with all that followed from its items?"""

import asyncio
from collections.abc import Iterable, Iterator

from glan_core.engines.ray_parts import Part
from glan_core.runs.judging import JudgingPipeline
from glan_core.runs.kinds import AnySteps
from glan_core.runs.regenerating import RegeneratingSteps
from glan_core.runs.work import Work


class OpenPart:
    """A part that is being worked off, in one event loop."""

    def __init__(self) -> None:
        self.is_done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """True once all is done; whoever gives the part back says False."""
        self._left = 0

    def counted(self, work: Iterable[Work]) -> list[Work]:
        """Give the work that the part begins with, so that the part hears when it is done."""
        counted = [self._counted(each) for each in work]
        self._settle(len(counted))
        return counted

    def _counted(self, work: Work) -> Work:
        async def do() -> list[Work]:
            following = [self._counted(each) for each in await work.do()]
            self._settle(len(following) - 1)
            return following

        return Work(work.stage, do)

    def _settle(self, more: int) -> None:
        self._left += more
        if not self._left and not self.is_done.done():
            self.is_done.set_result(True)


def work_of(steps: AnySteps, part: Part) -> Iterator[Work]:
    """Give what can be begun at once of a part, with the steps that its plan takes."""
    if isinstance(steps, JudgingPipeline):
        return steps.work_of(part.judged)
    if isinstance(steps, RegeneratingSteps):
        return steps.work_of(part.rejected)
    return steps.work_of(part.planned, part.growths)
