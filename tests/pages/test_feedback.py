"""Does text come out as it is?"""

import pytest

from pages.shared.feedback import as_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://127.0.0.1:8080/v1", "`http://127.0.0.1:8080/v1`"),
        ("a`b``c", "``` a`b``c ```"),
        ("", ""),
    ],
)
def test_code_holds_what_was_given_and_nothing_else(text: str, code: str):
    assert as_code(text) == code
