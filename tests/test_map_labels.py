"""Labels never cover one another, the heavier one stays, and a smaller window has room for more."""

import random

from hypothesis import given
from hypothesis import strategies as st

from glan_core.entities import Window
from glan_core.map_labels import LINE_PIXELS, Label, pixels, place_labels, shortened

WINDOW = Window(0, 0, 10, 10)
_LABELS = st.lists(
    st.builds(Label, st.text("abc ", min_size=1, max_size=40), st.floats(-1, 11), st.floats(-1, 11), st.integers(1, 9)),
    max_size=30,
)


def _box(label: Label) -> tuple[float, float, float, float]:
    x, y = label.x * 40, label.y * 40
    return (x - pixels(label.text) / 2, y - LINE_PIXELS / 2, x + pixels(label.text) / 2, y + LINE_PIXELS / 2)


@given(_LABELS)
def test_no_two_labels_cover_one_another_and_all_are_seen_whole(labels: list[Label]):
    boxes = [_box(label) for label in place_labels(labels, window=WINDOW, width=400, height=400)]
    for number, (left, bottom, right, top) in enumerate(boxes):
        assert left >= -1e-6
        assert bottom >= -1e-6
        assert right <= 400 + 1e-6
        assert top <= 400 + 1e-6
        for other in boxes[:number]:
            overlap = min(right, other[2]) - max(left, other[0]), min(top, other[3]) - max(bottom, other[1])
            assert min(overlap) <= 1e-6


@given(_LABELS, st.randoms(use_true_random=False))
def test_the_order_in_which_labels_come_does_not_matter(labels: list[Label], rng: random.Random):
    shuffled = rng.sample(labels, len(labels))
    first, second = (place_labels(some, window=WINDOW, width=400, height=400) for some in (labels, shuffled))
    assert first == second


def test_of_two_labels_in_one_place_the_heavier_one_stays():
    labels = [Label("light", 5, 5, 1), Label("heavy", 5.1, 5, 2)]
    assert [label.text for label in place_labels(labels, window=WINDOW, width=400, height=400)] == ["heavy"]


def test_a_smaller_window_has_room_for_both():
    labels = [Label("light", 5, 5, 1), Label("heavy", 5.1, 5, 2)]
    near = Window(4.9, 4.9, 5.2, 5.2)
    assert {label.text for label in place_labels(labels, window=near, width=400, height=400)} == {"light", "heavy"}


def test_what_lies_outside_the_window_is_not_named():
    assert place_labels([Label("far", 20, 5, 1)], window=WINDOW, width=400, height=400) == ()


def test_a_name_stands_once_and_no_more_names_than_wanted():
    labels = [Label("same", 1, 1, 3), Label("same", 9, 9, 2), Label("other", 1, 9, 1)]
    assert [label.text for label in place_labels(labels, window=WINDOW, width=400, height=400)] == ["same", "other"]
    assert len(place_labels(labels, window=WINDOW, width=400, height=400, most=1)) == 1


def test_a_window_without_extent_has_no_labels():
    assert place_labels([Label("a", 0, 0, 1)], window=Window(0, 0, 0, 0), width=400, height=400) == ()


def test_a_long_name_is_cut():
    assert shortened("Law, government\nand defense of the realm") == "Law, government and defense…"
    assert shortened("Optics") == "Optics"


def test_letters_of_wide_scripts_take_twice_the_room():
    assert pixels("熱力") == pixels("abcd")
