"""Every error of the library carries a message and a hint, and the tree in the docstring is the tree of the code."""

import re

from glan_core import errors


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    drawn = re.findall(r"^    ([| `-]*)(\w+)", errors.__doc__ or "", re.MULTILINE)
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for indent, name in drawn:
        depth = len(indent) // 4
        above[depth:] = [name]
        parents[name] = above[depth - 1] if depth else None
    written = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert parents == {
        name: None if kind is errors.GlanError else kind.__bases__[0].__name__ for name, kind in written.items()
    }


def test_an_error_gives_its_message_and_its_hint():
    error = errors.PlanError("Nothing to do.", "Do more.")
    assert (str(error), error.message, error.hint) == ("Nothing to do.", "Nothing to do.", "Do more.")


def test_a_call_error_says_its_kind_and_whether_to_try_again():
    error = errors.CallError("Refused.", kind="http_429", is_retryable=True)
    assert (error.kind, error.is_retryable) == ("http_429", True)


def test_a_reply_error_names_the_call_whose_reply_it_is_about():
    assert errors.ReplyError("Empty.", kind="empty", model_call_id="call").model_call_id == "call"
