"""What fails rests for longer each time, and whatever it answers ends the rest."""

from glan_core.llm.rest import Rest


def pauses(rest: Rest, probes: int) -> list[float]:
    """Lose so many probes, each at the moment at which it is due; give how long it rested before each."""
    rest.lost("Gone.", 0.0, is_probe=False, at_once=True)
    found, now = [], 0.0
    for _ in range(probes):
        assert rest.until is not None
        found.append(rest.until - now)
        now = rest.until
        assert rest.admits(now)
        rest.lost("Gone.", now, is_probe=rest.begun(), at_once=True)
    return found


def test_a_rest_doubles_with_every_lost_probe_up_to_a_minute():
    assert pauses(Rest(), 8) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_an_answer_ends_the_rest_and_the_next_begins_short():
    rest = Rest()
    pauses(rest, 4)
    rest.answered()
    assert not rest.is_on
    assert pauses(rest, 1) == [1]


def test_while_the_probe_is_under_way_no_other_call_is_admitted_unless_it_is_taken_back():
    rest = Rest()
    rest.lost("Gone.", 0.0, is_probe=False, at_once=True)
    assert not rest.admits(0.9)
    assert rest.begun()
    assert not rest.admits(5.0)
    assert not rest.begun()
    rest.abandoned(is_probe=True)
    assert rest.admits(5.0)


def test_what_may_be_the_calls_own_doing_is_a_rest_from_the_fifth_in_a_row_on():
    rest = Rest()
    for _ in range(4):
        rest.lost("HTTP 500.", 0.0, is_probe=False, at_once=False)
    assert not rest.is_on
    rest.answered()
    for _ in range(4):
        rest.lost("HTTP 500.", 0.0, is_probe=False, at_once=False)
    assert not rest.is_on
    rest.lost("HTTP 500.", 0.0, is_probe=False, at_once=False)
    assert (rest.until, rest.reason) == (1.0, "HTTP 500.")


def test_losses_of_calls_sent_before_the_rest_do_not_prolong_it_but_what_the_server_asks_for_does():
    rest = Rest()
    rest.lost("Gone.", 0.0, is_probe=False, at_once=True)
    rest.lost("Gone.", 0.5, is_probe=False, at_once=True)
    assert rest.until == 1.0
    rest.lost("Busy.", 0.6, is_probe=False, at_once=True, at_least=30.0)
    assert rest.until == 30.6
