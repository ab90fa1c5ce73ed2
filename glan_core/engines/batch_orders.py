"""What became of the calls that were handed to a batch service?

A call is under way, answered, refused for good, or to be ordered again. Answers stay in the files that the service
gave; all that is held in memory of a call is its id and where its answer lies.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from glan_core.amounts import count_of
from glan_core.calls import ChatReply
from glan_core.errors import CallError, EndpointError
from glan_core.llm.batch_lines import call_id_of, outcome_of
from glan_core.llm.completions import UNREADABLE, reply_of
from glan_core.llm.endpoint import Endpoint
from glan_core.runs.batch_parts import LOST, MOST_ORDERS, Part, PartLog

_SHORTEST_KEY = 12
_CANCELLED = "cancelled"
_NO_ANSWER = ("batch_missing", "The batch service gave no answer to it.")
_IS_LOST = ("batch_lost", "The batch service does not know of it any more.")


class Orders:
    """All calls of a run that the service has or had."""

    def __init__(self, log: PartLog, endpoint: Endpoint, *, order: str) -> None:
        """`order` is when the order began that is worked on (see Part)."""
        self._log = log
        self._endpoint = endpoint
        self._masked_key = endpoint.api_key if len(endpoint.api_key) >= _SHORTEST_KEY else ""
        self._under_way: dict[int, set[str]] = {}
        self._unreadable: set[int] = set()
        """Parts under way of which nobody can say what they hold: any call may be among them."""
        self._answers: dict[int, dict[str, int]] = {}
        self._missing: dict[int, dict[str, str]] = {}
        self._refused: dict[int, dict[str, list[str]]] = {}
        self._told: dict[str, list[str]] = {}
        self._times_missing: Counter[str] = Counter()
        for part in log.parts:
            if part.order == order and not part.is_open:
                self._told |= part.refused
                self._times_missing.update(part.missing)

    def is_under_way(self, model_call_id: str) -> bool:
        """Say whether the service has a call, or may have it."""
        return bool(self._unreadable) or any(model_call_id in ids for ids in self._under_way.values())

    def part_of(self, model_call_id: str) -> int | None:
        """Give the number of the part that the service has a call in; None if nobody knows."""
        return next((number for number, ids in self._under_way.items() if model_call_id in ids), None)

    def is_part_under_way(self, number: int) -> bool:
        """Say whether a part is with the service, as far as is known here."""
        return number in self._under_way

    def hand_over(self, part: Part, ids: set[str] | None = None) -> None:
        """Take the calls of a part for under way: those with these ids, or else those that its file holds."""
        known = ids if ids is not None else self._ids_of(part)
        if known is None:
            self._unreadable.add(part.number)
        else:
            self._under_way[part.number] = known

    def give_back(self, part: Part) -> None:
        """Take the calls of a part for never ordered."""
        self._under_way.pop(part.number, None)
        self._unreadable.discard(part.number)

    def refusal(self, model_call_id: str) -> CallError | None:
        """Give why a call was refused for good, where that is in the journal already."""
        return _error(self._told[model_call_id]) if model_call_id in self._told else None

    def take(self, model_call_id: str) -> ChatReply | None:
        """Give the answer to a call, once; None if there is none. CallError if it was refused for good."""
        for number, answers in self._answers.items():
            if model_call_id in answers:
                return self._answer(number, model_call_id, answers.pop(model_call_id))
        for refused in self._refused.values():
            if model_call_id in refused:
                self._told[model_call_id] = refused[model_call_id]
                raise _error(refused[model_call_id])
        return None

    def left(self, part: Part) -> int:
        """Count the calls of an open part that may still cost something: those whose answer nobody has taken."""
        return len(self._answers[part.number]) if part.number in self._answers else part.calls

    def read_results(self, part: Part) -> EndpointError | None:
        """Read the results of a part that were fetched; gives why the service is of no use any more, if it says so.

        Lines that are none, calls that were never asked for and second answers to a call are passed over.
        """
        open_ids = self._under_way.pop(part.number, None) or self._ids_of(part)
        if open_ids is None:
            open_ids = self._ids_of_results(part)
        self._unreadable.discard(part.number)
        answers: dict[str, int] = {}
        missing: dict[str, str] = {}
        refused: dict[str, list[str]] = {}
        hindrance = _cancellation(part)
        for place, line in _lines(self._log.results_path(part.number)):
            outcome = outcome_of(line, self._endpoint) if line.strip() else None
            if outcome is None or outcome.model_call_id not in open_ids:
                continue
            error = outcome.error
            if isinstance(error, EndpointError):
                hindrance = hindrance or error  # nothing is wrong with the call: it is ordered again, and not counted
                continue
            open_ids.discard(outcome.model_call_id)
            if error is None:
                answers[outcome.model_call_id] = place
            elif error.is_retryable and part.service_state == _CANCELLED:
                continue  # a person did that, so it is ordered again and not counted
            elif error.is_retryable:
                self._miss(outcome.model_call_id, error.kind, error.message, missing=missing, refused=refused)
            else:
                refused[outcome.model_call_id] = [error.kind, error.message]
        if hindrance is None:
            kind, why = _IS_LOST if part.service_state == LOST else _NO_ANSWER
            for model_call_id in open_ids:
                self._miss(model_call_id, kind, why, missing=missing, refused=refused)
        self._answers[part.number], self._missing[part.number] = answers, missing
        self._refused[part.number] = refused
        return hindrance

    def has_answers(self, part: Part | None = None) -> bool:
        """Say whether outcomes were fetched, of one part or of any, that nobody has taken."""
        numbers = self._answers if part is None else [part.number]
        return any(self._answers[number] or not self._told.keys() >= self._refused[number].keys() for number in numbers)

    def settle(self, part: Part) -> None:
        """Forget a part whose answers are in the journal, and note what else became of its calls."""
        missing, refused = self._missing.pop(part.number), self._refused.pop(part.number)
        self._answers.pop(part.number)
        self._told |= refused
        self._log.change(part, state="settled", missing=missing, refused=refused)
        self._log.remove_files(part)

    def _ids_of(self, part: Part) -> set[str] | None:
        """Give the ids of the calls that a part holds; None if its file is gone or damaged."""
        try:
            ids = _ids(self._log.requests_path(part.number))
        except (OSError, *UNREADABLE):
            return None
        return ids if len(ids) == part.calls else None

    def _ids_of_results(self, part: Part) -> set[str]:
        lines = (line for _, line in _lines(self._log.results_path(part.number)) if line.strip())
        return {outcome.model_call_id for line in lines if (outcome := outcome_of(line, self._endpoint)) is not None}

    def _miss(
        self, model_call_id: str, kind: str, message: str, *, missing: dict[str, str], refused: dict[str, list[str]]
    ) -> None:
        self._times_missing[model_call_id] += 1
        if self._times_missing[model_call_id] < MOST_ORDERS:
            missing[model_call_id] = kind
        else:
            refused[model_call_id] = [kind, f"{message} It was ordered {MOST_ORDERS} times."]

    def _answer(self, number: int, model_call_id: str, place: int) -> ChatReply:
        with self._log.results_path(number).open("rb") as file:
            file.seek(place)
            body = json.loads(file.readline())["response"]["body"]
        return reply_of(body, model_call_id=model_call_id, seconds=0.0, masked_key=self._masked_key)


def _cancellation(part: Part) -> EndpointError | None:
    if part.service_state != _CANCELLED:
        return None
    return EndpointError(
        f"A batch of {count_of(part.calls, 'call')} was cancelled at the provider.",
        "What it had answered is kept. Go on with the run to order the rest again.",
    )


def _error(told: list[str]) -> CallError:
    kind, message = told
    return CallError(message, kind=kind)


def _ids(path: Path) -> set[str]:
    return {call_id_of(line) for _, line in _lines(path)}


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give each line with the byte at which it begins."""
    place = 0
    with path.open("rb") as file:
        for line in file:
            yield place, line
            place += len(line)
