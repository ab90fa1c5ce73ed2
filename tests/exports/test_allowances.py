"""Nodes give as many pairs as a cap or an even share allows them."""

import hypothesis
import hypothesis.strategies as st

from glan_core.exports.allowances import capped, spread_evenly

THERE = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 50), max_size=8)


def test_a_cap_leaves_small_nodes_as_they_are():
    assert capped({"a": 2, "b": 9}, 5) == {"a": 2, "b": 5}


def test_small_nodes_give_all_and_the_others_share_the_rest():
    assert spread_evenly({"a": 2, "b": 9, "c": 30}, 20) == {"a": 2, "b": 9, "c": 9}
    assert spread_evenly({"a": 2, "b": 90, "c": 30}, 20) == {"a": 2, "b": 9, "c": 9}


def test_what_cannot_be_divided_goes_to_the_first_by_name():
    assert spread_evenly({"c": 9, "a": 9, "b": 9}, 10) == {"a": 4, "b": 3, "c": 3}


def test_more_than_there_is_takes_all():
    assert spread_evenly({"a": 1, "b": 2}, 100) == {"a": 1, "b": 2}
    assert spread_evenly({}, 5) == {}


@hypothesis.given(there=THERE, total=st.integers(0, 200))
def test_the_shares_add_up_and_differ_by_one_where_nodes_could_give_more(there: dict[str, int], total: int):
    given = spread_evenly(there, total)
    assert sum(given.values()) == min(total, sum(there.values()))
    assert all(0 <= given[node] <= there[node] for node in there)
    more = [given[node] for node in there if given[node] < there[node]]
    assert not more or max(given.values()) - min(more) <= 1
