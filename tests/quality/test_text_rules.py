"""Every rule has texts that break it, and texts that only look like it."""

import pytest

from glan_core.quality.checks import check_answer, check_instruction
from glan_core.quality.kinds import FLAG_KINDS, RULE_KINDS
from glan_core.quality.text_rules import MOST_ANSWER_WORDS, MOST_QUESTION_WORDS, leaked_words
from tests.small_pairs import answer, instruction

QUESTION = "Why does light bend when it enters a block of glass at an angle?"
ANSWER = "Light bends because it is slower in glass than it is in the air around it."


def _of_question(text: str) -> list[str]:
    return [flag.kind for flag in check_instruction(instruction("a", text=text), finish_reason="stop", language="en")]


def _of_answer(text: str) -> list[str]:
    asked = instruction("a", text=QUESTION)
    return [flag.kind for flag in check_answer(answer("a", text=text), asked, finish_reason="stop", language="en")]


@pytest.mark.parametrize("text", ["", "   \n", "...", "?!", "**"])
def test_a_text_that_says_nothing_is_empty_and_nothing_else(text: str):
    assert _of_question(text) == ["empty"]
    assert _of_answer(text) == ["empty"]


@pytest.mark.parametrize("text", ["4", "∅", "x", "No.", "≠ = <"])
def test_the_shortest_answer_that_says_something_is_not_empty(text: str):
    assert _of_answer(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{ANSWER} There are three reasons, and the",
        f"{ANSWER} It follows from the law of",
        f"{ANSWER} First the angle,",
        f"{ANSWER} As was said (",
        f"{ANSWER} It depends on the medium, such as",
    ],
)
def test_a_text_whose_last_words_cannot_be_the_end_is_truncated(text: str):
    assert _of_answer(text) == ["truncated"]
    assert _of_question(text) == ["truncated"]


@pytest.mark.parametrize(
    "text",
    [
        f"{ANSWER} So the angle is 30°",
        f"{ANSWER} The result: x = 4",
        f"{ANSWER} Write to Ann and Bo Orr",
        f"{ANSWER} This is what it stands for.",
        f"{ANSWER} It reads as follows:",
        f"{ANSWER} 🙂",
    ],
)
def test_a_text_that_only_lacks_a_full_stop_is_whole(text: str):
    assert _of_answer(text) == []


@pytest.mark.parametrize("text", ["Explain.", "Why?", "Optics!"])
def test_a_question_of_one_or_two_words_is_too_short(text: str):
    assert _of_question(text) == ["too_short"]


@pytest.mark.parametrize("text", ["Why is that?", "Solve x = 4", "光はなぜ曲がりますか。"])
def test_a_short_question_may_be_one(text: str):
    assert "too_short" not in _of_question(text)


def test_far_too_many_words_are_too_long():
    assert _of_question("light bends " * (MOST_QUESTION_WORDS // 2 + 1)) == ["too_long"]
    assert "too_long" not in _of_question("light bends " * (MOST_QUESTION_WORDS // 2))
    assert _of_answer("light bends " * (MOST_ANSWER_WORDS // 2 + 1)) == ["too_long"]
    assert "too_long" not in _of_answer("light bends " * (MOST_ANSWER_WORDS // 2))


@pytest.mark.parametrize("code", ["```python\nprint(1)", "```\na\n```\n\n~~~\nb\n", "````\n```\n", "  ```\nx\n``"])
def test_a_block_of_code_that_is_never_closed_is_noticed(code: str):
    assert "unbalanced_code" in _of_answer(f"{ANSWER}\n\n{code}")


@pytest.mark.parametrize(
    "code",
    [
        "```python\nprint(1)\n```",
        "````\n```\n````",
        "~~~\n```\n~~~",
        "Use ``` for code.",
        "``` x ``` and `y`",
        "    ```\n",
    ],
)
def test_code_that_is_closed_or_none_is_fine(code: str):
    assert "unbalanced_code" not in _of_answer(f"{ANSWER}\n\n{code}")


@pytest.mark.parametrize(
    ("text", "leaked"),
    [
        ("<|im_start|>assistant Light bends.", "<|im_start|>"),
        ("Light bends.<|endoftext|>", "<|endoftext|>"),
        ("[INST] Why does light bend? [/INST]", "[INST]"),
        ("### Response: Light bends.", "### Response:"),
        ("Light bends.\nUser: And why?", "User:"),
        ("Using the key concepts above, explain how light bends.", "key concepts above"),
        ("Explain light with the given class sessions.", "the given class sessions"),
        ("Here is a homework question on lenses: why do they bend light?", "Here is a homework question"),
        ("**Homework question:** Why does light bend?", "**Homework question:"),
        ("<syllabus> Light and lenses", "<syllabus>"),
    ],
)
def test_words_of_the_prompt_and_marks_of_a_chat_leak(text: str, leaked: str):
    assert leaked_words(text) == leaked
    assert "leaked_prompt" in _of_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "A teacher writes a syllabus. Which key concepts should it name, and in which order?",
        "How should an assistant: a person who helps, answer a user?",
        "What does a class session cost the school?",
        "Markdown writes a heading as ### Results. What does it give?",
        "A chat model is trained on text such as this:\n```\n<|im_start|>user\n```\nWhat does the mark do?",
        "Why is homework given, and is it of use?",
    ],
)
def test_a_text_about_teaching_or_chats_leaks_nothing(text: str):
    assert leaked_words(text) == ""


def test_what_a_flag_says_names_the_text_and_the_words():
    (flag,) = check_answer(
        answer("a", text=f"{ANSWER} And the"), instruction("a", text=QUESTION), finish_reason="stop", language="en"
    )
    assert flag.detail.startswith("The answer ends in: ")
    assert flag.detail.endswith("And the")


def test_every_kind_of_flag_says_what_it_means():
    assert set(RULE_KINDS) < set(FLAG_KINDS)
    assert all(meaning.endswith(".") for meaning in FLAG_KINDS.values())
