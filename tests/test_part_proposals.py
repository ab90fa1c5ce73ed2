"""Names that mean something near come into one part, and nothing is embedded twice."""

from typing import Any

import pytest

from glan_core.embedding.encoder import encode
from glan_core.entities import LONGEST_NAME
from glan_core.part_proposals import propose_parts
from tests.conftest import Small

NAMES = ["Optics", "Poultry farming", "Acoustics", "Pig farming", "Dairy farming", "Thermodynamics"]


def test_names_are_divided_by_what_they_mean(small: Small):
    parts = propose_parts(small.database, NAMES, number=2)
    assert sorted(part.places for part in parts) == [(0, 2, 5), (1, 3, 4)]
    farming = next(part for part in parts if 1 in part.places)
    first, second = farming.name.split(" and ")
    assert {first, second} < {"Poultry farming", "Pig farming", "Dairy farming"}


def test_names_that_were_read_are_not_read_again(small: Small):
    asked: list[Any] = []

    def compute(function: Any, *arguments: Any, **options: Any) -> Any:
        asked.append(function)
        return function(*arguments, **options)

    first = propose_parts(small.database, NAMES, number=3, compute=compute)
    assert propose_parts(small.database, NAMES, number=3, compute=compute) == first
    assert asked.count(encode) == 1


@pytest.mark.parametrize("names", [[], ["Optics"], ["Optics", "Acoustics"]])
def test_few_names_give_as_many_parts_at_most(small: Small, names: list[str]):
    assert len(propose_parts(small.database, names, number=3)) == len(names)


def test_a_part_has_a_name_that_can_be_used(small: Small):
    names = [f"{letter * 150}" for letter in "abc"]
    assert all(len(part.name) <= LONGEST_NAME for part in propose_parts(small.database, names, number=1))
