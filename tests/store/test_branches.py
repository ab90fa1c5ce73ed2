"""The whole tree is listed in its order, with what would count below each node."""

from glan_core.store.branches import Branch, list_branches
from glan_core.store.database import Cursor
from tests.conftest import Small


def by_name(small: Small) -> dict[str, Branch]:
    """Give the branches of Natural Science by name."""
    natural_science, _ = list_branches(small.cursor)
    return {branch.name: branch for branch in natural_science.walk()}


def test_a_branch_holds_everything_below_it_in_the_order_of_the_taxonomy(made: Small):
    assert list(by_name(made)) == [
        "Natural Science",
        "Physical sciences",
        "Physics",
        "Mechanics",
        "Optics",
        "Chemistry",
    ]
    assert [branch.name for branch in list_branches(made.cursor)] == ["Natural Science", "Agriculture"]


def test_subjects_and_answered_pairs_are_counted_on_every_level(made: Small):
    counted = {name: (branch.subjects, branch.pairs) for name, branch in by_name(made).items()}
    assert counted == {
        "Natural Science": (2, 2),
        "Physical sciences": (2, 2),
        "Physics": (2, 2),
        "Mechanics": (1, 0),
        "Optics": (1, 2),
        "Chemistry": (0, 0),
    }


def test_what_is_removed_stays_with_its_own_counts_and_adds_nothing_above(made: Small):
    made.cursor.execute("update taxonomy_node set status = 'removed', target = 9 where name = 'Physics'")
    found = by_name(made)
    assert (found["Physics"].status, found["Physics"].target, found["Physics"].pairs) == ("removed", 9, 2)
    assert (found["Physical sciences"].subjects, found["Natural Science"].pairs) == (0, 0)


def test_a_removed_subject_adds_nothing_above(made: Small):
    made.cursor.execute("update subject set status = 'removed' where name = 'Optics'")
    found = by_name(made)
    assert (found["Optics"].status, found["Optics"].pairs) == ("removed", 2)
    assert (found["Physics"].subjects, found["Physics"].pairs) == (1, 0)


def test_pairs_of_a_removed_run_do_not_count(made: Small):
    made.cursor.execute("update run set is_removed = true")
    assert by_name(made)["Optics"].pairs == 0


def test_an_empty_database_has_no_branch(cursor: Cursor):
    assert list_branches(cursor) == ()
