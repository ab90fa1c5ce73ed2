"""Are queues and samples those of seed and ids, and is the next pair one that nobody decided on?"""

from datetime import UTC, datetime

import numpy as np
import pytest

from glan_core.entities import Filter
from glan_core.review_queues import farthest_queue, listed_queue, low_score_queue, near_queue, random_queue
from glan_core.review_sample import acceptance_of
from glan_core.reviewing import Decision, decide, decide_all
from glan_core.store.branch_holds import list_held_branches, list_held_disciplines, set_held
from glan_core.store.database import Cursor
from glan_core.store.ingest import ingest
from glan_core.store.neighbourhoods import Neighbourhoods, insert_neighbourhoods
from glan_core.store.prompt_versions import list_prompt_versions
from glan_core.store.review_queues import draw_sample, next_open, places_of, shuffled
from glan_core.store.runs import save_run
from glan_core.store.samples import find_samples
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run
from tests.store.vectors import embed, link

IDS = tuple(f"pair{number:02}" for number in range(20))


@pytest.fixture
def twenty(small: Small) -> Small:
    """Twenty answered questions of Optics; the last five by another run, which asked another model."""
    for run_id in ("run", "later"):
        save_run(small.cursor, run(run_id))
    rows: list[object] = []
    for key in IDS:
        run_id, model = ("later", "n") if key >= "pair15" else ("run", "m")
        rows += [
            model_call(f"call-{key}", run_id=run_id, model=model),
            model_call(f"answering-{key}", stage="answers", template="answers", run_id=run_id, model=model),
            instruction(key, run_id=run_id),
            answer(key, run_id=run_id),
        ]
    ingest(small.cursor, rows)  # type: ignore[arg-type]
    return small


def ids(cursor: Cursor, numbers: np.ndarray) -> list[str]:
    named = dict(cursor.execute("select rowid, instruction_id from instruction").fetchall())
    return [named[number] for number in numbers.tolist()]


def say(small: Small, key: str, verdict: str, reviewer: str = "Ada") -> None:
    text = "Better?" if verdict == "edited" else None
    decide(small.database, Decision(key, reviewer, verdict, instruction=text), at=NOON)  # type: ignore[arg-type]


def test_a_random_queue_holds_every_pair_once_in_the_order_of_its_seed(twenty: Small):
    first = ids(twenty.cursor, random_queue(twenty.cursor, Filter(), seed=1).numbers)
    assert sorted(first) == list(IDS)
    assert first == ids(twenty.cursor, random_queue(twenty.cursor, Filter(), seed=1).numbers)
    assert first != ids(twenty.cursor, random_queue(twenty.cursor, Filter(), seed=2).numbers)
    some = ids(twenty.cursor, random_queue(twenty.cursor, Filter(run_ids=("later",)), seed=1).numbers)
    assert some == [key for key in first if key >= "pair15"]


def test_a_larger_sample_holds_the_smaller_one_and_is_drawn_of_each(twenty: Small):
    numbers = find_samples(twenty.cursor, Filter(), "oldest")
    small_, large = (draw_sample(twenty.cursor, numbers, by="run", each=each, seed=1) for each in (3, 7))
    assert small_.groupby("stratum").size().to_dict() == {"later": 3, "run": 3}
    assert large.groupby("stratum").size().to_dict() == {"later": 5, "run": 7}
    assert set(small_["number"]) < set(large["number"])
    assert dict(zip(large["stratum"], large["pairs"], strict=True)) == {"later": 5, "run": 15}


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("field", ["Natural Science"]),
        ("sub_field", ["Physical sciences"]),
        ("discipline", ["Physics"]),
        ("subject", ["Optics"]),
        ("run", ["later", "run"]),
        ("model", ["m", "n"]),
        ("prompt", ["instructions 012345, answers 012345"]),
    ],
)
def test_a_sample_can_be_drawn_of_branches_runs_models_and_prompt_versions(twenty: Small, by: str, names: list[str]):
    numbers = find_samples(twenty.cursor, Filter(), "oldest")
    drawn = draw_sample(twenty.cursor, numbers, by=by, each=2, seed=1)  # type: ignore[arg-type]
    assert sorted(set(drawn["name"])) == names


def test_the_next_pair_is_the_first_that_is_open_from_there_on(twenty: Small):
    numbers = random_queue(twenty.cursor, Filter(), seed=1).numbers
    keys = ids(twenty.cursor, numbers)
    for key in keys[:3]:
        say(twenty, key, "accepted")
    say(twenty, keys[5], "rejected")
    assert next_open(twenty.cursor, numbers, 0, statuses=("generated",)) == 3
    assert next_open(twenty.cursor, numbers, 5, statuses=("generated",)) == 6
    skipped = frozenset([int(numbers[3])])
    assert next_open(twenty.cursor, numbers, 0, statuses=("generated",), passing_over=skipped) == 4
    assert next_open(twenty.cursor, numbers, 0, statuses=("rejected",)) == 5
    assert next_open(twenty.cursor, numbers, 20, statuses=("generated",)) is None


def test_for_a_second_opinion_only_what_one_said_oneself_is_passed_over(twenty: Small):
    numbers = random_queue(twenty.cursor, Filter(), seed=1).numbers
    keys = ids(twenty.cursor, numbers)
    say(twenty, keys[0], "accepted", "Bo")
    say(twenty, keys[1], "accepted", "Ada")
    assert next_open(twenty.cursor, numbers, 0, statuses=("generated",), reviewer="Ada") == 0
    assert next_open(twenty.cursor, numbers, 1, statuses=("generated",), reviewer="Ada") == 2


def test_the_next_pair_is_found_behind_thousands_of_decided_ones(twenty: Small):
    numbers = np.tile(find_samples(twenty.cursor, Filter(run_ids=("run",)), "oldest"), 1000)
    open_one = find_samples(twenty.cursor, Filter(run_ids=("later",)), "oldest")[:1]
    decide_all(twenty.database, Filter(run_ids=("run",)), Decision("", "Ada", "accepted"), at=NOON)
    assert next_open(twenty.cursor, np.append(numbers, open_one), 0, statuses=("generated",)) == 15_000


def test_each_farthest_pair_says_something_new_and_the_choice_is_told(twenty: Small):
    embed(twenty.cursor, "e", np.eye(3, dtype=np.float32))
    link(twenty.cursor, "e", **{key: number % 3 for number, key in enumerate(IDS[:9])})
    found = farthest_queue(twenty.cursor, Filter(), seed=1, encoder="e", content="instruction")
    assert len({IDS.index(key) % 3 for key in ids(twenty.cursor, found.numbers)}) == len(found.numbers) == 3
    assert (found.compared, found.of) == (9, 20)
    assert not len(farthest_queue(twenty.cursor, Filter(), seed=1, encoder="none", content="instruction").numbers)


def test_near_duplicates_come_group_by_group_and_only_with_another_of_the_filter(twenty: Small):
    embed(twenty.cursor, "e", np.eye(3, dtype=np.float32))
    link(twenty.cursor, "e", pair00=0, pair01=0, pair02=0, pair03=1, pair04=2, pair19=2)
    lists = Neighbourhoods(np.arange(3), np.full((3, 1), -1), np.full((3, 1), -np.inf, np.float32))
    insert_neighbourhoods(twenty.cursor, lists, encoder="e", content="instruction")
    found = near_queue(twenty.cursor, Filter(), encoder="e", content="instruction")
    assert ids(twenty.cursor, found.numbers) == ["pair00", "pair01", "pair02", "pair04", "pair19"]
    assert np.bincount(found.groups)[found.groups].tolist() == [3, 3, 3, 2, 2]
    some = near_queue(twenty.cursor, Filter(run_ids=("run",)), encoder="e", content="instruction")
    assert ids(twenty.cursor, some.numbers) == ["pair00", "pair01", "pair02"]


def test_a_list_keeps_its_order_and_what_fits_the_filter(twenty: Small):
    wanted = ["pair19", "nope", "pair03", "pair01"]
    assert places_of(twenty.cursor, wanted)[1] == -1
    assert ids(twenty.cursor, listed_queue(twenty.cursor, Filter(), wanted).numbers) == ["pair19", "pair03", "pair01"]
    assert ids(twenty.cursor, listed_queue(twenty.cursor, Filter(run_ids=("run",)), wanted).numbers) == [
        "pair03",
        "pair01",
    ]


def test_what_a_judge_scored_comes_worst_first(twenty: Small):
    for key, score in (("pair02", 7), ("pair01", 3), ("pair04", 9)):
        twenty.cursor.execute(
            "insert into judgement values (?, ?, ?, '', 'j', 'f', ?, 5, 5, 5, 5, '', 'run', 'c', ?)",
            [f"j-{key}", key, f"answer-{key}", score, datetime(2024, 1, 1, tzinfo=UTC)],
        )
    assert ids(twenty.cursor, low_score_queue(twenty.cursor, Filter()).numbers) == ["pair01", "pair02", "pair04"]


def test_a_sample_says_how_good_each_run_is(twenty: Small):
    numbers = find_samples(twenty.cursor, Filter(), "oldest")
    drawn = draw_sample(twenty.cursor, numbers, by="run", each=5, seed=1)
    of_run = ids(twenty.cursor, drawn.loc[drawn["stratum"] == "run", "number"].to_numpy())
    for key, verdict in zip(of_run, ["accepted", "accepted", "edited", "rejected"], strict=False):
        say(twenty, key, verdict)
    decide_all(twenty.database, Filter(run_ids=("later",)), Decision("", "Ada", "accepted"), at=NOON)
    rows = acceptance_of(twenty.cursor, drawn, threshold=0.8).set_index("name")
    found = rows.loc["run", ["pairs", "sampled", "accepted", "edited", "rejected", "reviewed", "share", "says"]]
    assert found.to_list() == [15, 5, 2, 1, 1, 4, 0.5, "open"]
    assert rows.loc["run", "lower"] == pytest.approx(0.15004, abs=1e-5)  # 2 of 4, by Wilson's formula
    assert rows.loc["run", "more"] == 3  # z² 0.16 / 0.09 = 6.83: 7 in all
    assert rows.loc["later", "reviewed"] == 0  # what was decided in bulk says nothing
    assert rows.index.to_list() == ["run", "later"]


def test_a_branch_is_held_until_it_is_let_go(twenty: Small):
    nodes = twenty.nodes
    field = nodes.natural_science.taxonomy_node_id
    set_held(twenty.cursor, [field], is_held=True, reviewer="Ada", at=NOON, reason="Too weak")
    (held,) = list_held_branches(twenty.cursor)
    assert (held.name, held.level, held.reviewer, held.reason) == ("Natural Science", "field", "Ada", "Too weak")
    assert set(list_held_disciplines(twenty.cursor)) == {
        nodes.physics.taxonomy_node_id,
        nodes.chemistry.taxonomy_node_id,
    }
    set_held(twenty.cursor, [field], is_held=False, reviewer="Bo", at=NOON)
    assert list_held_branches(twenty.cursor) == ()
    assert list_held_disciplines(twenty.cursor) == ()


def test_the_prompts_of_a_pair_are_told_with_their_versions(twenty: Small):
    told = [(each.template, each.fingerprint, each.model) for each in list_prompt_versions(twenty.cursor, "pair17")]
    assert told == [("instructions", "0123456789ab", "n"), ("answers", "0123456789ab", "n")]


def test_an_empty_choice_gives_an_empty_queue(small: Small):
    nothing = np.empty(0, np.int64)
    assert not len(shuffled(small.cursor, nothing, seed=1))
    assert draw_sample(small.cursor, nothing, by="field", each=3, seed=1).empty
    assert next_open(small.cursor, nothing, 0, statuses=("generated",)) is None
