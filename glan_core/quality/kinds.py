"""Which quality flags are there, and what does each mean?

A rule sees one pair by itself; a finding takes other texts: pairs, or a benchmark.
"""

RULE_KINDS: dict[str, str] = {
    "truncated": "The question or the answer ends in the middle: it reached its token limit, or breaks off.",
    "refusal": "The model declined to ask or to answer.",
    "empty": "There is no word in the question or in the answer.",
    "wrong_language": "The text is in another language than the run asked for.",
    "repeats_question": "The answer says little but the question again.",
    "too_short": "The question or the answer is too short to say anything.",
    "too_long": "The question or the answer is far longer than what was asked for.",
    "unbalanced_code": "A block of code is opened and never closed.",
    "leaked_prompt": "Words of the prompt, or marks of a chat, stand in the text.",
}
"""What `check rules` and every run look for."""
EXACT_DUPLICATE = "exact_duplicate"
NEAR_DUPLICATE = "near_duplicate"
CONTAMINATED = "contaminated"
FOUND_KINDS: dict[str, str] = {
    EXACT_DUPLICATE: "Another pair, which is kept, has the same text.",
    NEAR_DUPLICATE: "Another pair, which is kept, has nearly the same text or meaning.",
    CONTAMINATED: "It holds text of a benchmark.",
}
"""What comparing finds."""
FLAG_KINDS: dict[str, str] = {**RULE_KINDS, **FOUND_KINDS}
"""All kinds of flags with what each means."""
