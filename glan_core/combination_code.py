"""How does a combination fit into 64 bits?

A key concept has a place in its syllabus: the position of its class session and its own position there, each from 1.
Six bits each make 12 for a place, and the places of up to five key concepts, in teaching order, make one number. Ids of
class sessions and key concepts follow from the syllabus and the place (see ids.py), so nothing else has to be kept.

    >>> encode([place(1, 2), place(3, 1)]) == (1 << 6 | 2) | (3 << 6 | 1) << 12
    True
    >>> decode(encode([place(1, 2), place(3, 1)]))
    (Place(class_session=1, key_concept=2), Place(class_session=3, key_concept=1))
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from glan_core import ids
from glan_core.entities import Combination, Strategy

HIGHEST_POSITION = 63  # six bits; class_details.py reads at most 60 class sessions, and the paper speaks of 30
MOST_KEY_CONCEPTS = 5  # paper 2.4, both strategies
_BITS = 6
_PLACE_BITS = 2 * _BITS
_PLACE = (1 << _PLACE_BITS) - 1


class Place(NamedTuple):
    """Where a key concept stands in its syllabus; both positions count from 1."""

    class_session: int
    key_concept: int


def place(class_session: int, key_concept: int) -> int:
    """Give a place as one number of 12 bits; places are in teaching order as their numbers are."""
    return class_session << _BITS | key_concept


def encode(places: Iterable[int]) -> int:
    """Give the code of a combination whose places, as numbers, come in teaching order."""
    code = shift = 0
    for number in places:
        code |= number << shift
        shift += _PLACE_BITS
    return code


def places_of(code: int) -> list[int]:
    """Give the places of a code as numbers, in teaching order; what encode takes."""
    places = []
    while code:
        places.append(code & _PLACE)
        code >>= _PLACE_BITS
    return places


def decode(code: int) -> tuple[Place, ...]:
    """Give the places of a code in teaching order."""
    return tuple(Place(number >> _BITS, number & HIGHEST_POSITION) for number in places_of(code))


def has_two_sessions(code: int) -> bool:
    """Say whether the first and the last place of a code are in different class sessions."""
    last = code >> (code.bit_length() - 1) // _PLACE_BITS * _PLACE_BITS
    return last >> _BITS != (code & _PLACE) >> _BITS


def combination(code: int, *, syllabus_id: str) -> Combination:
    """Give the combination that a code means in this syllabus."""
    places = decode(code)
    positions = sorted({class_session for class_session, _ in places})
    sessions = {position: _class_session_id(syllabus_id, position) for position in positions}
    return Combination(
        Strategy.ONE_SESSION if len(positions) == 1 else Strategy.TWO_SESSIONS,
        tuple(sessions.values()),
        tuple(_key_concept_id(sessions[class_session], key_concept) for class_session, key_concept in places),
    )


# A plan names the same few hundred ids over and over; these hold those of about a hundred syllabi, in 5 MB.
@lru_cache(maxsize=4096)
def _class_session_id(syllabus_id: str, position: int) -> str:
    return ids.class_session_id(syllabus_id, position)


@lru_cache(maxsize=16384)
def _key_concept_id(class_session_id: str, position: int) -> str:
    return ids.key_concept_id(class_session_id, position)
