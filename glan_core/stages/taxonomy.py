"""Stage taxonomy (paper 2.1): which nodes are missing below a node?

Several differently worded prompts list children; the lists are merged. What a model proposes is *pending* until
people have voted on it.
"""

import re
import unicodedata
from dataclasses import dataclass

from glan_core import ids
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.errors import CallError, ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_field
from glan_core.stages.request import ListReply, ListShape, UnusableCall, list_reply, reply_form_for, request_for

_NODES_PER_PROMPT = 20
# Latin accents alone: the marks of other scripts make other letters.
_ACCENTS = re.compile("[\u0300-\u036f]")
_LEVEL_WORDS = {"field": "field", "sub_field": "sub-field", "discipline": "discipline"}


@dataclass(frozen=True, slots=True)
class ProposedNodes:
    """New children of a node, and what of the replies they are not."""

    nodes: tuple[TaxonomyNode, ...]
    model_call_ids: tuple[str, ...]
    """The calls whose lists were read, one a wording."""
    left_out: tuple[str, ...]
    unusable: tuple[UnusableCall, ...] = ()
    """Calls whose replies could not be read: of a wording that failed, or before a repair."""


async def build_taxonomy(
    model: ChatModel,
    *,
    path: tuple[TaxonomyNode, ...],
    siblings: tuple[str, ...],
    settings: GenerationSettings,
    seed: int,
    number: int = _NODES_PER_PROMPT,
    attempt: int = 1,
) -> ProposedNodes:
    """Propose children of the last node of `path`, or fields where the path is empty.

    `siblings` are the names of the children it has. Names that repeat one of them or each other (letter case, accents,
    punctuation and a plural s aside) are dropped. A wording that fails costs the others nothing; if all fail, the last
    CallError or ReplyError is raised. ReplyError `nothing_new` if no wording brought a single new node.
    """
    merged = _Merged(path, siblings)
    reply_form = await reply_form_for("taxonomy", model=model, settings=settings)
    shape = ListShape(
        "nodes", {"name": {"type": "string"}, "description": {"type": "string"}}, at_least=1, at_most=number
    )
    for template in settings.stages["taxonomy"].templates:
        request = request_for(
            "taxonomy",
            template,
            settings=settings,
            seed=seed,
            draw=f"{merged.parent_id}/{template}",
            attempt=attempt,
            reply_form=reply_form,
            shape=shape,
            child_level=_LEVEL_WORDS[merged.level],
            path=[node.name for node in path],
            existing=list(siblings),
            number=number,
            language=language_name(settings.language),
        )
        try:
            merged.add(await list_reply(model, request, shape=shape, settings=settings, seed=seed))
        except (CallError, ReplyError) as error:
            merged.give_up(template, error)
    return merged.proposed()


def plain_name(name: str) -> str:
    """Give a name without what two spellings of it may differ in: case, accents, punctuation, "and", a plural s."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", name))
    letters = unicodedata.normalize("NFKC", bare).casefold().replace("&", " and ")
    words = [word for word in re.findall(r"[\w+#]+", letters) if word != "and"]  # C++ and C# are not C
    return " ".join(word.removesuffix("s") if len(word) > 3 else word for word in words) or name.casefold()


class _Merged:
    """The lists of all wordings as one."""

    def __init__(self, path: tuple[TaxonomyNode, ...], siblings: tuple[str, ...]) -> None:
        self.parent_id = path[-1].taxonomy_node_id if path else None
        self.level = LEVELS[len(path)]
        self._siblings = {plain_name(name) for name in siblings}
        self._known = {plain_name(name): name for name in siblings}
        self._nodes: list[TaxonomyNode] = []
        self._left_out: list[str] = []
        self._unusable: list[UnusableCall] = []
        self._model_call_ids: list[str] = []
        self._error: CallError | ReplyError | None = None

    def add(self, reply: ListReply) -> None:
        """Take in the list of one wording."""
        self._model_call_ids.append(reply.model_call_id)
        self._left_out.extend(reply.left_out)
        self._unusable.extend(reply.unusable)
        for item in reply.items:
            name = text_field(item, "name")
            plain = plain_name(name)
            if plain not in self._known:
                self._known[plain] = name
                self._nodes.append(self._node(name, text_field(item, "description")))
            elif self._known[plain].casefold() != name.casefold():
                self._left_out.append(f"{name!r} is nearly the same as {self._known[plain]!r}.")
            elif plain in self._siblings:
                self._left_out.append(f"{name!r} is there already.")
            # Else two wordings agree, which is what several are asked for.

    def give_up(self, template: str, error: CallError | ReplyError) -> None:
        """Note that one wording failed."""
        self._error = error
        self._left_out.append(f"The wording {template!r} brought nothing: {error.message}")
        if isinstance(error, ReplyError):
            failed = (*error.earlier_model_call_ids, error.model_call_id)
            self._unusable.extend(UnusableCall(call_id, error.kind) for call_id in failed)

    def proposed(self) -> ProposedNodes:
        """Give the nodes, or raise what kept them from being."""
        if self._nodes:
            return ProposedNodes(
                tuple(self._nodes), tuple(self._model_call_ids), tuple(self._left_out), tuple(self._unusable)
            )
        error = self._error
        if error is None or self._model_call_ids:
            last = self._model_call_ids[-1] if self._model_call_ids else ""
            error = ReplyError("The model named no new node.", kind="nothing_new", model_call_id=last)
        if isinstance(error, ReplyError):
            unusable = (call.model_call_id for call in self._unusable)
            error.earlier_model_call_ids = tuple(call_id for call_id in unusable if call_id != error.model_call_id)
        raise error

    def _node(self, name: str, description: str) -> TaxonomyNode:
        return TaxonomyNode(
            taxonomy_node_id=ids.taxonomy_node_id(self.parent_id, name),
            parent_id=self.parent_id,
            level=self.level,
            name=name,
            description=description,
            status="pending",
            origin="model",
        )
