"""Ids depend on content and place, and on nothing else."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from glan_core import ids
from glan_core.settings import PROJECT_FOLDER

_PARTS = st.lists(st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=["Cs"]))), max_size=4)


def test_the_example_of_the_module_holds():
    assert ids.taxonomy_node_id(None, "Natural Science") == "k3jnimoy6uuadw6v"


@given(_PARTS)
def test_an_id_is_16_lower_case_letters_and_digits(parts: list[object]):
    made = ids.stable_id("kind", *parts)
    assert len(made) == 16
    assert made.isascii()
    assert made.isalnum()
    assert made == made.lower()


@given(_PARTS, _PARTS)
def test_ids_are_equal_only_for_equal_parts(first: list[object], second: list[object]):
    assert (ids.stable_id("kind", *first) == ids.stable_id("kind", *second)) == (first == second)


def test_the_same_parts_under_another_kind_have_another_id():
    assert ids.stable_id("subject", "a") != ids.stable_id("syllabus", "a")


def test_parts_do_not_run_into_each_other():
    assert ids.stable_id("kind", "ab", "c") != ids.stable_id("kind", "a", "bc")


def test_the_order_of_keys_in_a_part_does_not_matter():
    assert ids.stable_id("kind", {"a": 1, "b": 2}) == ids.stable_id("kind", {"b": 2, "a": 1})


def test_a_tuple_and_a_list_have_the_same_id():
    assert ids.stable_id("kind", ("a", "b")) == ids.stable_id("kind", ["a", "b"])


def test_the_same_name_at_another_place_has_another_id():
    field = ids.taxonomy_node_id(None, "Agriculture")
    sub_field = ids.taxonomy_node_id(field, "Land use")
    assert ids.taxonomy_node_id(sub_field, "Agriculture") != field


def test_equal_texts_share_their_content_id():
    assert ids.content_id("the same") == ids.content_id("the same")
    assert ids.content_id("the same") != ids.content_id("the other")


@given(_PARTS)
def test_a_seed_fits_into_31_bits(parts: list[object]):
    assert 0 <= ids.stable_seed(*parts) < 2**31


def test_another_process_makes_the_same_ids_and_seeds():
    program = "from glan_core import ids; print(ids.stable_id('kind', 'a', 1), ids.stable_seed('a', 1))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [ids.stable_id("kind", "a", 1), str(ids.stable_seed("a", 1))]
