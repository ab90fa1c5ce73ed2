"""A pair is flagged for what a program can see, and only for that."""

import dataclasses
import subprocess
import sys

import pytest

from glan_core.quality.checks import check_answer, check_instruction
from glan_core.quality.language import language_of
from tests.small_pairs import answer, instruction

ENGLISH = "The light bends because it travels more slowly in glass than it does in the air around it."
GERMAN = "Das Licht wird gebrochen, weil es sich im Glas langsamer ausbreitet als in der Luft ringsum."
FRENCH = "La lumière est déviée parce qu'elle se propage plus lentement dans le verre que dans l'air."
JAPANESE = "光がガラスの中では空気の中よりもゆっくり進むので、境界で曲がります。これを屈折と呼びます。"


def _of_question(text: str, *, finish_reason: str = "stop", language: str = "en") -> list[str]:
    asked = instruction("a", text=text)
    return [flag.kind for flag in check_instruction(asked, finish_reason=finish_reason, language=language)]


def _of_answer(
    text: str, *, question: str = "Why does light bend in glass?", finish_reason: str = "stop", language: str = "en"
) -> list[str]:
    flags = check_answer(
        answer("a", text=text), instruction("a", text=question), finish_reason=finish_reason, language=language
    )
    assert all(flag.instruction_id == "a" for flag in flags)
    return [flag.kind for flag in flags]


def test_a_good_pair_has_no_flags():
    assert _of_question("Why does light bend when it enters a block of glass at an angle?") == []
    assert _of_answer(ENGLISH) == []


def test_a_text_that_reached_its_limit_is_truncated():
    assert _of_question(ENGLISH, finish_reason="length") == ["truncated"]
    assert _of_answer(ENGLISH, finish_reason="length") == ["truncated"]


@pytest.mark.parametrize("text", [GERMAN, FRENCH, JAPANESE])
def test_another_language_than_asked_for_is_wrong(text: str):
    assert _of_question(text) == ["wrong_language"]
    assert _of_answer(text) == ["wrong_language"]


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (FRENCH, "fr"), (JAPANESE, "ja")])
def test_the_language_that_was_asked_for_is_right(text: str, language: str):
    assert _of_question(text, language=language) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "Ja, genau.",
        "E = mc^2; F = ma; PV = nRT; a^2 + b^2 = c^2",
        "for i in range(10):\n    x[i] = y[i] * z[i] + w[i]\n    print(x[i], y[i])",
        "sin(x) cos(y) + tan(z) = exp(u) log(v), d/dx ln(x) = 1/x, lim sin(x)/x = 1, det(AB) = det(A) det(B)",
        "SELECT a.id, b.name FROM a JOIN b ON a.id = b.id WHERE b.qty > 5 GROUP BY a.id;",
    ],
)
def test_short_texts_formulas_and_code_have_no_language(text: str):
    assert "wrong_language" not in _of_question(text)


@pytest.mark.parametrize("language", ["de", "fr", "ja"])
def test_an_answer_that_goes_over_into_english_is_noticed(language: str):
    beginning = {"de": GERMAN, "fr": FRENCH, "ja": JAPANESE}[language]
    assert _of_answer(f"{beginning} {ENGLISH * 20}", language=language) == ["wrong_language"]


def test_an_english_answer_that_ends_in_another_language_is_no_longer_english():
    found = [_of_answer(f"{ENGLISH} {text * 30}") for text in (GERMAN, FRENCH, JAPANESE)]
    assert found == [["wrong_language"]] * 3


def test_a_few_foreign_words_leave_a_text_english():
    assert _of_answer(f"The Japanese term is {JAPANESE[:12]}. {ENGLISH}") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Lyset brytes fordi det går langsommere i glass enn i luften rundt, og strålen endrer retning der.", "nn"),
        ("Cahaya dibiaskan karena bergerak lebih lambat di dalam kaca daripada di udara di sekitarnya.", "ms"),
        ("Svjetlost se lomi jer se u staklu širi sporije nego u zraku koji ga okružuje sa svih strana.", "bs"),
    ],
)
def test_languages_that_are_told_apart_by_a_border_are_not_held_against_each_other(text: str, language: str):
    assert language_of(text)[0] != language
    assert "wrong_language" not in _of_question(text, language=language)


def test_a_full_disk_is_explained():
    begin = "import tempfile; tempfile.tempdir = '/nowhere'\n"
    fail = "from glan_core.quality.language import prepare\nprepare()"
    result = subprocess.run([sys.executable, "-c", begin + fail], capture_output=True, text=True, check=False)
    last = result.stderr.splitlines()[-1]
    assert last.startswith("glan_core.errors.DiskError: The language check cannot unpack its model:")


def test_a_wrong_language_says_which():
    (flag,) = check_instruction(instruction("a", text=GERMAN), finish_reason="stop", language="en")
    assert flag.detail == "de instead of en"


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, I cannot do this.",
        "I am unable to answer.",
        "I cannot assist with that request.",
        "I can't provide this.",
        "As an AI language model, I have no opinion.",
        "i cannot comply",
        "Sorry, but I can't do that.",
        "I’m sorry. I can’t help with this one.",
        "Unfortunately, I am not able to share those details.",
        "I apologize, but I won't be able to assist you here.",
        "I'm afraid I can't answer that.",
        "I'm unable to provide legal advice.",
        "I’m not able to discuss this topic.",
        "I won't provide instructions for that.",
        "I must respectfully decline.",
        "I have to decline this request.",
        "I don't feel comfortable writing this.",
        "As an AI, I do not have personal experiences.",
        "As an artificial intelligence, I cannot feel.",
        "It would be inappropriate for me to answer this.",
        "This request violates my guidelines.",
        "**I can't assist with that.**",
        '"I cannot help you with this."',
    ],
)
def test_an_answer_that_declines_is_a_refusal(text: str):
    assert _of_answer(text) == ["refusal"]


@pytest.mark.parametrize("finish_reason", ["refusal", "content_filter"])
def test_an_answer_that_the_endpoint_withheld_is_a_refusal(finish_reason: str):
    assert _of_answer("No.", finish_reason=finish_reason) == ["refusal"]


@pytest.mark.parametrize(
    "text",
    [
        "The patient said: I'm sorry, I can't help it.",
        "I can see two ways to answer this question, and both of them lead to the same result.",
        "As an airport grows, so does its need for water.",
        "I cannot overstate how much the angle of the ray matters here.",
        "I can't help but notice that the two rays are parallel.",
        "I cannot recommend a single value, since it depends on the glass.",
        "I am sorry to hear of your loss, the letter might begin, and go on with what the two friends had done.",
        "As an AI engineer you would first look at the data.",
        "Unfortunately, the data do not suffice: two equations cannot determine three unknowns.",
        "I would decline the offer, as its present value is below the price.",
        "It would be unethical to leave the patients untold.",
        "The committee must decline the request, because the budget is spent.",
        "I will not be moved, says the hero, and I cannot answer for what follows.",
    ],
)
def test_an_answer_that_only_sounds_like_it_is_no_refusal(text: str):
    assert _of_answer(text) == []


QUESTION = "Explain how a thin lens forms an image of a distant object, and where it lies."


@pytest.mark.parametrize("text", [QUESTION, QUESTION.upper(), QUESTION.replace(" ", "\n "), QUESTION + " Yes."])
def test_an_answer_that_is_the_question_again_is_flagged(text: str):
    assert "repeats_question" in _of_answer(text, question=QUESTION)


def test_a_question_again_is_seen_where_words_have_no_spaces():
    assert "repeats_question" in _of_answer(JAPANESE[:-6] + "。", question=JAPANESE, language="ja")
    assert (
        _of_answer("光は空気中を真っすぐ進みますが、鏡に当たると反射します。", question=JAPANESE, language="ja") == []
    )


def test_an_answer_that_quotes_the_question_and_goes_on_is_fine():
    assert _of_answer(f"{QUESTION} {ENGLISH} {ENGLISH}", question=QUESTION) == []


def test_one_answer_can_break_several_rules():
    text = "I'm sorry, I cannot answer this question about lenses, images and objects at all."
    assert _of_answer(text, question=text, finish_reason="length") == ["truncated", "refusal", "repeats_question"]


def test_a_refusal_keeps_how_it_began():
    made = dataclasses.replace(answer("a"), text="I cannot help. " * 50)
    (flag,) = check_answer(made, instruction("a"), finish_reason="stop", language="en")
    assert flag.detail == made.text[:100]


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), (FRENCH, "fr"), (JAPANESE, "ja")])
def test_a_plain_sentence_is_recognised_with_certainty(text: str, language: str):
    found, certainty = language_of(text)
    assert found == language
    assert 0.8 <= certainty <= 1


def test_a_refused_question_is_flagged():
    assert _of_question("I'm sorry, I can't help with that.", finish_reason="content_filter") == ["refusal"]
