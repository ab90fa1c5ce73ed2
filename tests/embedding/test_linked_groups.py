"""What is linked, however indirectly, is one group."""

import numpy as np

from glan_core.embedding.linked_groups import linked_groups


def test_links_that_share_an_end_make_one_group_and_the_largest_comes_first():
    assert linked_groups(np.array([8, 1, 5, 2]), np.array([9, 2, 6, 3])) == ((1, 2, 3), (5, 6), (8, 9))


def test_what_is_linked_with_itself_only_is_a_group_of_its_own():
    assert linked_groups(np.array([4, 7]), np.array([4, 4])) == ((4, 7),)
    assert linked_groups(np.array([4]), np.array([4])) == ((4,),)


def test_without_links_there_is_no_group():
    assert linked_groups(np.empty(0, int), np.empty(0, int)) == ()
