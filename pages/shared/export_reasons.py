"""What is each reason called why a pair is in no file?"""

from glan_core.gates import judge_bound
from pages.shared.formats import count

GATE_WORDS = {
    "demo": (
        "Demo pairs",
        "The pairs that came with the release, written by a model of 135 million parameters.",
    ),
    "flagged": ("Flagged, for whatever reason", "Cut off, refused, in another language, a duplicate, contaminated ..."),
    "rejected": ("Rejected", "Pairs that a reviewer rejected."),
    "unaccepted": ("Not accepted", "Pairs that no reviewer accepted."),
    "duplicates": ("Flagged as duplicates", "What the last check on the Quality page flagged, but one of each group."),
}
REASON_WORDS = {
    "unanswered": "without an answer",
    "demo": "demo pairs",
    "flagged": "flagged",
    "rejected": "rejected",
    "unaccepted": "not accepted",
    "duplicates": "flagged as duplicates",
    "duplicate": "equal to another question",
    "near_duplicate": "nearly equal to another question",
    "test_combination": "with the key concepts of a test question",
    "test_sessions": "with the two class sessions of a test question",
    "test_text": "in the words of a test question",
    "test_meaning": "near in meaning to a test question",
    "balance": "beyond the balance",
    "quota": "beyond a quota",
}


def gate_words(gate: str) -> str:
    """Say in some words what a gate leaves out."""
    if gate in GATE_WORDS:
        return GATE_WORDS[gate][0]
    if (bound := judge_bound([gate])) is not None:
        return f"Judged below {bound:g}"
    words = gate.replace("_", " ")
    return f"Flagged: {words}"


def reason_words(reason: str) -> str:
    """Say in some words why pairs are left out."""
    if reason in REASON_WORDS:
        return REASON_WORDS[reason]
    return gate_words(reason).removeprefix("Flagged: ").lower()


def reasons_in_a_sentence(left_out_for: dict[str, int]) -> str:
    """Say how many were left out for which reason; empty for none."""
    if not left_out_for:
        return ""
    told = ", ".join(f"{count(number)} {reason_words(reason)}" for reason, number in left_out_for.items())
    twice = " A pair with several reasons is counted for the first of them." if len(left_out_for) > 1 else ""
    return f"Left out: {told}.{twice}"
