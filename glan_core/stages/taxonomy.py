"""Stage taxonomy (paper 2.1): which nodes are missing below a node?

Several differently worded prompts list children; the lists are merged. What a model proposes is *pending* until
people have voted on it.
"""

from glan_core import ids
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import objects_of, text_field
from glan_core.stages.request import language_name, list_schema, request_for

_NODES_PER_PROMPT = 20
_LEVEL_WORDS = {"field": "field", "sub_field": "sub-field", "discipline": "discipline"}


async def build_taxonomy(
    model: ChatModel,
    *,
    path: tuple[TaxonomyNode, ...],
    siblings: tuple[str, ...],
    settings: GenerationSettings,
    seed: int,
    number: int = _NODES_PER_PROMPT,
    attempt: int = 1,
) -> tuple[TaxonomyNode, ...]:
    """Propose children of the last node of `path`, or fields where the path is empty.

    `siblings` are the names of the children it has. Names that repeat one of them or each other (letter case aside)
    are dropped. ReplyError if no wording brought a single new node.
    """
    stage = settings.stages["taxonomy"]
    level = LEVELS[len(path)]
    parent_id = path[-1].taxonomy_node_id if path else None
    proposed: dict[str, TaxonomyNode] = {}
    known = {name.casefold() for name in siblings}
    last_error: ReplyError | None = None
    for template in stage.templates:
        request = request_for(
            "taxonomy",
            template,
            settings=stage,
            seed=seed,
            draw=f"{parent_id}/{template}",
            attempt=attempt,
            response_schema=list_schema(
                "nodes", {"name": {"type": "string"}, "description": {"type": "string"}}, at_most=number
            ),
            child_level=_LEVEL_WORDS[level],
            path=[node.name for node in path],
            existing=list(siblings),
            number=number,
            language=language_name(settings.language),
        )
        reply = await model.complete(request)
        try:
            items = objects_of(reply, key="nodes")
        except ReplyError as error:
            last_error = error
            continue
        for item in items:
            name = text_field(item, "name")
            if name and name.casefold() not in known:
                known.add(name.casefold())
                proposed[name] = TaxonomyNode(
                    taxonomy_node_id=ids.taxonomy_node_id(parent_id, name),
                    parent_id=parent_id,
                    level=level,
                    name=name,
                    description=text_field(item, "description"),
                    status="pending",
                    origin="model",
                )
    if not proposed:
        raise last_error or ReplyError(
            "The model named no new node.", kind="nothing_new", model_call_id=reply.model_call_id
        )
    return tuple(proposed.values())
