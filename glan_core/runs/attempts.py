"""How often is an item asked for until its reply can be used, and what is said when it is given up?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from glan_core.entities import Failure
from glan_core.errors import CallError, GlanError, ReplyError
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import KnownFailureError

T = TypeVar("T")

# A body that is no completion is a reply that came, if not one of the model's: asking anew is worth as much as after a
# reply that cannot be read. Calls that were refused or lost have been sent again already (see steady_chat_model.py).
_KINDS_TO_ASK_AGAIN = frozenset({"unreadable", "no_choices"})


@dataclass(slots=True)
class Counts:
    """What a run has made so far."""

    nodes: int = 0
    """Taxonomy nodes that were proposed."""
    subjects: int = 0
    syllabi: int = 0
    """Those whose class sessions and key concepts are there too."""
    instructions: int = 0
    answers: int = 0
    items_reused: int = 0
    """Rows that were there before, whose calls did not have to be made."""
    failed: int = 0
    """Items given up on: instructions, answers, nodes that could not grow, or what was to be judged."""
    judgements: int = 0
    compared_answers: int = 0
    """Answers of a second model."""
    comparisons: int = 0
    """Of both models' answers; there are two of each pair, one for each order."""


class Attempts:
    """The patience of one run."""

    def __init__(self, *, ledger: Ledger, counts: Counts, run_id: str, reply_attempts: int) -> None:
        self._ledger = ledger
        self._counts = counts
        self._run_id = run_id
        self._reply_attempts = reply_attempts

    async def make(self, item_id: str, stage: str, ask: Callable[[int], Awaitable[T]]) -> T | None:
        """Ask until a reply can be used; None when the attempts are used up or the call itself was refused.

        Attempts of earlier runs whose replies could not be used are passed over, so a further run tries anew.
        """
        left = self._reply_attempts
        attempt = 1
        last: CallError | ReplyError | None = None
        while left > 0:
            try:
                return await ask(attempt)
            except KnownFailureError as error:
                self._settle_earlier(error)
                attempt += 1
            except ReplyError as error:
                self._settle_earlier(error)
                self._ledger.settle(error.model_call_id, error)
                last = error
                attempt += 1
                left -= 1
            except CallError as error:
                # No reply came, so the same request may be sent again; it stays the same attempt for a later run too.
                last = error
                left = left - 1 if error.kind in _KINDS_TO_ASK_AGAIN else 0
        self.give_up(item_id, stage, kind=_kind(last), message=last.message if last else "")
        return None

    def give_up(self, item_id: str, stage: str, *, kind: str, message: str) -> None:
        """Note that an item is not made, and why."""
        self._counts.failed += 1
        self._ledger.keep(Failure(item_id, self._run_id, stage, kind, message))

    def _settle_earlier(self, error: ReplyError) -> None:
        for model_call_id in error.earlier_model_call_ids:
            self._ledger.settle(model_call_id, error)


def _kind(error: GlanError | None) -> str:
    return error.kind if isinstance(error, CallError | ReplyError) else ""
