"""What a model meant to say is found, or the reply fails with the right kind.

Each malformed reply is a file in tests/replies, with what should come of it in a file beside it:
`not_json.txt` and `not_json.expected.json`.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.calls import ChatReply
from glan_core.errors import ReplyError
from glan_core.llm.replies import objects_of, text_field, text_list_field, text_of

FOLDER = Path(__file__).parent.parent / "replies"


def _reply(text: str, *, finish_reason: str = "stop") -> ChatReply:
    return ChatReply(text, finish_reason, None, None, 0.0, "thecall")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_reply_comes_out_as_expected(path: Path):
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    reply = _reply(path.read_text(encoding="utf-8"), finish_reason=expected["finish_reason"])
    if "error" in expected:
        with pytest.raises(ReplyError) as raised:
            objects_of(reply, key=expected["key"])
        assert (raised.value.kind, raised.value.model_call_id) == (expected["error"], "thecall")
    else:
        assert objects_of(reply, key=expected["key"]) == expected["objects"]


def test_every_expectation_has_its_reply():
    expected = {path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")}
    assert expected == {path.stem for path in FOLDER.glob("*.txt")} != set()


_OBJECTS = st.lists(
    st.dictionaries(
        st.text(max_size=5), st.text() | st.integers() | st.lists(st.text(), max_size=3), max_size=4
    ).filter(lambda item: "nodes" not in item),
    min_size=1,
    max_size=4,
)


@given(_OBJECTS)
def test_objects_one_a_line_come_back_as_they_were(objects: list[dict[str, object]]):
    text = "\n".join(json.dumps(item) for item in objects)
    assert objects_of(_reply(text), key="nodes") == objects


@given(_OBJECTS)
def test_objects_in_a_list_come_back_as_they_were(objects: list[dict[str, object]]):
    assert objects_of(_reply(json.dumps({"nodes": objects})), key="nodes") == objects


@given(st.text(alphabet='{}[]":,\\ \nab1`', max_size=60))
def test_any_text_gives_objects_or_a_reply_error(text: str):
    try:
        outcome: object = objects_of(_reply(text), key="nodes")
    except ReplyError as error:
        outcome = error.kind
    if isinstance(outcome, list):
        assert outcome
        assert all(isinstance(item, dict) for item in outcome)
    else:
        assert outcome in ("empty", "not_json")


def test_a_text_comes_without_the_space_around_it():
    assert text_of(_reply("\n  Why is\nthe sky blue? \n")) == "Why is\nthe sky blue?"


def test_an_empty_text_is_an_error_of_its_call():
    with pytest.raises(ReplyError) as raised:
        text_of(_reply(" \n"))
    assert (raised.value.kind, raised.value.model_call_id) == ("empty", "thecall")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"name": " Optics \n and light"}, "Optics and light"),
        ({"name": 5}, ""),
        ({"name": None}, ""),
        ({"name": ["Optics"]}, ""),
        ({}, ""),
    ],
)
def test_a_text_field_is_one_line_of_text_or_empty(item: dict[str, object], expected: str):
    assert text_field(item, "name") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["ray", "wave"], ("ray", "wave")),
        ([" ray ", "", "  ", "focal\nlength"], ("ray", "focal length")),
        (["Ray", "wave", "ray"], ("Ray", "wave")),
        (["ray", 5, None, {"name": "wave"}], ("ray",)),
        ("ray; wave", ()),
        (None, ()),
    ],
)
def test_a_text_list_field_holds_each_text_once_in_order(value: object, expected: tuple[str, ...]):
    assert text_list_field({"names": value}, "names") == expected
