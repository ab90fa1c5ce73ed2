"""How does a stage ask its model, and how for a list?

A list is asked for in the form that the endpoint can be held to. A reply to it that cannot be read is worth one more
turn: the model has what it wrote before it, and mending the form is cheaper than thinking the list up again.
"""

from typing import Any, Literal, NamedTuple

from glan_core import ids, prompts
from glan_core.calls import ChatReply, ChatRequest, Message, ReplyForm
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import Objects, objects_of, without_thinking

_REPAIRABLE = ("not_json", "wrong_shape")
_NEVER_REPAIRED = ("empty", "truncated")  # these would come out the same way again


class UnusableCall(NamedTuple):
    """A call whose reply could not be read, though its conversation went on to one that could."""

    model_call_id: str
    reason: str
    """A kind, as ReplyError has it."""


class ListShape(NamedTuple):
    """What a list has to look like."""

    key: str
    """What the list is called in a JSON object."""
    properties: dict[str, Any]
    """The keys of each object with their JSON schemas; the first one names the object and must be there."""
    at_least: int
    at_most: int

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of {key: [object, ...]} in which every property is required."""
        return {
            "type": "object",
            "properties": {
                self.key: {
                    "type": "array",
                    "minItems": self.at_least,
                    "maxItems": self.at_most,
                    "items": {
                        "type": "object",
                        "properties": self.properties,
                        "required": list(self.properties),
                        "additionalProperties": False,
                    },
                }
            },
            "required": [self.key],
            "additionalProperties": False,
        }


class ListReply(NamedTuple):
    """The objects of a list, and the call that gave them."""

    items: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...]
    model_call_id: str
    finish_reason: str
    unusable: tuple[UnusableCall, ...]


async def reply_form_for(stage: str, *, model: ChatModel, settings: GenerationSettings) -> ReplyForm:
    """Give the form in which a stage asks for its lists; for `auto` the endpoint's strictest one."""
    form = settings.stages[stage].reply_form
    return await model.reply_form(settings.stages[stage].model) if form == "auto" else form


def request_for(
    stage: str,
    template: str,
    *,
    settings: GenerationSettings,
    seed: int,
    draw: str,
    attempt: int = 1,
    earlier: tuple[Message, ...] = (),
    reply_form: ReplyForm | Literal["text"] = "text",
    shape: ListShape | None = None,
    shared_texts: tuple[str, ...] = (),
    **values: object,
) -> ChatRequest:
    """Give the request of one call.

    `earlier` are the turns of a conversation that this one goes on with. `seed` (the run's), `draw` and `attempt` make
    the call's own seed, so that every call of a run differs and a rerun repeats it. For a list, `reply_form` is a value
    of the template too, and `shape` is sent where the form is `schema`. `shared_texts` are values that many prompts
    hold, and that are kept once.
    """
    stage_settings, folder = settings.stages[stage], settings.templates_folder
    if reply_form != "text":
        values["reply_form"] = reply_form
    return ChatRequest(
        stage=stage,
        template=template,
        template_fingerprint=prompts.fingerprint(template, folder=folder),
        messages=(*earlier, *prompts.render(template, folder=folder, **values)),
        model=stage_settings.model,
        temperature=stage_settings.temperature,
        top_p=stage_settings.top_p,
        max_tokens=stage_settings.max_tokens,
        seed=ids.stable_seed(seed, stage, draw, attempt),
        draw=draw,
        attempt=attempt,
        reply_form=reply_form,
        response_schema=shape.schema if shape and reply_form == "schema" else None,
        repeat_penalty=stage_settings.repeat_penalty,
        shared_texts=shared_texts,
    )


async def list_reply(
    model: ChatModel, request: ChatRequest, *, shape: ListShape, settings: GenerationSettings, seed: int
) -> ListReply:
    """Send a request for a list and read its reply; one that cannot be read is asked for once more, in one more turn.

    Raises ReplyError if that one cannot be used either, with the first call among its `earlier_model_call_ids`.
    """
    try:
        return await _read(model, request, shape=shape)
    except ReplyError as error:
        # A call that a ledger knows comes back with the ledger's words. What is wrong with its reply is read out of it
        # again, so that the repair is the call that it was.
        said = ChatReply(error.reply_text, "stop", None, None, 0.0, request.model_call_id)
        first = None if error.kind in _NEVER_REPAIRED else _error_in(said, shape=shape)
        if first is None:
            raise
    repair = request_for(
        request.stage,
        "repair_list",
        settings=settings,
        seed=seed,
        draw=f"{request.draw}/repair",
        attempt=request.attempt,
        earlier=(*request.messages, Message("assistant", without_thinking(first.reply_text))),
        reply_form="jsonl" if request.reply_form == "text" else request.reply_form,
        shape=shape,
        reason=first.message,
        key=shape.key,
        fields=list(shape.properties),
    )
    try:
        repaired = await _read(model, repair, shape=shape)
    except ReplyError as error:
        error.earlier_model_call_ids = (request.model_call_id,)
        raise
    return repaired._replace(unusable=(UnusableCall(request.model_call_id, first.kind),))


async def _read(model: ChatModel, request: ChatRequest, *, shape: ListShape) -> ListReply:
    reply = await model.complete(request)
    objects = _objects(reply, shape=shape)
    return ListReply(objects.items, objects.left_out, reply.model_call_id, reply.finish_reason, ())


def _objects(reply: ChatReply, *, shape: ListShape) -> Objects:
    return objects_of(reply, key=shape.key, required=next(iter(shape.properties)))


def _error_in(reply: ChatReply, *, shape: ListShape) -> ReplyError | None:
    """Give what keeps a reply from being read, if another turn can mend it."""
    try:
        _objects(reply, shape=shape)
    except ReplyError as error:
        return error if error.kind in _REPAIRABLE else None
    return None
