"""What is each gate called, and each reason why a pair is in no file?"""

from glan_core.exports.choosing import REASONS
from glan_core.gates import judge_bound
from pages.shared.flag_words import flag_words
from pages.shared.formats import count

GATE_WORDS = {
    "demo": (
        "Demo pairs",
        "The pairs that came with the release, written by a model of 135 million parameters.",
    ),
    "flagged": ("Any flag", "Cut off, refused, in another language, a duplicate, in a benchmark ..."),
    "rejected": ("Rejected", "Pairs that a reviewer rejected."),
    "unaccepted": ("Not accepted", "Pairs that no reviewer accepted."),
    "duplicates": (
        "Duplicates, exact and near",
        "What the last check on the Quality page flagged, but one of each group.",
    ),
}


def gate_words(gate: str) -> str:
    """Name what a gate of gates.py leaves out."""
    if gate in GATE_WORDS:
        return GATE_WORDS[gate][0]
    if (bound := judge_bound([gate])) is not None:
        return f"Judged below {bound:g}, or not judged"
    return flag_words([gate]).capitalize()


def reason_words(reason: str) -> str:
    """Say in some words why pairs are left out, as Choice.left_out_for and the manifest name it."""
    return "flagged" if reason == "flagged" else REASONS.get(reason) or gate_words(reason).lower()


def reasons_in_a_sentence(left_out_for: dict[str, int]) -> str:
    """Say how many were left out for which reason; empty for none."""
    if not left_out_for:
        return ""
    told = ", ".join(f"{count(number)} {reason_words(reason)}" for reason, number in left_out_for.items())
    twice = " A pair with several reasons is counted for the first of them." if len(left_out_for) > 1 else ""
    return f"Left out: {told}.{twice}"
