"""Which subjects does a filter leave, and which key concepts of their courses did its questions use?

Of a subject's syllabi the newest one that has class sessions counts, as that is what questions are drawn from; a class
session without key concepts is none, as nothing can be drawn from it. A pair is a question with an answer; a key
concept is used by any question, answered or not. What was removed counts nowhere.
"""

import dataclasses

from glan_core.entities import Filter
from glan_core.store.conditions import Condition, all_of, one_of
from glan_core.store.kept_counts import BY_STATUS, COUNTED, DRAWN
from glan_core.store.samples import condition_on_questions

_COURSES = """
    subject_place as (
        select
            subject.subject_id,
            subject.name,
            subject.level,
            discipline.taxonomy_node_id as discipline_id,
            sub_field.taxonomy_node_id as sub_field_id,
            field.taxonomy_node_id as field_id,
            field.name as field,
            discipline.name as discipline
        from kept_subject as subject
        join taxonomy_node as discipline on discipline.taxonomy_node_id = subject.discipline_id
        join taxonomy_node as sub_field on sub_field.taxonomy_node_id = discipline.parent_id
        join taxonomy_node as field on field.taxonomy_node_id = sub_field.parent_id
        where discipline.status = 'kept'
            and sub_field.status = 'kept'
            and field.status = 'kept'
            and ({subjects})
    ),
    current_syllabus as (
        select syllabus.syllabus_id, syllabus.subject_id
        from syllabus
        where syllabus.subject_id in (select subject_id from subject_place)
            and syllabus.syllabus_id in (select syllabus_id from class_session)
        qualify row_number() over (partition by subject_id order by version desc, syllabus_id) = 1
    ),
    {questions},
    concept as (
        select
            concept.key_concept_id,
            concept.class_session_id,
            concept.position,
            concept.name,
            session.position as session_position,
            session.title,
            current_syllabus.subject_id,
            used.key_concept_id is not null as is_used
        from key_concept as concept
        join class_session as session on session.class_session_id = concept.class_session_id
        join current_syllabus on current_syllabus.syllabus_id = session.syllabus_id
        left join used on used.key_concept_id = concept.key_concept_id
    )
"""
_ALL_QUESTIONS = f"""
    {COUNTED},
    {BY_STATUS},
    {DRAWN},
    pairs_of_syllabus as (
        select
            syllabus_id,
            sum(questions) as pairs,
            sum(questions) filter (status = 'accepted') as accepted,
            sum(questions) filter (strategy = 'two_sessions') as two_sessions
        from asked
        where answers > 0
        group by syllabus_id
    ),
    used as (
        select any_value(key_concept_id) as key_concept_id
        from drawn
        group by hash(key_concept_id)
    )
"""  # noqa: S608 - texts of ours
_SOME_QUESTIONS = """
    question as materialized (
        select syllabus_id, instruction_id, strategy, status, key_concept_ids
        from (
            select *, text as instruction, model_call_id as instruction_model_call_id
            from instruction
        ) as pair
        where run_id not in (select run_id from removed_run)
            and ({questions})
            and syllabus_id in (
                select syllabus_id from syllabus where subject_id in (select subject_id from subject_place)
            )
    ),
    pairs_of_syllabus as (
        select
            syllabus_id,
            count(*) as pairs,
            count_if(status = 'accepted') as accepted,
            count_if(strategy = 'two_sessions') as two_sessions
        from question
        where hash(instruction_id) in (select hash(instruction_id) from kept_answer)
        group by syllabus_id
    ),
    used as (
        select any_value(key_concept_id) as key_concept_id
        from (select unnest(key_concept_ids) as key_concept_id from question)
        group by hash(key_concept_id)  -- see coverage.py
    )
"""


def courses_of(filter_: Filter) -> Condition:
    """Give common tables for `with`, and their parameters.

    subject_place: the kept subjects that a filter leaves, with their places; pairs_of_syllabus: how many pairs each
    syllabus has, how many of them were accepted and how many are over two class sessions; used: the key concepts that
    the questions of the filter were drawn from; concept: those of the current syllabi, with is_used.
    """
    subjects = all_of(*_of_subjects(filter_))
    rest = dataclasses.replace(filter_, taxonomy_node_ids=(), levels=())
    if rest == Filter():
        return Condition(_COURSES.format(subjects=subjects.where, questions=_ALL_QUESTIONS), subjects.parameters)
    asked = condition_on_questions(rest)
    questions = _SOME_QUESTIONS.format(questions=asked.where)
    return Condition(
        _COURSES.format(subjects=subjects.where, questions=questions), [*subjects.parameters, *asked.parameters]
    )


def _of_subjects(filter_: Filter) -> list[Condition]:
    conditions = [one_of("subject.level", filter_.levels)] if filter_.levels else []
    if filter_.taxonomy_node_ids:
        columns = (
            "subject.subject_id",
            *(f"{level}.taxonomy_node_id" for level in ("discipline", "sub_field", "field")),
        )
        above = [one_of(column, filter_.taxonomy_node_ids) for column in columns]
        conditions.append(
            Condition(
                " or ".join(f"({each.where})" for each in above), [value for each in above for value in each.parameters]
            )
        )
    return conditions
