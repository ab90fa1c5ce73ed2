"""How much of everything is there?"""

from typing import TYPE_CHECKING, NamedTuple

from glan_core.store.database import Cursor, first_row
from glan_core.store.kept_counts import BY_STATUS, COUNTED, DRAWN

if TYPE_CHECKING:
    import pandas as pd


class Totals(NamedTuple):
    """How many of each noun there are; removed nodes do not count."""

    fields: int
    sub_fields: int
    disciplines: int
    subjects: int
    syllabi: int
    class_sessions: int
    key_concepts: int
    instructions: int
    answers: int
    runs: int
    disciplines_with_pairs: int
    flagged: int
    demo_answers: int
    """How many of the answers are of shipped runs."""
    demo_flagged: int


class Revision(NamedTuple):
    """In which state the taxonomy and its pairs are: another one as soon as anything counted is another."""

    edits: int
    taxonomy_nodes: int
    subjects: int
    syllabi: int
    key_concepts: int
    instructions: int
    judged: int
    accepted: int
    answers: int
    removed_runs: int


class TotalsVersion(NamedTuple):
    """In which state everything that is counted is: another one as soon as a total is another."""

    revision: Revision
    class_sessions: int
    runs: int
    demo_runs: int
    flags: int
    """A checksum: one may be raised while another is lifted."""


def totals_version(cursor: Cursor) -> TotalsVersion:
    """Give what changes as soon as `totals` could; it takes a tenth of a second at ten million pairs."""
    row = first_row(
        cursor.execute(
            """
        select
            (select count(*) from class_session),
            (select count(*) from run),
            (select count(*) from run where is_demo),
            (select coalesce(bit_xor(hash(instruction_id, kind)), 0) from quality_flag)
        """
        )
    )
    assert row is not None  # a select without a from always gives a row
    return TotalsVersion(taxonomy_revision(cursor), *row)


def totals(cursor: Cursor) -> Totals:
    """Count everything once."""
    row = first_row(
        cursor.execute(
            f"""
        with {COUNTED},
        kept_subject as (
            select subject_id, subject.discipline_id
            from kept_subject as subject
            join discipline_path as path on path.discipline_id = subject.discipline_id
        ),
        kept_syllabus as (
            select syllabus_id, discipline_id
            from syllabus
            join kept_subject on kept_subject.subject_id = syllabus.subject_id
        ),
        kept_asked as materialized (
            select run_id, discipline_id, questions as instructions, questions * answers as answers
            from grouped
            join kept_syllabus on kept_syllabus.syllabus_id = grouped.syllabus_id
        ),
        flagged as (
            select run_id
            from instruction
            where instruction_id in (select instruction_id from quality_flag)
                and run_id not in (select run_id from removed_run)
                and syllabus_id in (select syllabus_id from kept_syllabus)
        ),
        kept_session as (
            select class_session_id
            from class_session as session
            join kept_syllabus on kept_syllabus.syllabus_id = session.syllabus_id
        )
        select
            (select count(*) from kept_taxonomy_node where level = 'field'),
            (select count(*) from kept_taxonomy_node where level = 'sub_field'),
            (select count(*) from kept_taxonomy_node where level = 'discipline'),
            (select count(*) from kept_subject),
            (select count(*) from kept_syllabus),
            (select count(*) from kept_session),
            (select count(*) from key_concept join kept_session using (class_session_id)),
            (select coalesce(sum(instructions), 0)::bigint from kept_asked),
            (select coalesce(sum(answers), 0)::bigint from kept_asked),
            (select count(*) from run where not is_removed),
            (select count(distinct discipline_id) from kept_asked where answers > 0),
            (select count(*) from flagged),
            (
                select coalesce(sum(answers), 0)::bigint
                from kept_asked
                where run_id in (select run_id from run where is_demo)
            ),
            (select count(*) from flagged where run_id in (select run_id from run where is_demo))
        """  # noqa: S608 - a text of ours
        )
    )
    assert row is not None  # an aggregate always gives a row
    return Totals(*row)


def taxonomy_counts(cursor: Cursor) -> "pd.DataFrame":
    """Give one row a kept node or subject below it, with what lies below.

    Columns: node_id, parent_id (None for fields), level (`field`, `sub_field`, `discipline` or `subject`), name,
    description, target (its own; None for a subject), subjects, syllabi, key_concepts, used_key_concepts (those that a
    question was drawn from), pairs, accepted, rejected.
    """
    return cursor.execute(
        f"""
        with {COUNTED}, {BY_STATUS}, {DRAWN},
        subject_count as (
            select
                subject.subject_id,
                subject.discipline_id,
                count(distinct syllabus.syllabus_id) as syllabi,
                count(distinct concept.key_concept_id) as key_concepts
            from kept_subject as subject
            left join syllabus on syllabus.subject_id = subject.subject_id
            left join class_session as session on session.syllabus_id = syllabus.syllabus_id
            left join key_concept as concept on concept.class_session_id = session.class_session_id
            group by all
        ),
        pair_count as (
            select
                subject_id,
                sum(questions * answers)::bigint as pairs,
                coalesce(sum(questions * answers) filter (status = 'accepted'), 0)::bigint as accepted,
                coalesce(sum(questions * answers) filter (status = 'rejected'), 0)::bigint as rejected
            from asked
            join syllabus on syllabus.syllabus_id = asked.syllabus_id
            group by subject_id
        ),
        used as (
            select syllabus.subject_id, count(distinct hash(drawn.key_concept_id)) as used_key_concepts
            from drawn
            join syllabus on syllabus.syllabus_id = drawn.syllabus_id
            group by syllabus.subject_id
        ),
        counted as (
            select
                subject_count.*,
                coalesce(used.used_key_concepts, 0) as used_key_concepts,
                coalesce(pair_count.pairs, 0) as pairs,
                coalesce(pair_count.accepted, 0) as accepted,
                coalesce(pair_count.rejected, 0) as rejected
            from subject_count
            left join pair_count on pair_count.subject_id = subject_count.subject_id
            left join used on used.subject_id = subject_count.subject_id
            where subject_count.discipline_id in (select discipline_id from discipline_path)
        )
        select
            node.taxonomy_node_id as node_id,
            node.parent_id,
            node.level,
            node.name,
            node.description,
            node.target,
            count(counted.subject_id) as subjects,
            coalesce(sum(counted.syllabi), 0)::bigint as syllabi,
            coalesce(sum(counted.key_concepts), 0)::bigint as key_concepts,
            coalesce(sum(counted.used_key_concepts), 0)::bigint as used_key_concepts,
            coalesce(sum(counted.pairs), 0)::bigint as pairs,
            coalesce(sum(counted.accepted), 0)::bigint as accepted,
            coalesce(sum(counted.rejected), 0)::bigint as rejected
        from kept_taxonomy_node as node
        left join taxonomy_ancestor as below on below.ancestor_id = node.taxonomy_node_id
        left join counted on counted.discipline_id = below.taxonomy_node_id
        group by all
        union all
        select
            subject.subject_id,
            subject.discipline_id,
            'subject',
            subject.name,
            subject.level || ': ' || array_to_string(subject.subtopics, ', '),
            null,
            1,
            counted.syllabi,
            counted.key_concepts,
            counted.used_key_concepts,
            counted.pairs,
            counted.accepted,
            counted.rejected
        from kept_subject as subject
        join counted on counted.subject_id = subject.subject_id
        join kept_taxonomy_node as node on node.taxonomy_node_id = subject.discipline_id
        order by 3, 4, 1
        """  # noqa: S608 - a text of ours
    ).df()


def taxonomy_revision(cursor: Cursor) -> Revision:
    """Give what changes as soon as `taxonomy_counts` could; it takes milliseconds at a million pairs."""
    row = first_row(
        cursor.execute(
            """
        select
            (select coalesce(max(number), 0) from edit),
            (select count(*) from taxonomy_node),
            (select count(*) from subject),
            (select count(*) from syllabus),
            (select count(*) from key_concept),
            (select count(*) from instruction),
            (select count_if(status <> 'generated') from instruction),
            (select count_if(status = 'accepted') from instruction),
            (select count(*) from answer),
            (select count(*) from removed_run)
        """
        )
    )
    assert row is not None  # a select without a from always gives a row
    return Revision(*row)


def list_fields(cursor: Cursor) -> tuple[str, ...]:
    """List the names of the kept fields in their order, which is that of their colours."""
    rows = cursor.execute(
        """
        select name
        from taxonomy_node
        where level = 'field'
            and status = 'kept'
        order by position nulls last, name
        """
    ).fetchall()
    return tuple(name for (name,) in rows)
