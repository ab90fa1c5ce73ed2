"""Which runs are there, page by page, and what has each made, spent and brought?"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

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
    reviewed: int
    """Those whose pair was accepted or rejected."""
    failed: int
    """Items given up on and not made since."""

    @property
    def cost_per_accepted(self) -> float | None:
        """US dollars of the whole run by accepted pair; None where none was accepted or the cost is not known."""
        return None if self.cost is None or not self.accepted else self.cost / self.accepted


class ScopeNames(NamedTuple):
    """What the ids of scopes stand for."""

    names: dict[str, str]
    """By id of a taxonomy node or subject, also of removed ones; an id that is not there is unknown."""
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


def find_scope_names(cursor: Cursor, node_ids: Sequence[str]) -> ScopeNames:
    """Give the names of nodes and subjects, and which nodes are the kept fields."""
    names = cursor.execute(
        """
        select taxonomy_node_id, name
        from taxonomy_node
        where taxonomy_node_id in (select unnest($ids::varchar[]))
        union all
        select subject_id, name
        from subject
        where subject_id in (select unnest($ids::varchar[]))
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


class _Made(NamedTuple):
    calls: int
    tokens: int
    cost: float | None
    instructions: int
    answers: int
    accepted: int
    reviewed: int
    failed: int


def _made(cursor: Cursor, run_ids: Sequence[str]) -> dict[str, _Made]:
    """Count what runs have made; each large table is read once, whatever the number of runs."""
    rows = cursor.execute(
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
                count_if(instruction.status = 'accepted') as accepted,
                count_if(instruction.status in ('accepted', 'rejected')) as reviewed
            from answer
            left join instruction on instruction.instruction_id = answer.instruction_id
            where answer.run_id in (select run_id from asked_for)
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
            coalesce(spent.calls, 0),
            coalesce(spent.tokens, 0)::bigint,
            case when spent.calls is null then 0 else spent.cost end,
            coalesce(asked.instructions, 0),
            coalesce(answered.answers, 0),
            coalesce(answered.accepted, 0)::bigint,
            coalesce(answered.reviewed, 0)::bigint,
            coalesce(given_up.failed, 0)
        from asked_for
        left join spent on spent.run_id = asked_for.run_id
        left join asked on asked.run_id = asked_for.run_id
        left join answered on answered.run_id = asked_for.run_id
        left join given_up on given_up.run_id = asked_for.run_id
        """,
        {"run_ids": list(run_ids)},
    ).fetchall()
    return {run_id: _Made(*counts) for run_id, *counts in rows}


def _listed(
    row: tuple[str, str, str, str, datetime, datetime | None, bool, bool, str],
    made: _Made,
) -> ListedRun:
    run_id, plan_text, settings_text, state, started_at, finished_at, is_demo, is_removed, message = row
    plan, of_stage = json.loads(plan_text), json.loads(settings_text).get("stages", {})
    stages = tuple(plan.get("stages", ()))
    return ListedRun(
        run_id=run_id,
        state=RunState(state),
        scope=tuple(plan.get("scope", ())),
        wanted=plan.get("instructions", 0),
        stages=stages,
        models=tuple(dict.fromkeys(of_stage[stage]["model"] for stage in stages if stage in of_stage)),
        started_at=started_at,
        finished_at=finished_at,
        is_demo=is_demo,
        is_removed=is_removed,
        message=message,
        **made._asdict(),
    )
