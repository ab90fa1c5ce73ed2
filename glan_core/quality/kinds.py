"""Which quality flags are there, and what does each mean?

A rule sees one pair by itself; a finding takes other texts: pairs, or a benchmark.
"""

RULE_KINDS: dict[str, str] = {
    "truncated": "It reached its token limit, or ends in the middle of a sentence.",
    "refusal": "The model declined to ask or to answer.",
    "empty": "There is nothing in the question or in the answer.",
    "wrong_language": "The text is in another language than the run asked for.",
    "repeats_question": "The answer says little but the question again.",
    "too_short": "The question has only one or two words.",
    "too_long": "The question has more than 1,500 words, or the answer more than 8,000.",
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
