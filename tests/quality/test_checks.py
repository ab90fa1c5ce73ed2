"""A pair is flagged for what a program can see, and only for that."""

import dataclasses

import pytest

from glan_core.quality.checks import check_answer, check_instruction, language_of
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
    ],
)
def test_an_answer_that_only_sounds_like_it_is_no_refusal(text: str):
    assert _of_answer(text) == []


QUESTION = "Explain how a thin lens forms an image of a distant object, and where it lies."


@pytest.mark.parametrize("text", [QUESTION, QUESTION.upper(), QUESTION.replace(" ", "\n "), QUESTION + " Yes."])
def test_an_answer_that_is_the_question_again_is_flagged(text: str):
    assert "repeats_question" in _of_answer(text, question=QUESTION)


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
