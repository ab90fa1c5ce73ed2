"""A stage whose every call is refused for good ends the run; single requests that are refused do not."""

import pytest

from glan_core.errors import CallError, EndpointError
from glan_core.llm.refused_in_a_row import MOST_IN_A_ROW, RefusedInARow
from tests.llm.test_steady_chat_model import BUSY, GARBAGE, REFUSED, STALLED, in_turn, outcomes
from tests.simulated_endpoint import SimulatedEndpoint

TOO_LARGE = CallError("HTTP 413: too large.", kind="http_413")


def refuse(refused: RefusedInARow, *errors: CallError) -> None:
    for error in errors:
        refused.refused(error)


def test_as_many_refusals_of_one_kind_as_are_one_too_many_are_told_with_what_was_said():
    refused = RefusedInARow(most=3)
    refuse(refused, REFUSED, REFUSED)
    with pytest.raises(EndpointError) as raised:
        refused.refused(REFUSED)
    assert raised.value.message == "HTTP 400: no. The endpoint refused 3 calls in a row like that and answered none."
    assert "nothing that was made is lost" in raised.value.hint


def test_one_answer_makes_every_later_refusal_that_of_a_single_request():
    refused = RefusedInARow(most=3)
    refused.answered()
    refuse(refused, *[REFUSED] * 10)


def test_another_kind_begins_anew():
    refused = RefusedInARow(most=3)
    refuse(refused, REFUSED, REFUSED, TOO_LARGE, REFUSED, REFUSED)
    with pytest.raises(EndpointError):
        refused.refused(REFUSED)


@pytest.mark.parametrize("error", [BUSY, STALLED, GARBAGE], ids=lambda error: error.kind)
def test_what_may_pass_or_is_no_refusal_is_not_counted(error: CallError):
    refuse(RefusedInARow(most=2), *[error] * 5)


def test_calls_that_are_all_refused_end_with_the_one_that_is_too_many_and_no_more_are_sent():
    endpoint = SimulatedEndpoint(script=lambda request: REFUSED)
    raised = outcomes(endpoint, calls=MOST_IN_A_ROW + 30, most=1)
    kinds = [type(error) for error in raised]
    assert kinds.count(CallError) == MOST_IN_A_ROW - 1
    assert kinds.count(EndpointError) == 1
    assert len(endpoint.arrivals) == MOST_IN_A_ROW


def test_the_first_answer_lets_refused_calls_fail_alone():
    endpoint = SimulatedEndpoint(script=in_turn(None, *[REFUSED] * (MOST_IN_A_ROW + 9)))
    done = outcomes(endpoint, calls=MOST_IN_A_ROW + 10, most=1)
    assert [type(error) for error in done].count(CallError) == MOST_IN_A_ROW + 9


def test_whoever_wants_every_call_sent_gets_it():
    endpoint = SimulatedEndpoint(script=lambda request: REFUSED)
    outcomes(endpoint, calls=MOST_IN_A_ROW + 5, most=1, gives_up_refused=False)
    assert len(endpoint.arrivals) == MOST_IN_A_ROW + 5
