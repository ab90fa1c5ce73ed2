"""A judge's scores are read as it meant them, and what is no score from 1 to 10 is none."""

import asyncio
import dataclasses
import json
from typing import Any

import pytest

from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.judgements import ASPECTS, JudgedPair
from glan_core.stages.compare import Compared, compare_answers, comparison_id
from glan_core.stages.compared_answers import compared_answer_id, generate_compared_answers
from glan_core.stages.judge import Scored, judge_answer, judgement_id
from tests.scripted_model import ScriptedModel, cut_off
from tests.stages.test_own_templates import judging_stages

PAIR = JudgedPair("instruction", "answer", "Why is the sky blue?", "Short waves are scattered most.")
SCORES = {"helpfulness": 7, "relevance": 9, "accuracy": 8, "detail": 4, "score": 7}
GARBAGE = ("", "I would give it a seven.", "[1, 2, 3]", '{"reason": ', "\x00\x01", "{}", "null", '"8"', "```json\n```")


@pytest.fixture
def judging(settings: GenerationSettings) -> GenerationSettings:
    """Settings with the stages that judge."""
    return dataclasses.replace(settings, stages=judging_stages(settings))


def reply(**changes: Any) -> str:
    """Write a judgement; a change to None leaves the key out."""
    values = {"reason": "Right, but short.", **SCORES, **changes}
    return json.dumps({name: value for name, value in values.items() if value is not None})


def judged(judging: GenerationSettings, *replies: Any) -> tuple[Scored, ScriptedModel]:
    model = ScriptedModel(*replies)
    return asyncio.run(judge_answer(model, pair=PAIR, settings=judging, seed=1)), model


def scores(first: int, second: int, *, names: str = "AB") -> str:
    """Write a comparison."""
    given = zip(names, (first, second), strict=True)
    return "\n".join(json.dumps({"answer": name, "reason": f"For {name}.", "score": score}) for name, score in given)


def compared(judging: GenerationSettings, *replies: Any, is_swapped: bool = False) -> tuple[Compared, ScriptedModel]:
    model = ScriptedModel(*replies)
    made = compare_answers(
        model,
        pair=PAIR,
        compared_answer="It mirrors the sea.",
        compared_answer_id="other",
        is_swapped=is_swapped,
        settings=judging,
        seed=1,
    )
    return asyncio.run(made), model


# One answer ---------------------------------------------------------------------------------------------------------


def test_a_judge_reads_question_and_answer_and_gives_five_scores_and_a_reason(judging: GenerationSettings):
    made, model = judged(judging, reply())
    assert made.scores == SCORES
    assert (made.reason, made.left_out, made.unusable) == ("Right, but short.", (), ())
    assert made.model_call_id == model.requests[0].model_call_id
    text = model.requests[0].messages[-1].content
    assert PAIR.instruction in text
    assert PAIR.answer in text


@pytest.mark.parametrize(
    ("said", "meant"), [(8.0, 8), ("8", 8), ("8/10", 8), (" 8 out of 10 ", 8), ("8,0", 8), (1, 1), (10, 10)]
)
def test_a_score_in_other_words_is_the_same_score(judging: GenerationSettings, said: object, meant: int):
    made, _ = judged(judging, reply(score=said))
    assert made.scores["score"] == meant
    assert made.left_out == ()


def test_a_score_between_two_is_rounded_and_that_is_said(judging: GenerationSettings):
    made, _ = judged(judging, reply(accuracy=7.6))
    assert made.scores["accuracy"] == 8
    assert made.left_out == ("The accuracy of 7.6 was taken as 8.",)


@pytest.mark.parametrize("name", [*ASPECTS, "score"])
@pytest.mark.parametrize("said", [0, 11, -3, 100, "0", "85", 0.4])
def test_a_score_out_of_range_is_not_taken(judging: GenerationSettings, name: str, said: object):
    with pytest.raises(ReplyError, match=f"The {name} of") as raised:
        judged(judging, reply(**{name: said}))
    assert raised.value.kind == "out_of_range"


@pytest.mark.parametrize("name", [*ASPECTS, "score"])
@pytest.mark.parametrize("said", [None, "high", True, [8], {"of": 8}, "", float("nan"), "8 or 9"])
def test_a_missing_aspect_is_not_made_up(judging: GenerationSettings, name: str, said: object):
    with pytest.raises(ReplyError, match=f"'{name}'") as raised:
        judged(judging, reply(**{name: said}))
    assert raised.value.kind == "wrong_shape"


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_asked_for_once_more_and_then_given_up(judging: GenerationSettings, garbage: str):
    with pytest.raises(ReplyError) as raised:
        judged(judging, garbage, garbage)
    assert raised.value.kind in ("empty", "not_json", "wrong_shape")


def test_what_could_not_be_read_is_mended_in_a_further_turn(judging: GenerationSettings):
    made, model = judged(judging, "I would give it a seven.", reply())
    assert made.scores == SCORES
    assert [each.reason for each in made.unusable] == ["not_json"]
    assert "could not be read" in model.requests[1].messages[-1].content


def test_a_reply_that_was_cut_off_is_no_judgement(judging: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        judged(judging, cut_off('{"reason": "Right, but'))
    assert raised.value.kind == "truncated"


def test_of_two_judgements_the_first_is_taken(judging: GenerationSettings):
    made, _ = judged(judging, f"{reply()}\n{reply(score=1)}")
    assert made.scores["score"] == SCORES["score"]
    assert made.left_out == ("A further judgement of the same answer.",)


def test_a_judgement_has_another_id_for_other_words_another_judge_or_another_prompt(judging: GenerationSettings):
    used = judging.stages["judge"]
    others = [
        judgement_id(PAIR._replace(answer="It mirrors the sea."), settings=judging),
        judgement_id(PAIR._replace(instruction="Why?"), settings=judging),
        *(
            judgement_id(
                PAIR, settings=dataclasses.replace(judging, stages={"judge": dataclasses.replace(used, **change)})
            )
            for change in ({"model": "another"}, {"templates": ("judge_quick",)}, {"temperature": 0.123})
        ),
    ]
    ids = {judgement_id(PAIR, settings=judging), *others}
    assert len(ids) == 6
    again = JudgedPair("instruction", "answer", PAIR.instruction, PAIR.answer)
    assert judgement_id(again, settings=judging) in ids


# Two answers --------------------------------------------------------------------------------------------------------


def test_the_pairs_answer_stands_first_or_swapped_second(judging: GenerationSettings):
    as_is, model = compared(judging, scores(8, 3))
    swapped, swapped_model = compared(judging, scores(8, 3), is_swapped=True)
    assert (as_is.score, as_is.compared_score) == (8, 3)
    assert (swapped.score, swapped.compared_score) == (3, 8)
    assert as_is.reason == "For A.\nFor B."
    assert swapped.reason == "For B.\nFor A."
    text, other_text = (each.requests[0].messages[-1].content for each in (model, swapped_model))
    assert text.index(PAIR.answer) < text.index("It mirrors the sea.")
    assert other_text.index(PAIR.answer) > other_text.index("It mirrors the sea.")


@pytest.mark.parametrize("names", ["AB", "ab", "12"])
def test_the_answers_are_known_by_letter_or_number(judging: GenerationSettings, names: str):
    made, _ = compared(judging, scores(8, 3, names=names))
    assert (made.score, made.compared_score) == (8, 3)


def test_answers_named_in_the_other_order_are_told_apart(judging: GenerationSettings):
    made, _ = compared(judging, scores(3, 8, names="BA"))
    assert (made.score, made.compared_score) == (8, 3)


@pytest.mark.parametrize("said", [scores(8, 3, names="AA"), scores(8, 3, names="AC"), scores(8, 3).splitlines()[0]])
def test_one_answer_without_a_score_is_no_comparison(judging: GenerationSettings, said: str):
    with pytest.raises(ReplyError, match="both answers") as raised:
        compared(judging, said)
    assert raised.value.kind == "wrong_shape"


def test_a_comparison_with_a_score_out_of_range_is_none(judging: GenerationSettings):
    with pytest.raises(ReplyError) as raised:
        compared(judging, scores(8, 11))
    assert raised.value.kind == "out_of_range"


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_no_comparison(judging: GenerationSettings, garbage: str):
    with pytest.raises(ReplyError):
        compared(judging, garbage, garbage)


def test_both_orders_have_their_own_id_and_their_own_call(judging: GenerationSettings):
    ids = {
        comparison_id(PAIR, compared_answer_id="other", is_swapped=is_swapped, settings=judging)
        for is_swapped in (False, True)
    }
    calls = {compared(judging, scores(8, 3), is_swapped=order)[1].requests[0].model_call_id for order in (False, True)}
    assert (len(ids), len(calls)) == (2, 2)


# The answer of the second model ---------------------------------------------------------------------------------------


def test_the_second_model_gets_the_question_alone(judging: GenerationSettings):
    model = ScriptedModel("It mirrors the sea.")
    made = asyncio.run(generate_compared_answers(model, pair=PAIR, settings=judging, seed=1, run_id="run"))
    assert (made.text, made.instruction_id) == ("It mirrors the sea.", "instruction")
    assert made.compared_answer_id == compared_answer_id(PAIR, settings=judging)
    assert [message.content for message in model.requests[0].messages] == [PAIR.instruction]
    assert PAIR.answer not in str(model.requests[0].messages)


def test_an_empty_answer_of_the_second_model_is_none(judging: GenerationSettings):
    with pytest.raises(ReplyError):
        asyncio.run(generate_compared_answers(ScriptedModel("  "), pair=PAIR, settings=judging, seed=1, run_id="run"))
