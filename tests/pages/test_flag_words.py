"""Are quality flags told in words?"""

import pandas as pd

from pages.shared.flag_words import flag_words, listed_flag_words


def test_every_flag_has_words():
    kinds = ["truncated", "refusal", "wrong_language", "repeats_question"]
    assert flag_words(kinds) == "cut off, refused, in another language, repeats the question"


def test_a_flag_of_another_version_is_told_as_it_stands():
    assert flag_words(["too_long"]) == "too long"


def test_cells_of_a_table_are_told_and_empty_ones_stay_empty():
    cells = pd.Series(["repeats_question, truncated", None])
    assert list(cells.map(listed_flag_words)) == ["repeats the question, cut off", ""]
