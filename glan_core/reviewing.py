"""How does a reviewer decide on pairs, one by one or many at once, and take it back?

Each of these writes its rows, and the status and texts that follow from them, in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from glan_core.checking.edited_texts import check_edited
from glan_core.entities import Filter
from glan_core.errors import ReviewError
from glan_core.ids import stable_id
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.edited_texts import EditedText, PairText, find_pair_text, list_texts_to_be
from glan_core.store.review_batches import insert_reviews_of, undo_batch
from glan_core.store.reviews import (
    Origin,
    Review,
    find_newest_standing,
    find_review,
    follow_newest,
    insert_reviews,
    is_standing,
    is_there,
    next_number,
    settle,
)

REASONS = ("wrong_answer", "incomplete", "unclear", "off_topic", "too_easy", "formatting")
"""Why a pair is rejected; a comment says the rest. In words the same with a space, as the buttons have them."""
LONGEST_NAME = 60
"""Characters of a reviewer's name."""
LONGEST_COMMENT = 2_000
LONGEST_TEXT = 2_000_000
"""Characters of an edited text."""


class SeenText(NamedTuple):
    """What a pair said when its reviewer began to edit it."""

    instruction: str
    answer: str | None


class Decision(NamedTuple):
    """What a reviewer says about one pair."""

    instruction_id: str
    reviewer: str
    verdict: Literal["accepted", "rejected", "edited"]
    reasons: tuple[str, ...] = ()
    """Of a rejection: some of REASONS."""
    comment: str = ""
    instruction: str | None = None
    """Of an edit: the text to be; None: as it is."""
    answer: str | None = None
    seen: SeenText | None = None
    """Of an edit: what it was made from. A text that another reviewer has edited since is not written over."""


class BulkDecision(NamedTuple):
    """What was decided about many pairs at once."""

    batch_id: str
    pairs: int
    """Those whose status was changed by it."""


def decide(database: Database, decision: Decision, *, at: datetime) -> Review:
    """Keep a decision that was made on a card; ReviewError if it cannot be kept, and nothing is changed then."""
    (review,) = decide_each(database, [decision], at=at, origin="card")
    return review


def decide_each(
    database: Database, decisions: Sequence[Decision], *, at: datetime, origin: Origin, batch_id: str | None = None
) -> tuple[Review, ...]:
    """Keep decisions, all or none of them; ReviewError if one cannot be kept."""
    with _writing(database) as cursor:
        first = next_number(cursor)
        reviews: list[Review] = []
        edits: dict[str, list[EditedText]] = {}
        for number, decision in enumerate(decisions, first):
            pair = _after(_find(cursor, decision), edits)
            checked = check_decision(decision, pair)
            review = Review(
                stable_id("review", number, decision.instruction_id, decision.reviewer, _moment(at)),
                number,
                checked.instruction_id,
                checked.reviewer,
                checked.verdict,
                checked.reasons,
                checked.comment,
                origin,
                batch_id,
                None,
                at,
            )
            reviews.append(review)
            if pair is not None and checked.verdict == "edited":
                edits.setdefault(pair.instruction_id, []).append(_edit(review, pair, checked))
        made = [edit for of_pair in edits.values() for edit in of_pair]
        insert_reviews(cursor, reviews, made)
        follow_newest(cursor, made, since=first)
        check_edited(cursor, list(edits))
    return tuple(reviews)


def check_decision(decision: Decision, pair: PairText | None) -> Decision:
    """Give a decision on a pair with its texts tidied; ReviewError, with what is wrong, if it cannot be kept."""
    reviewer = " ".join(decision.reviewer.split())
    comment = decision.comment.strip()
    if pair is None:
        raise ReviewError(f"There is no pair {decision.instruction_id!r}.", "`review export` writes the ids of pairs.")
    if not reviewer or len(reviewer) > LONGEST_NAME or not reviewer.isprintable():
        raise ReviewError(f"{decision.reviewer!r} cannot be a reviewer.", f"Write 1 to {LONGEST_NAME} letters.")
    if unknown := [reason for reason in decision.reasons if reason not in REASONS]:
        raise ReviewError(f"There is no reason {unknown[0]!r}.", f"There are: {', '.join(REASONS)}.")
    if decision.reasons and decision.verdict != "rejected":
        raise ReviewError("Reasons are for rejections.", "Leave them out, or reject the pair.")
    if len(comment) > LONGEST_COMMENT:
        raise ReviewError(f"A comment of {len(comment):,} characters is too long.", f"Up to {LONGEST_COMMENT:,} fit.")
    if decision.verdict == "edited":
        _check_edit(decision, pair)
    return decision._replace(reviewer=reviewer, comment=comment, reasons=tuple(dict.fromkeys(decision.reasons)))


def undo(database: Database, review_id: str, *, reviewer: str, at: datetime) -> Review:
    """Take one review back, and give it; ReviewError if it does not stand."""
    with _writing(database) as cursor:
        review = find_review(cursor, review_id)
        if review is None or not is_standing(cursor, review_id):
            raise ReviewError("This review was taken back already.", "Decide on the pair anew.")
        undoing = _undoing(review, next_number(cursor), reviewer, at)
        insert_reviews(cursor, [undoing])
        _settle(cursor, since=undoing.number)
    return review


def undo_newest(database: Database, *, reviewer: str, at: datetime) -> Review | None:
    """Take back what a reviewer decided on a card last, and give it; None if nothing of that stands."""
    cursor = database.cursor()
    newest = find_newest_standing(cursor, reviewer)
    cursor.close()
    return None if newest is None else undo(database, newest.review_id, reviewer=reviewer, at=at)


def decide_all(
    database: Database,
    filter_: Filter,
    decision: Decision,
    *,
    at: datetime,
    is_open_only: bool = True,
) -> BulkDecision:
    """Accept or reject all pairs of a filter; those whose status it is already are left alone.

    `is_open_only` keeps to pairs that nobody has decided on. The decision's instruction_id does not count. Raises
    ReviewError as `decide`, and for an edit.
    """
    if decision.verdict == "edited":
        raise ReviewError("Many pairs cannot be edited at once.", "Accept or reject them.")
    checked = check_decision(decision, PairText(decision.instruction_id, None, "", None))
    with _writing(database) as cursor:
        number = next_number(cursor)
        batch_id = stable_id("batch", number, checked.reviewer, _moment(at))
        review = Review(
            batch_id,
            number,
            "",
            checked.reviewer,
            checked.verdict,
            checked.reasons,
            checked.comment,
            "bulk",
            batch_id,
            None,
            at,
        )
        pairs = insert_reviews_of(cursor, filter_, review, is_open_only=is_open_only)
    return BulkDecision(batch_id, pairs)


def take_back(database: Database, batch_id: str, *, reviewer: str, at: datetime) -> int:
    """Undo what stands of a bulk decision or of a file, and give how many reviews that were."""
    with _writing(database) as cursor:
        number = next_number(cursor)
        undoing = Review(
            stable_id("undoing", number, batch_id, _moment(at)), number, "", reviewer, "undone", (), "", "bulk",
            None, None, at,
        )  # fmt: skip
        undone = undo_batch(cursor, batch_id, undoing)
        _settle(cursor, since=number)
    return undone


def _settle(cursor: Cursor, *, since: int) -> None:
    """Let status and texts follow what was undone from a number on, and the rules follow the texts."""
    changed = [edit.instruction_id for edit in list_texts_to_be(cursor, since)]
    settle(cursor, since=since)
    check_edited(cursor, changed)


@contextmanager
def _writing(database: Database) -> Iterator[Cursor]:
    cursor = database.cursor()
    try:
        with explained_errors(database.path), database.writing:
            with transaction(cursor):
                yield cursor
            database.tidy(cursor)
    finally:
        cursor.close()


def _find(cursor: Cursor, decision: Decision) -> PairText | None:
    """Give a pair; with its texts for an edit alone, as to find an answer takes as long as all the rest."""
    key = decision.instruction_id
    if decision.verdict == "edited":
        return find_pair_text(cursor, key)
    return PairText(key, None, "", None) if is_there(cursor, key) else None


def _after(pair: PairText | None, edits: Mapping[str, Sequence[EditedText]]) -> PairText | None:
    """Give a pair with the texts that edits of the same moment, not written yet, have given it."""
    if pair is None or pair.instruction_id not in edits:
        return pair
    newest = edits[pair.instruction_id][-1]
    return pair._replace(instruction=newest.instruction_after, answer=newest.answer_after)


def _check_edit(decision: Decision, pair: PairText) -> None:
    if decision.seen is not None:
        for text, seen, now in (
            (decision.instruction, decision.seen.instruction, pair.instruction),
            (decision.answer, decision.seen.answer, pair.answer),
        ):
            if text is not None and seen != now:
                raise ReviewError(
                    "Another reviewer has edited this text meanwhile.",
                    "Copy what you wrote, open the edit anew, and put it into the text that is there now.",
                )
    if decision.answer is not None and pair.answer_id is None:
        raise ReviewError("A pair without an answer has none to edit.", "Edit the question alone.")
    for text in (decision.instruction, decision.answer):
        if text is not None and not text.strip():
            raise ReviewError("An edited text cannot be empty.", "Write something, or reject the pair.")
        if text is not None and len(text) > LONGEST_TEXT:
            raise ReviewError(f"A text of {len(text):,} characters is too long.", f"Up to {LONGEST_TEXT:,} fit.")
    if decision.instruction in (None, pair.instruction) and decision.answer in (None, pair.answer):
        raise ReviewError("The texts are as they were.", "Change something, or accept the pair.")


def _edit(review: Review, pair: PairText, decision: Decision) -> EditedText:
    return EditedText(
        review.review_id,
        pair.instruction_id,
        pair.answer_id,
        pair.instruction,
        pair.instruction if decision.instruction is None else decision.instruction,
        pair.answer,
        pair.answer if decision.answer is None else decision.answer,
    )


def _undoing(review: Review, number: int, reviewer: str, at: datetime) -> Review:
    return review._replace(
        review_id=stable_id("undoing", number, review.review_id, _moment(at)),
        number=number,
        reviewer=reviewer,
        verdict="undone",
        reasons=(),
        comment="",
        batch_id=None,
        of_review_id=review.review_id,
        reviewed_at=at,
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
