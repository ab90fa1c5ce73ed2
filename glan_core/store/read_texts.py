"""Which text of a pair, or of a row of a corpus, is read and compared?

That of the question, of its answer, or both with a blank line between, so that equal ones share a vector wherever they
are from. Of several answers that are kept the one with the lowest id counts, so that it stays the same.
"""


def text_of(content: str, *, instruction: str, answer: str) -> str:
    """Give what is read as this `Content`, in SQL, from that of both texts; KeyError for another one."""
    texts = {
        "instruction": instruction,
        "answer": answer,
        "both": f"{instruction} || chr(10) || chr(10) || {answer}",
    }
    return texts[content]


def first_answer(answer: str, answer_id: str) -> str:
    """Give the answer that counts of a group of kept ones, in SQL."""
    return f"min_by({answer}, {answer_id})"


def first_answers(where: str = "true") -> str:
    """Give the answer that counts of each instruction, in SQL: instruction_id and text; `where` is of kept_answer."""
    return f"""(
        select instruction_id, {first_answer("text", "answer_id")} as text
        from kept_answer
        where {where}
        group by instruction_id
    )"""  # noqa: S608 - texts of ours
