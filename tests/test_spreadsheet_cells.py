"""Is no cell a formula, and does each come back as it was?"""

import pytest

from glan_core.spreadsheet_cells import guarded, unguarded

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("sign", _SIGNS)
@pytest.mark.parametrize("before", ["", "'", "''"])
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(before: str, sign: str):
    text = f"{before}{sign}1"
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["plain", "", "a=b", "'quoted'", "''", "1-1"])
def test_other_cells_stay_as_they_are(text: str):
    assert guarded(text) == text
    assert unguarded(text) == text
