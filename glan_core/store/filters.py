"""How does a Filter become SQL?

Every page, the map and the export say which pairs they mean with the same entities.Filter, and it is turned into a
condition on the view `pair` here. All values travel as parameters. The map, which knows its points without that view,
asks for the same in map_conditions.py.
"""

from collections.abc import Iterator

from glan_core.entities import Filter, Range, ScoreRange
from glan_core.store.conditions import Condition, all_of, one_of
from glan_core.store.polygons import inside_box, inside_polygon


def condition_of(filter_: Filter) -> Condition:
    """Give the condition that holds for the pairs of a filter; for the empty filter it is `true`."""
    return all_of(
        *_of_place(filter_),
        *_of_origin(filter_),
        *_of_marks(filter_),
        *_of_texts(filter_),
        *_of_layout(filter_),
    )


def _of_place(filter_: Filter) -> Iterator[Condition]:
    if filter_.taxonomy_node_ids:
        ids = list(filter_.taxonomy_node_ids)
        yield Condition(
            """pair.subject_id in (select unnest(?::varchar[]))
                or pair.discipline_id in (
                    select taxonomy_node_id
                    from taxonomy_ancestor
                    where ancestor_id in (select unnest(?::varchar[]))
                )""",
            [ids, ids],
        )
    if filter_.levels:
        yield one_of("pair.level", filter_.levels)


def _of_origin(filter_: Filter) -> Iterator[Condition]:
    if filter_.run_ids:
        yield one_of("pair.run_id", filter_.run_ids)
    if filter_.is_demo is not None:
        yield Condition(f"pair.run_id {_in(filter_.is_demo)} (select run_id from run where is_demo)", [])  # noqa: S608
    if filter_.models:
        calls = "(select model_call_id from model_call where model in (select unnest(?::varchar[])))"
        models = list(filter_.models)
        yield Condition(
            f"pair.instruction_model_call_id in {calls} or pair.answer_model_call_id in {calls}",
            [models, models],
        )
    if filter_.strategies:
        yield one_of("pair.strategy", filter_.strategies)


def _of_marks(filter_: Filter) -> Iterator[Condition]:
    if filter_.statuses:
        yield one_of("pair.status", filter_.statuses)
    if filter_.reviewers:
        of_reviewers = "(select instruction_id from standing_review where reviewer in (select unnest(?::varchar[])))"
        yield Condition(f"pair.instruction_id in {of_reviewers}", [list(filter_.reviewers)])
    if filter_.instruction_ids:
        yield one_of("pair.instruction_id", filter_.instruction_ids)
    if filter_.is_flagged is not None:
        flagged = "(select instruction_id from quality_flag)"
        yield Condition(f"pair.instruction_id {_in(filter_.is_flagged)} {flagged}", [])
    for is_so, kinds in ((True, filter_.flag_kinds), (False, filter_.without_flag_kinds)):
        if kinds:
            of_kinds = "(select instruction_id from quality_flag where kind in (select unnest(?::varchar[])))"
            yield Condition(f"pair.instruction_id {_in(is_so)} {of_kinds}", [list(kinds)])
    if filter_.tags:
        yield Condition(
            "pair.instruction_id in (select instruction_id from kept_tag where tag in (select unnest(?::varchar[])))",
            [list(filter_.tags)],
        )


def _of_texts(filter_: Filter) -> Iterator[Condition]:
    if filter_.has_answer is not None:
        yield Condition(f"pair.answer_id is {'not ' if filter_.has_answer else ''}null", [])
    for word in filter_.text.split():
        pattern = f"%{_escaped(word)}%"
        yield Condition(r"pair.instruction ilike ? escape '\' or pair.answer ilike ? escape '\'", [pattern, pattern])
    yield from _of_length("pair.instruction", filter_.instruction_characters)
    yield from _of_length("pair.answer", filter_.answer_characters)
    yield from of_judge_score("pair.answer_id in (select answer_id from judge_score where {})", filter_.judge_score)


def of_judge_score(query: str, score: ScoreRange) -> Iterator[Condition]:
    """Give the condition on the scores of judges, if it is one; it stands for the `{}` of a query of `judge_score`."""
    ends = {"score >= ?": score.least, "score <= ?": score.most}
    parts = [Condition(where, [end]) for where, end in ends.items() if end is not None]
    if parts:
        within = all_of(*parts)
        yield Condition(query.format(within.where), within.parameters)


def _of_length(column: str, characters: Range) -> Iterator[Condition]:
    if characters.least is not None:
        yield Condition(f"length({column}) >= ?", [characters.least])
    if characters.most is not None:
        yield Condition(f"length({column}) <= ?", [characters.most])


def _of_layout(filter_: Filter) -> Iterator[Condition]:
    outlines = []
    if len(filter_.polygon) >= 3:
        outlines.append(inside_polygon(filter_.polygon))
    if filter_.box is not None:
        outlines.append(inside_box(filter_.box))
    if outlines:
        inside = all_of(*outlines)
        yield Condition(
            f"""pair.instruction_id in (
                select instruction_id
                from projected_point
                where projection_id = ?
                    and {inside.where}
            )""",  # noqa: S608 - a condition built from parameters only
            [filter_.projection_id, *inside.parameters],
        )


def _in(is_so: bool) -> str:
    return "in" if is_so else "not in"


def _escaped(word: str) -> str:
    """Give a word as LIKE reads it, letter for letter."""
    return "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in word)
