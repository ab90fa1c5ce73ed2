"""Which questions will a run ask for, without keeping ten million records of them?

A plan keeps eight bytes a question: the code of its combination, in an array for each syllabus. The order follows from
a rule: one question of each syllabus in turn, until each has had all its own. Ids are worked out when somebody looks.
"""

import base64
import hashlib
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple, overload

from glan_core.combination_code import combination
from glan_core.courses import Course
from glan_core.entities import Combination
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.lazy_codes import Codes, LazyCodes
from glan_core.planning.plan_request import PlanRequest
from glan_core.stages.answers import answer_id
from glan_core.stages.instructions import instruction_id
from glan_core.stages.sampling import sample_class_sessions_and_key_concepts


class PlannedInstruction(NamedTuple):
    """One question to be asked for, with the ids that its rows will have."""

    instruction_id: str
    answer_id: str
    syllabus_id: str
    combination: Combination


class _Stretch(NamedTuple):
    """Rounds in which the same syllabi have their turn."""

    start: int
    """Index of its first question."""
    first_round: int


class PlannedInstructions(Sequence[PlannedInstruction]):
    """The questions of a plan in the order in which they are asked."""

    def __init__(self, codes: Mapping[str, Iterable[int]], *, settings: GenerationSettings, seed: int) -> None:
        """`codes` are combinations (see combination_code.py) by syllabus id, in the order of the turns.

        LazyCodes stay as they are, so that what nobody looks at is not drawn; `drawn` draws them.
        """
        self._codes: dict[str, Codes | LazyCodes] = {
            syllabus_id: of_syllabus if isinstance(of_syllabus, (LazyCodes, array)) else array("Q", of_syllabus)
            for syllabus_id, of_syllabus in codes.items()
        }
        self._codes = {syllabus_id: of_syllabus for syllabus_id, of_syllabus in self._codes.items() if of_syllabus}
        self._settings = settings
        self._seed = seed
        self._length = sum(map(len, self._codes.values()))
        self._stretches = _stretches([len(of_syllabus) for of_syllabus in self._codes.values()])
        self._turns: tuple[int, tuple[str, ...]] = (-1, ())  # syllabi of the stretch that was asked for last

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> PlannedInstruction: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[PlannedInstruction, ...]: ...
    def __getitem__(self, index: int | slice) -> PlannedInstruction | tuple[PlannedInstruction, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(self._length)))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        index %= self._length
        stretch = bisect_right(self._stretches, index, key=lambda stretch: stretch.start) - 1
        turns = self._turns_of(stretch)
        rounds, turn = divmod(index - self._stretches[stretch].start, len(turns))
        syllabus_id = turns[turn]
        return self._item(syllabus_id, self._codes[syllabus_id][self._stretches[stretch].first_round + rounds])

    def __iter__(self) -> Iterator[PlannedInstruction]:
        for syllabus_id, code in self.coded():
            yield self._item(syllabus_id, code)

    def coded(self) -> Iterator[tuple[str, int]]:
        """Give syllabus id and code of each, in order; `planned_instruction` makes the rest of them."""
        for stretch, (start, first_round) in enumerate(self._stretches):
            turns = self._turns_of(stretch)
            end = self._stretches[stretch + 1].start if stretch + 1 < len(self._stretches) else self._length
            for number in range(first_round, first_round + (end - start) // len(turns)):
                for syllabus_id in turns:
                    yield syllabus_id, self._codes[syllabus_id][number]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlannedInstructions):
            return NotImplemented
        mine, theirs = list(self._arrays().items()), list(other._arrays().items())
        return (mine, self._seed, self._settings) == (theirs, other._seed, other._settings)

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __repr__(self) -> str:
        return f"PlannedInstructions({self._length} of {len(self._codes)} syllabi)"

    def drawn(self) -> "PlannedInstructions":
        """Give the same questions with all of their combinations drawn."""
        return PlannedInstructions(self._arrays(), settings=self._settings, seed=self._seed)

    @property
    def syllabus_ids(self) -> tuple[str, ...]:
        """The syllabi that are asked about."""
        return tuple(self._codes)

    def numbers(self) -> dict[str, int]:
        """Count the questions by syllabus id."""
        return {syllabus_id: len(codes) for syllabus_id, codes in self._codes.items()}

    def among(self, codes: Set[int], syllabus_id: str) -> Iterator[PlannedInstruction]:
        """Give the questions about one syllabus whose combinations have these codes, and draw no more than it takes."""
        left = set(codes)
        for code in self._codes.get(syllabus_id, ()):
            if code in left:
                yield self._item(syllabus_id, code)
                left.remove(code)
                if not left:
                    return

    def codes_by_syllabus(self) -> dict[str, frozenset[int]]:
        """Give the combinations of each syllabus as codes, in the form that make_plan takes as `also_taken`."""
        return {syllabus_id: frozenset(codes) for syllabus_id, codes in self._codes.items()}

    def to_data(self) -> dict[str, str]:
        """Give the codes by syllabus id as text (base64 of little-endian 64-bit numbers)."""
        return {syllabus_id: _text(codes) for syllabus_id, codes in self._arrays().items()}

    @property
    def fingerprint(self) -> str:
        """Name the questions by their combinations; the settings are not part of it."""
        digest = hashlib.blake2b(digest_size=10)
        for syllabus_id, codes in self._arrays().items():
            digest.update(f"{syllabus_id} {len(codes)} ".encode())
            digest.update(_little_endian(codes).tobytes())
        return digest.hexdigest()

    def _arrays(self) -> dict[str, Codes]:
        return {
            syllabus_id: codes.all if isinstance(codes, LazyCodes) else codes
            for syllabus_id, codes in self._codes.items()
        }

    def _item(self, syllabus_id: str, code: int) -> PlannedInstruction:
        return planned_instruction(syllabus_id, code, settings=self._settings, seed=self._seed)

    def _turns_of(self, stretch: int) -> tuple[str, ...]:
        if self._turns[0] != stretch:
            first_round = self._stretches[stretch].first_round
            turns = tuple(syllabus_id for syllabus_id, codes in self._codes.items() if len(codes) > first_round)
            self._turns = (stretch, turns)
        return self._turns[1]


def planned_instruction(syllabus_id: str, code: int, *, settings: GenerationSettings, seed: int) -> PlannedInstruction:
    """Give the question about the combination with this code (see combination_code.py)."""
    return _planned(combination(code, syllabus_id=syllabus_id), syllabus_id, settings, seed)


def planned_instructions_from_data(
    data: Mapping[str, Any], *, settings: GenerationSettings, seed: int
) -> PlannedInstructions:
    """Read what PlannedInstructions.to_data gave."""
    codes = {syllabus_id: _codes(text) for syllabus_id, text in data.items()}
    return PlannedInstructions(codes, settings=settings, seed=seed)


def draw_items(
    course: Course,
    request: PlanRequest,
    *,
    taken: frozenset[int] = frozenset(),
    passed_over: frozenset[int] = frozenset(),
) -> Iterator[PlannedInstruction]:
    """Draw questions of one course without replacement, leaving out combinations that other seeds have taken.

    Those `passed_over` were taken since this seed first drew from it: they do not change its other draws.
    """
    syllabus_id = course.syllabus.syllabus_id
    for drawn in sample_class_sessions_and_key_concepts(
        course.details,
        syllabus_id=syllabus_id,
        strategy_mix=request.settings.strategy_mix,
        seed=request.seed,
        taken=taken,
        passed_over=passed_over,
    ):
        yield _planned(drawn, syllabus_id, request.settings, request.seed)


def _planned(drawn: Combination, syllabus_id: str, settings: GenerationSettings, seed: int) -> PlannedInstruction:
    asked = instruction_id(drawn, syllabus_id=syllabus_id, settings=settings, seed=seed)
    return PlannedInstruction(asked, answer_id(asked, settings=settings), syllabus_id, drawn)


def _stretches(lengths: Sequence[int]) -> list[_Stretch]:
    stretches = []
    start = first_round = 0
    ordered = sorted(lengths)
    for shorter, length in enumerate(ordered):
        if length > first_round:
            stretches.append(_Stretch(start, first_round))
            start += (length - first_round) * (len(ordered) - shorter)
            first_round = length
    return stretches


def _text(codes: Codes) -> str:
    return base64.b64encode(_little_endian(codes).tobytes()).decode()


def _codes(text: str) -> Codes:
    codes = array("Q")
    codes.frombytes(base64.b64decode(text))
    return _little_endian(codes)


def _little_endian(codes: Codes) -> Codes:
    if sys.byteorder == "little":
        return codes
    swapped = array("Q", codes)
    swapped.byteswap()
    return swapped
