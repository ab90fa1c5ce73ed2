"""What the newest questions showed becomes a probability, and draws that depend on nothing but it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight.novelty import LEAST, NEWEST, Evidence, draw_shares


@pytest.mark.parametrize(
    ("new", "compared", "chance"),
    [
        (0, 0, 0.1),  # the prior: every share is equally likely
        (0, 1, 1 - 0.9**2),  # Beta(1, 2) has the distribution 1 - (1 - x)^2
        (1, 1, 0.1**2),  # Beta(2, 1) has x^2
        (1, 2, 3 * 0.1**2 - 2 * 0.1**3),  # Beta(2, 2) has 3 x^2 - 2 x^3
        (0, 27, 1 - 0.9**28),
    ],
)
def test_the_chance_is_that_of_the_distribution(new: int, compared: int, chance: float):
    assert Evidence(new, compared).chance_of_saturation == pytest.approx(chance)


def test_the_chance_agrees_with_draws():
    drawn = np.random.default_rng(0).beta(1 + 7, 1 + 93, 200_000)
    assert Evidence(7, 100).chance_of_saturation == pytest.approx((drawn < 0.1).mean(), abs=0.005)


def test_it_takes_so_many_compared_ones_to_be_sure():
    assert Evidence(0, LEAST).is_saturated
    assert not Evidence(0, LEAST - 1).is_saturated
    assert Evidence(4, NEWEST).is_saturated
    assert not Evidence(5, NEWEST).is_saturated


@given(st.integers(0, NEWEST), st.integers(0, NEWEST))
def test_one_more_new_one_never_makes_saturation_likelier(new: int, repeated: int):
    fewer, more = Evidence(new, new + repeated + 1), Evidence(new + 1, new + repeated + 1)
    assert 0 <= more.chance_of_saturation <= fewer.chance_of_saturation <= 1 + 1e-12


EVIDENCE = {"a": Evidence(90, 100), "b": Evidence(3, 4), "c": Evidence(0, 0)}


def test_draws_depend_on_the_node_and_the_seed_alone():
    drawn = draw_shares(EVIDENCE, rounds=50, seed=1)
    turned = draw_shares({key: EVIDENCE[key] for key in ("c", "a")}, rounds=50, seed=1)
    assert (turned == drawn[:, [2, 0]]).all()
    assert (draw_shares(EVIDENCE, rounds=10, seed=1) == drawn[:10]).all()
    assert (draw_shares(EVIDENCE, rounds=50, seed=2) != drawn).all()


def test_draws_are_from_what_is_known():
    drawn = draw_shares(EVIDENCE, rounds=4000, seed=3)
    assert drawn.mean(axis=0) == pytest.approx([91 / 102, 4 / 6, 1 / 2], abs=0.02)
    assert ((drawn >= 0) & (drawn <= 1)).all()
