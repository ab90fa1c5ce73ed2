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
from glan_core.llm.replies import Objects, objects_of, text_field, text_list_field, text_of

FOLDER = Path(__file__).parent.parent / "replies"
REQUIRED = {"nodes": "name", "subjects": "subject_name", "class_sessions": "title"}


def _reply(text: str, *, finish_reason: str = "stop") -> ChatReply:
    return ChatReply(text, finish_reason, None, None, 0.0, "thecall")


def _objects_of(reply: ChatReply, key: str) -> Objects:
    return objects_of(reply, key=key, required=REQUIRED[key])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_reply_comes_out_as_expected(path: Path):
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    reply = _reply(path.read_text(encoding="utf-8"), finish_reason=expected["finish_reason"])
    if "error" in expected:
        with pytest.raises(ReplyError) as raised:
            _objects_of(reply, expected["key"])
        assert (raised.value.kind, raised.value.model_call_id) == (expected["error"], "thecall")
    else:
        objects = _objects_of(reply, expected["key"])
        assert list(objects.items) == expected["objects"]
        assert list(objects.left_out) == expected.get("left_out", [])


def test_every_expectation_has_its_reply():
    expected = {path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")}
    assert expected == {path.stem for path in FOLDER.glob("*.txt")} != set()


_ITEMS = st.lists(
    st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.lists(st.text(), max_size=3), max_size=4).map(
        lambda item: {key: value for key, value in item.items() if key != "nodes"} | {"name": "Optics"}
    ),
    min_size=1,
    max_size=4,
)


@given(_ITEMS)
def test_objects_one_a_line_come_back_as_they_were(items: list[dict[str, object]]):
    text = "\n".join(json.dumps(item) for item in items)
    assert _objects_of(_reply(text), "nodes") == (tuple(items), ())


@given(_ITEMS, st.sampled_from(({"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False})))
def test_objects_in_a_list_come_back_as_they_were(items: list[dict[str, object]], style: dict[str, object]):
    assert _objects_of(_reply(json.dumps({"nodes": items}, **style)), "nodes") == (tuple(items), ())
    assert _objects_of(_reply(json.dumps(items, **style)), "nodes") == (tuple(items), ())


# Words, punctuation and halves of objects, one line each.
_GARBAGE = st.from_regex(r"[A-Za-z][A-Za-z .!?*']{3,20}", fullmatch=True) | st.sampled_from(
    ['{"name": "Aco', '{"name": "Acoustics", ', '"name": "Acoustics"}', "{{{{ name", "]} and so on", "name: Acoustics"]
)


@given(_ITEMS, st.data())
def test_garbage_between_objects_costs_none_and_is_counted(items: list[dict[str, object]], data: st.DataObject):
    garbage = data.draw(st.lists(_GARBAGE, min_size=len(items) - 1, max_size=len(items) - 1))
    lines = [json.dumps(items[0])]
    for line, item in zip(garbage, items[1:], strict=True):
        lines += [line, json.dumps(item)]
    objects = _objects_of(_reply("\n".join(lines)), "nodes")
    assert objects.items == tuple(items)
    assert objects.left_out == tuple(f"Line {2 * number} is not JSON." for number in range(1, len(items)))


@given(_ITEMS, st.integers(min_value=0), st.booleans())
def test_a_list_that_was_cut_off_anywhere_keeps_its_whole_objects(
    items: list[dict[str, object]], place: int, is_wrapped: bool
):
    lines = [json.dumps(item) for item in items]
    text = '{"nodes": [' + ",".join(lines) + "]}" if is_wrapped else "\n".join(lines)
    text = text[: place % len(text)]
    kept = [item for number, item in enumerate(items) if _holds(text, lines[: number + 1])]
    reply = _reply(text, finish_reason="length")
    if not kept:
        with pytest.raises(ReplyError, match="empty" if not text else "cut off"):
            _objects_of(reply, "nodes")
        return
    objects = _objects_of(reply, "nodes")
    assert list(objects.items) == kept
    assert len(objects.left_out) == 1
    assert "cut off" in objects.left_out[0]


def _holds(text: str, lines: list[str]) -> bool:
    place = 0
    for line in lines:
        found = text.find(line, place)
        if found < 0:
            return False
        place = found + len(line)
    return True


@given(st.text(alphabet='{}[]":,\\ \nab1`', max_size=60) | st.text(max_size=60))
def test_any_text_gives_objects_or_a_reply_error(text: str):
    try:
        outcome: object = _objects_of(_reply(text), "nodes").items
    except ReplyError as error:
        outcome = error.kind
    assert outcome in ("empty", "not_json", "wrong_shape") or all(isinstance(item, dict) for item in outcome)


@pytest.mark.parametrize(
    "text",
    ["{" * 40_000, '{"a":' * 8_000, '[{"a":' * 6_000, "{'a': " * 8_000, '{"a":' * 900 + "1" + "}" * 900],
    ids=len,
)
def test_a_reply_of_brackets_has_an_end(text: str):
    with pytest.raises(ReplyError):
        _objects_of(_reply(text), "nodes")


def test_a_text_comes_without_the_space_around_it():
    assert text_of(_reply("\n  Why is\nthe sky blue? \n")) == "Why is\nthe sky blue?"


@pytest.mark.parametrize(
    "text",
    [
        "<think>The user asks why.</think>\nBecause.",
        "<thinking>\nWhy?\n</thinking>\n\nBecause.",
        "<Reasoning>a</Reasoning><think>b</think>Because.",
        "The user asks why.</think>Because.",
        "<think></think>Because.",
        "\ufeffBecause.",
    ],
)
def test_what_a_model_thinks_aloud_is_no_part_of_its_text(text: str):
    assert text_of(_reply(text)) == "Because."


@pytest.mark.parametrize("text", ["A prompt may hold <think> and more.", "Write `<think>...</think>` first.", "a < b"])
def test_a_text_about_thinking_stays_whole(text: str):
    assert text_of(_reply(text)) == text


@pytest.mark.parametrize("text", ["<think>Hm.</think>", "<think>Hm, let me see", "Hm.</think> \n"])
def test_a_reply_of_thinking_alone_is_empty(text: str):
    with pytest.raises(ReplyError) as raised:
        text_of(_reply(text))
    assert (raised.value.kind, raised.value.model_call_id) == ("empty", "thecall")


def test_a_model_that_did_not_stop_thinking_is_told_from_one_that_said_nothing():
    with pytest.raises(ReplyError, match="still thinking"):
        text_of(_reply("<think>Hm, let me", finish_reason="length"))


def test_a_reply_error_carries_what_was_said():
    with pytest.raises(ReplyError) as raised:
        _objects_of(_reply("Optics and acoustics."), "nodes")
    assert raised.value.reply_text == "Optics and acoustics."


def test_latex_in_a_name_is_not_taken_for_control_characters():
    (item,) = _objects_of(_reply(r'{"name": "The \frac and \theta of \beta\nrays"}'), "nodes").items
    assert text_field(item, "name") == r"The \frac and \theta of \beta rays"


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
