"""How far is each node of the taxonomy covered by pairs?

Counts by lineage, from the field down; course_use.py says which subjects, questions and key concepts count. Ids of
questions and key concepts are matched by 64 bits of a hash, which takes half the time: that one of a million is taken
for another has a chance below 1 in 10 million, as it has for ids themselves.
"""

import pandas as pd

from glan_core.entities import Filter
from glan_core.store.conditions import Condition
from glan_core.store.course_use import courses_of
from glan_core.store.database import Cursor

NODE_LEVELS = ("field", "sub_field", "discipline", "subject")


def count_coverage(cursor: Cursor, filter_: Filter) -> pd.DataFrame:
    """Count by lineage: one row a kept node or subject, fields first, each level in the order of the tree.

    What the filter says about places narrows the rows too: only nodes at or below taxonomy_node_ids are there, and only
    subjects of its levels count. Everything else narrows the pairs and questions that are counted.

    Columns: node_id, parent_id (None for fields), level (one of NODE_LEVELS), name, above (the name of the parent;
    empty for fields), subject_level (None but for subjects); target (its own, or else what is wanted below it; NA if
    nobody said), pairs, fill (0 to 1; NA without a target), accepted, two_sessions (pairs over two class sessions),
    subjects, syllabi (subjects with one), class_sessions, unused_class_sessions, key_concepts, unused_key_concepts; and
    for each level of subjects its pairs and subjects: introductory, introductory_subjects, ...
    """
    courses = courses_of(filter_)
    within = _within(filter_)
    return cursor.execute(
        f"""
        with {courses.where},
        pair_count as (
            select subject_id, sum(pairs) as pairs, sum(accepted) as accepted, sum(two_sessions) as two_sessions
            from pairs_of_syllabus
            join syllabus on syllabus.syllabus_id = pairs_of_syllabus.syllabus_id
            group by subject_id
        ),
        session as (
            select subject_id, class_session_id, count(*) as key_concepts, count_if(is_used) as used
            from concept
            group by subject_id, class_session_id
        ),
        course as (
            select
                subject_id,
                count(*) as class_sessions,
                count_if(used = 0) as unused_class_sessions,
                sum(key_concepts) as key_concepts,
                sum(key_concepts - used) as unused_key_concepts
            from session
            group by subject_id
        ),
        counted as (
            select
                coalesce(subject_id, discipline_id, sub_field_id, field_id) as node_id,
                sum(pairs) as pairs,
                sum(accepted) as accepted,
                sum(two_sessions) as two_sessions,
                count(*) as subjects,
                count(class_sessions) as syllabi,
                sum(class_sessions) as class_sessions,
                sum(unused_class_sessions) as unused_class_sessions,
                sum(key_concepts) as key_concepts,
                sum(unused_key_concepts) as unused_key_concepts,
                sum(pairs) filter (level = 'introductory') as introductory,
                sum(pairs) filter (level = 'intermediate') as intermediate,
                sum(pairs) filter (level = 'advanced') as advanced,
                count_if(level = 'introductory') as introductory_subjects,
                count_if(level = 'intermediate') as intermediate_subjects,
                count_if(level = 'advanced') as advanced_subjects
            from subject_place
            left join pair_count using (subject_id)
            left join course using (subject_id)
            group by grouping sets ((field_id), (sub_field_id), (discipline_id), (subject_id))
        ),
        discipline as (
            select node.*, sub_field.name as above, sub_field.taxonomy_node_id as sub_field_id,
                field.taxonomy_node_id as field_id, node.target as wanted
            from taxonomy_node as node
            join taxonomy_node as sub_field on sub_field.taxonomy_node_id = node.parent_id
            join taxonomy_node as field on field.taxonomy_node_id = sub_field.parent_id
            where node.level = 'discipline'
                and node.status = 'kept'
                and sub_field.status = 'kept'
                and field.status = 'kept'
        ),
        sub_field as (
            select node.*, field.name as above, field.taxonomy_node_id as field_id,
                coalesce(node.target, below.wanted) as wanted
            from taxonomy_node as node
            join taxonomy_node as field on field.taxonomy_node_id = node.parent_id
            left join (
                select sub_field_id, sum(wanted)::bigint as wanted from discipline group by sub_field_id
            ) as below on below.sub_field_id = node.taxonomy_node_id
            where node.level = 'sub_field'
                and node.status = 'kept'
                and field.status = 'kept'
        ),
        field as (
            select node.*, coalesce(node.target, below.wanted) as wanted
            from taxonomy_node as node
            left join (
                select field_id, sum(wanted)::bigint as wanted from sub_field group by field_id
            ) as below on below.field_id = node.taxonomy_node_id
            where node.level = 'field'
                and node.status = 'kept'
        ),
        node as (
            select 0 as depth, taxonomy_node_id as node_id, parent_id, level, name, '' as above, null as subject_level,
                wanted as target, position, [taxonomy_node_id] as path
            from field
            union all
            select 1, taxonomy_node_id, parent_id, level, name, above, null, wanted, position,
                [field_id, taxonomy_node_id]
            from sub_field
            union all
            select 2, taxonomy_node_id, parent_id, level, name, above, null, wanted, position,
                [field_id, sub_field_id, taxonomy_node_id]
            from discipline
            union all
            select 3, subject_id, discipline_id, 'subject', name, discipline, level, null, null,
                [field_id, sub_field_id, discipline_id, subject_id]
            from subject_place
        )
        select
            node_id,
            parent_id,
            node.level,
            name,
            above,
            subject_level,
            target,
            coalesce(pairs, 0)::bigint as pairs,
            if(target > 0, least(1.0, coalesce(pairs, 0) / target), null)::double as fill,
            coalesce(accepted, 0)::bigint as accepted,
            coalesce(two_sessions, 0)::bigint as two_sessions,
            coalesce(subjects, 0)::bigint as subjects,
            coalesce(syllabi, 0)::bigint as syllabi,
            coalesce(class_sessions, 0)::bigint as class_sessions,
            coalesce(unused_class_sessions, 0)::bigint as unused_class_sessions,
            coalesce(key_concepts, 0)::bigint as key_concepts,
            coalesce(unused_key_concepts, 0)::bigint as unused_key_concepts,
            coalesce(introductory, 0)::bigint as introductory,
            coalesce(introductory_subjects, 0)::bigint as introductory_subjects,
            coalesce(intermediate, 0)::bigint as intermediate,
            coalesce(intermediate_subjects, 0)::bigint as intermediate_subjects,
            coalesce(advanced, 0)::bigint as advanced,
            coalesce(advanced_subjects, 0)::bigint as advanced_subjects
        from node
        left join counted using (node_id)
        where {within.where}
        order by depth, above, position nulls last, name, node_id
        """,  # noqa: S608 - texts of ours, and conditions built from parameters only
        [*courses.parameters, *within.parameters],
    ).df()


def _within(filter_: Filter) -> Condition:
    if not filter_.taxonomy_node_ids:
        return Condition("true", [])
    return Condition("list_has_any(path, ?::varchar[])", [list(filter_.taxonomy_node_ids)])
