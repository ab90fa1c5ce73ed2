"""Is alpha what one works out by hand, and what its author published?"""

import pytest

from glan_core.agreement import NO_NODE_IN_COMMON, ONE_VERDICT_ONLY, Agreement, read_agreement
from glan_core.store.votes import Ballot

VERDICTS = {"k": "keep", "r": "remove"}


def ballots(level: str = "discipline", **said: str) -> list[Ballot]:
    """Give the ballots of reviewers who went through the same nodes: A="kr." kept the first and left out the third."""
    return [
        Ballot(f"{level} {place}", level, reviewer, VERDICTS.get(letter, letter))
        for reviewer, letters in said.items()
        for place, letter in enumerate(letters)
        if letter != "."
    ]


def overall(given: list[Ballot]) -> Agreement:
    return read_agreement(given)[0]


def test_the_binary_example_of_krippendorff_2011():
    # Section A: two observers, ten units, alpha = 0.095.
    assert overall(ballots(A="krkkkkkkrk", B="rrrkkrkkkk")).alpha == pytest.approx(0.095, abs=0.0005)


def test_the_example_with_missing_data_of_krippendorff_2011():
    # Section C: four observers, twelve units, five values, one unit with a single value; alpha = 0.743.
    found = overall(ballots(A="123321412...", B="1233224125.3", C=".3332342251.", D="12332441251."))
    assert found.alpha == pytest.approx(0.743, abs=0.0005)
    assert found.compared_votes == 40


def test_half_disagreement_worked_out_by_hand():
    # Of 4 nodes by two reviewers one is disputed: 2 of 8 pairs differ. 5 keep and 3 remove give 2 * 5 * 3 = 30 of
    # 8 * 7 = 56 differing pairs by chance. alpha = 1 - (2 / 8) / (30 / 56) = 8 / 15
    assert overall(ballots(A="kkkr", B="kkrr")).alpha == pytest.approx(8 / 15)


def test_full_agreement_is_one_and_full_disagreement_is_below_zero():
    assert overall(ballots(A="kr", B="kr")).alpha == 1
    # 4 of 4 pairs differ, by chance 2 * 2 * 2 = 8 of 12: 1 - 12 / 8
    assert overall(ballots(A="kr", B="rk")).alpha == pytest.approx(-0.5)


def test_a_node_with_one_vote_changes_nothing_but_the_counts():
    without, with_it = overall(ballots(A="kkkr", B="kkrr")), overall(ballots(A="kkkrr", B="kkrr."))
    assert with_it.alpha == without.alpha
    assert (without.nodes, without.votes, without.compared_votes) == (4, 8, 8)
    assert (with_it.nodes, with_it.votes, with_it.compared_votes) == (5, 9, 8)


@pytest.mark.parametrize("given", [[], ballots(A="kr"), ballots(A="k.", B=".r")], ids=["no vote", "one", "apart"])
def test_without_a_node_in_common_there_is_no_alpha(given: list[Ballot]):
    found = overall(given)
    assert found.alpha is None
    assert found.reason == NO_NODE_IN_COMMON


def test_where_all_compared_votes_say_the_same_alpha_is_not_defined():
    found = overall(ballots(A="kkr", B="kk."))  # the third node is no one else's
    assert found.alpha is None
    assert found.reason == ONE_VERDICT_ONLY


def test_ties_and_reviewers_are_counted():
    found = overall(ballots(A="kkr", B="rk.", C=".rr"))
    assert (found.ties, found.reviewers) == (1, 3)


def test_each_level_stands_by_itself():
    both = [*ballots("field", A="kr", B="kr"), *ballots("discipline", A="kr", B="rk")]
    everything, fields, sub_fields, disciplines = read_agreement(both)
    assert [row.level for row in (everything, fields, sub_fields, disciplines)] == [
        None,
        "field",
        "sub_field",
        "discipline",
    ]
    assert fields.alpha == 1
    assert sub_fields == Agreement("sub_field", 0, 0, 0, 0, 0, None, NO_NODE_IN_COMMON)
    assert disciplines.alpha == pytest.approx(-0.5)
    assert everything.votes == 8
