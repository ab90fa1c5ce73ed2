"""A language is known by its code and by its name."""

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from glan_core.errors import SettingsError
from glan_core.languages import LANGUAGE_NAMES, language_code, language_name


def test_every_language_that_the_check_can_tell_by_two_letters_has_a_name():
    told = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    assert set(LANGUAGE_NAMES) == {code for code in told if len(code) == 2}


def test_no_two_languages_share_a_name():
    assert len(set(LANGUAGE_NAMES.values())) == len(LANGUAGE_NAMES)


@pytest.mark.parametrize("code", LANGUAGE_NAMES)
def test_a_language_is_found_by_code_and_by_name(code: str):
    assert (
        language_code(code) == language_code(code.upper()) == language_code(f" {LANGUAGE_NAMES[code].lower()} ") == code
    )
    assert language_name(code) == LANGUAGE_NAMES[code]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Koreen", "Did you mean ko (Korean)?"),
        ("Norwegain", "no (Norwegian)"),
        ("Klingon", "Give a code of two letters"),
        ("", "Give a code of two letters"),
    ],
)
def test_an_unknown_language_is_an_error_with_what_comes_close(text: str, hint: str):
    with pytest.raises(SettingsError, match=f"'{text}'") as raised:
        language_code(text)
    assert hint in raised.value.hint
