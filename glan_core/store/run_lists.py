"""Which runs are there, page by page, and what has each made, spent and brought?"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from glan_core.entities import RunState
from glan_core.store.database import Cursor, first_row


class RunChoice(NamedTuple):
    """Which runs a list is about."""

    states: tuple[RunState, ...] = ()
    """None given: all of them."""
    has_demo: bool = True
    """Whether runs that were shipped are among them."""
    has_removed: bool = False
    """Whether runs are among them whose pairs were taken out."""


class ListedRun(NamedTuple):
    """One row of a list of runs."""

    run_id: str
    state: RunState
    scope: tuple[str, ...]
    """Ids of taxonomy nodes or subjects."""
    wanted: int
    """Instructions that the run was to make."""
    stages: tuple[str, ...]
    models: tuple[str, ...]
    """Of its stages in their order, each once."""
    started_at: datetime
    """When it was taken up last."""
    finished_at: datetime | None
    is_demo: bool
    is_removed: bool
    message: str
    calls: int
    tokens: int
    """Of prompts and replies."""
    cost: float | None
    """US dollars; None when the price of any call is not known."""
    instructions: int
    answers: int
    accepted: int
    """Answers of this run whose pair a reviewer accepted."""
    failed: int
    """Items given up on and not made since."""
    judged: int = 0
    """Judgements, and comparisons in one order."""

    @property
    def cost_per_accepted(self) -> float | None:
        """US dollars of the whole run by accepted pair; None where none was accepted or the cost is not known."""
        return None if self.cost is None or not self.accepted else self.cost / self.accepted


class ScopeNames(NamedTuple):
    """What the ids of scopes stand for."""

    names: dict[str, str]
    """By id of a taxonomy node, subject or syllabus, also of removed ones; an id that is not there is unknown."""
    fields: frozenset[str]
    """Ids of all kept fields: a scope that holds them all is the whole taxonomy."""


def count_listed_runs(cursor: Cursor, choice: RunChoice) -> int:
    """Count the runs of a choice."""
    where, parameters = _condition(choice)
    row = first_row(cursor.execute(f"select count(*) from run where {where}", parameters))  # noqa: S608
    return int(row[0]) if row else 0


def list_run_page(cursor: Cursor, choice: RunChoice, *, limit: int, offset: int = 0) -> tuple[ListedRun, ...]:
    """List the runs of a choice, newest first, with what each has made; two queries, however many there are."""
    where, parameters = _condition(choice)
    chosen = cursor.execute(
        f"""
        select
            run_id, plan, settings, state, started_at, finished_at, is_demo, is_removed, message
        from run
        where {where}
        order by started_at desc, run_id
        limit ?
        offset ?
        """,  # noqa: S608 - the condition is built from constants
        [*parameters, limit, offset],
    ).fetchall()
    made = _made(cursor, [row[0] for row in chosen])
    return tuple(_listed(row, made[row[0]]) for row in chosen)


def models_of(settings: Mapping[str, Any], stages: Sequence[str]) -> tuple[str, ...]:
    """Give the models that a run's settings name for these stages, in their order, each once."""
    of_stage = settings.get("stages", {})
    return tuple(dict.fromkeys(of_stage[stage]["model"] for stage in stages if stage in of_stage))


def list_unfinished_run_ids(cursor: Cursor) -> tuple[str, ...]:
    """List the runs that were at work or paused when they were heard of last, newest first."""
    rows = cursor.execute(
        "select run_id from run where state in ('running', 'paused') order by started_at desc, run_id"
    ).fetchall()
    return tuple(run_id for (run_id,) in rows)


def find_scope_names(cursor: Cursor, node_ids: Sequence[str]) -> ScopeNames:
    """Give the names of nodes and subjects, of the subject of each syllabus, and which nodes are the kept fields."""
    names = cursor.execute(
        """
        select taxonomy_node_id, name
        from taxonomy_node
        where taxonomy_node_id in (select unnest($ids::varchar[]))
        union all
        select subject_id, name
        from subject
        where subject_id in (select unnest($ids::varchar[]))
        union all
        select syllabus_id, name
        from syllabus
        join subject on subject.subject_id = syllabus.subject_id
        where syllabus_id in (select unnest($ids::varchar[]))
        """,
        {"ids": list(node_ids)},
    ).fetchall()
    fields = cursor.execute(
        "select taxonomy_node_id from taxonomy_node where level = 'field' and status = 'kept'"
    ).fetchall()
    return ScopeNames(dict(names), frozenset(field_id for (field_id,) in fields))


def list_run_ids_like(cursor: Cursor, start: str, *, limit: int = 2) -> tuple[str, ...]:
    """List the ids of runs that begin with these letters, in order."""
    rows = cursor.execute(
        "select run_id from run where starts_with(run_id, ?) order by run_id limit ?", [start, limit]
    ).fetchall()
    return tuple(run_id for (run_id,) in rows)


def _condition(choice: RunChoice) -> tuple[str, list[object]]:
    parts: list[str] = []
    parameters: list[object] = []
    if choice.states:
        parts.append("state in (select unnest(?::varchar[]))")
        parameters.append([state.value for state in choice.states])
    if not choice.has_demo:
        parts.append("not is_demo")
    if not choice.has_removed:
        parts.append("not is_removed")
    return " and ".join(parts) or "true", parameters


def _made(cursor: Cursor, run_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give the counts of ListedRun by run and name; each large table is read once, whatever the number of runs."""
    result = cursor.execute(
        """
        with
        asked_for as (
            select unnest($run_ids::varchar[]) as run_id
        ),
        spent as (
            select
                run_id,
                count(*) as calls,
                sum(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)) as tokens,
                case when count(*) = count(cost) then sum(cost) end as cost
            from model_call
            where run_id in (select run_id from asked_for)
            group by all
        ),
        asked as (
            select run_id, count(*) as instructions
            from instruction
            where run_id in (select run_id from asked_for)
            group by all
        ),
        answered as (
            select
                answer.run_id,
                count(*) as answers,
                count_if(instruction.status = 'accepted') as accepted
            from answer
            left join instruction on instruction.instruction_id = answer.instruction_id
            where answer.run_id in (select run_id from asked_for)
            group by all
        ),
        judged as (
            select run_id, count(*) as judged
            from (
                select run_id from judgement
                union all
                select run_id from comparison
            )
            where run_id in (select run_id from asked_for)
            group by all
        ),
        -- What open_failure says, from the few failures of these runs on: as a view over all runs it would look up
        -- every instruction and answer there is.
        candidate as (
            select run_id, item_id, stage
            from failure
            where error_kind <> ''
                and run_id in (select run_id from asked_for)
        ),
        made as (
            select instruction_id as item_id, null as only_stage
            from instruction
            where instruction_id in (select item_id from candidate)
            union all
            select answer_id, null
            from answer
            where answer_id in (select item_id from candidate)
            union all
            select judgement_id, null
            from judgement
            where judgement_id in (select item_id from candidate)
            union all
            select compared_answer_id, null
            from compared_answer
            where compared_answer_id in (select item_id from candidate)
            union all
            select comparison_id, null
            from comparison
            where comparison_id in (select item_id from candidate)
            union all
            select subject_id, 'syllabus'
            from syllabus
            where subject_id in (select item_id from candidate)
            union all
            select syllabus_id, 'class_details'
            from class_session
            where syllabus_id in (select item_id from candidate)
        ),
        given_up as (
            select run_id, count(*) as failed
            from candidate
            where not exists (
                from made
                where made.item_id = candidate.item_id
                    and coalesce(made.only_stage, candidate.stage) = candidate.stage
            )
            group by all
        )
        select
            asked_for.run_id,
            coalesce(spent.calls, 0) as calls,
            coalesce(spent.tokens, 0)::bigint as tokens,
            case when spent.calls is null then 0 else spent.cost end as cost,
            coalesce(asked.instructions, 0) as instructions,
            coalesce(answered.answers, 0) as answers,
            coalesce(answered.accepted, 0)::bigint as accepted,
            coalesce(given_up.failed, 0) as failed,
            coalesce(judged.judged, 0) as judged
        from asked_for
        left join spent on spent.run_id = asked_for.run_id
        left join asked on asked.run_id = asked_for.run_id
        left join answered on answered.run_id = asked_for.run_id
        left join given_up on given_up.run_id = asked_for.run_id
        left join judged on judged.run_id = asked_for.run_id
        """,
        {"run_ids": list(run_ids)},
    )
    names = [column[0] for column in result.description or ()][1:]
    return {run_id: dict(zip(names, counts, strict=True)) for run_id, *counts in result.fetchall()}


def _listed(
    row: tuple[str, str, str, str, datetime, datetime | None, bool, bool, str],
    made: dict[str, Any],
) -> ListedRun:
    run_id, plan_text, settings_text, state, started_at, finished_at, is_demo, is_removed, message = row
    plan = json.loads(plan_text)
    stages = tuple(plan.get("stages", ()))
    return ListedRun(
        run_id=run_id,
        state=RunState(state),
        scope=tuple(plan.get("scope", ())),
        wanted=plan.get("instructions", 0),
        stages=stages,
        models=models_of(json.loads(settings_text), stages),
        started_at=started_at,
        finished_at=finished_at,
        is_demo=is_demo,
        is_removed=is_removed,
        message=message,
        **made,
    )
