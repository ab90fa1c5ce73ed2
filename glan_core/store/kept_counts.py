"""How are all questions and answers counted without reading all of them again?

Rows of `instruction` and `answer` are only ever added, and what is counted of them never changes but for the status. So
the counts of the rows below a place in each table are kept, and what came since is added within the same query: what is
read is always that of its moment, whether or not anything was kept. What is kept is left aside as soon as other runs
are removed, or a row is no longer where it was. The status is never kept. Questions are matched by 64 bits of a hash,
which takes half the time: that one of ten million is taken for another has a chance of 1 in 400,000.
"""

from glan_core.store.database import Cursor, Database, first_row, transaction

_LEAST_NEW_ROWS = 50_000
"""Fewer are added up at every count, which takes some hundredths of a second; to keep them takes several tenths."""
_MOST_ROWS_AT_ONCE = 2_000_000
_NO_END = 2**63 - 1
_REMOVED = "(select coalesce(string_agg(run_id, ' ' order by run_id), '') from removed_run)"

_START = f"""
    start as materialized (
        select
            coalesce(max(question_end), 0)::bigint as question_end,
            coalesce(max(answer_end), 0)::bigint as answer_end,
            coalesce(max(answers_without_question), 0)::bigint as answers_without_question
        from counted_up_to
        where removed_runs = {_REMOVED}
            and questions = (
                select count(*) from instruction where rowid < (select max(question_end) from counted_up_to)
            )
            and answers = (select count(*) from answer where rowid < (select max(answer_end) from counted_up_to))
            and last_instruction_id is not distinct from (
                select any_value(instruction_id)
                from instruction
                where rowid = (select max(question_end) - 1 from counted_up_to)
            )
    )
"""  # noqa: S608 - a text of ours
_GROUPED = """
    new_question as materialized (
        select hash(instruction_id) as question, syllabus_id, run_id, strategy
        from instruction
        where rowid >= (select question_end from start)
            and rowid < {question_end}
            and run_id not in (select run_id from removed_run)
    ),
    late_answer as materialized (
        select hash(instruction_id) as question
        from answer
        where rowid >= (select if(question_end = 0, {no_end}, answer_end) from start)
            and rowid < {answer_end}
            and run_id not in (select run_id from removed_run)
            and hash(instruction_id) not in (select question from new_question)
    ),
    old_question as materialized (  -- that were counted with fewer answers
        select hash(instruction_id) as question, syllabus_id, run_id, strategy
        from instruction
        where hash(instruction_id) in (select question from late_answer)
            and rowid < (select question_end from start)
            and run_id not in (select run_id from removed_run)
    ),
    answered as (
        select hash(instruction_id) as question, count(*)::integer as answers
        from answer
        where rowid < {answer_end}
            and rowid >= (  -- earlier ones only where they may be of a question that is looked at
                select if(answers_without_question = 0 and not exists (from old_question), answer_end, 0)
                from start
            )
            and run_id not in (select run_id from removed_run)
            and hash(instruction_id) in (
                select question from new_question union all select question from old_question
            )
        group by question
    ),
    answered_before as (
        select hash(instruction_id) as question, count(*)::integer as answers
        from answer
        where rowid < (select answer_end from start)
            and run_id not in (select run_id from removed_run)
            and hash(instruction_id) in (select question from old_question)
        group by question
    ),
    grouped as materialized (
        select syllabus_id, run_id, strategy, answers, sum(questions)::bigint as questions
        from (
            select syllabus_id, run_id, strategy, answers, questions
            from counted_question
            where (select question_end from start) > 0
            union all
            select syllabus_id, run_id, strategy, coalesce(answers, 0), 1
            from (from new_question union all from old_question)
            left join answered using (question)
            union all
            select syllabus_id, run_id, strategy, coalesce(answers, 0), -1
            from old_question
            left join answered_before using (question)
        )
        group by all
        having sum(questions) <> 0
    )
"""
COUNTED = f"{_START}, {_GROUPED.format(no_end=_NO_END, question_end=_NO_END, answer_end=_NO_END)}"
"""Tables for `with`. grouped: how many questions have so many answers, by syllabus_id, run_id (that of the question),
strategy and answers; what removed runs made is not among them."""

BY_STATUS = """
    commonest as materialized (
        select status
        from instruction
        group by status
        order by count(*) desc, status
        limit 1
    ),
    other as materialized (
        select syllabus_id, run_id, strategy, status, count(*) as questions
        from instruction
        where status <> (select status from commonest)
            and run_id not in (select run_id from removed_run)
        group by all
    ),
    alike as materialized (  -- their questions all have as many answers, so that nobody has to look for them
        select syllabus_id, run_id, strategy, any_value(answers) as answers
        from grouped
        group by all
        having count(*) = 1
    ),
    unlike as materialized (
        select hash(instruction_id) as question, syllabus_id, run_id, strategy, status
        from instruction
        semi join (from other anti join alike using (syllabus_id, run_id, strategy))
            using (syllabus_id, run_id, strategy, status)
    ),
    answers_of_unlike as (
        select hash(instruction_id) as question, count(*)::integer as answers
        from answer
        where hash(instruction_id) in (select question from unlike)
            and run_id not in (select run_id from removed_run)
        group by question
    ),
    told as materialized (
        select syllabus_id, run_id, strategy, status, answers, questions
        from other
        join alike using (syllabus_id, run_id, strategy)
        union all
        select syllabus_id, run_id, strategy, status, coalesce(answers, 0), count(*)
        from unlike
        left join answers_of_unlike using (question)
        group by all
    ),
    asked as materialized (
        from told
        union all
        select syllabus_id, run_id, strategy, (select status from commonest), answers, sum(questions)::bigint
        from (
            select syllabus_id, run_id, strategy, answers, questions from grouped
            union all
            select syllabus_id, run_id, strategy, answers, -questions from told
        )
        group by all
        having sum(questions) <> 0
    )
"""
"""Tables for `with`, after COUNTED. asked: the same by status too, in the columns syllabus_id, run_id, strategy,
status, answers, questions."""

_DRAWN = """
    drawn as (
        select syllabus_id, key_concept_id
        from drawn_key_concept
        where (select question_end from start) > 0
        union all
        (
            select any_value(syllabus_id), any_value(key_concept_id)
            from (
                select syllabus_id, unnest(key_concept_ids) as key_concept_id
                from instruction
                where rowid >= (select question_end from start)
                    and rowid < {question_end}
                    and run_id not in (select run_id from removed_run)
            )
            group by hash(syllabus_id, key_concept_id)
        )
    )
"""
DRAWN = _DRAWN.format(question_end=_NO_END)
"""A table for `with`, after COUNTED. drawn: key_concept_id of what questions were drawn from, and their syllabus_id;
some twice."""


def keep_counts(database: Database, *, least: int = _LEAST_NEW_ROWS, most_at_once: int = _MOST_ROWS_AT_ONCE) -> None:
    """Keep the counts of what came since, if that is `least` rows and nobody is writing: the next count is quick then.

    `most_at_once` rows of each table are counted in one go, which bounds the memory.
    """
    if not database.writing.acquire(blocking=False):
        return
    cursor = database.cursor()
    try:
        while _keep_some(cursor, least, most_at_once):
            pass
    finally:
        cursor.close()
        database.writing.release()


def _keep_some(cursor: Cursor, least: int, most_at_once: int) -> bool:
    """Add some rows to what is kept, if there are enough; gives whether there are more."""
    with transaction(cursor):
        row = first_row(
            cursor.execute(
                f"""
                with {_START}
                select
                    question_end,
                    answer_end,
                    (select coalesce(max(rowid) + 1, 0) from instruction),
                    (select coalesce(max(rowid) + 1, 0) from answer)
                from start
                """  # noqa: S608 - a text of ours
            )
        )
        assert row is not None  # start always has a row
        question_end, answer_end, last_question, last_answer = row
        if last_question + last_answer < question_end + answer_end + least:
            return False
        ends = {
            "question_end": min(last_question, question_end + most_at_once),
            "answer_end": min(last_answer, answer_end + most_at_once),
        }
        grouped, drawn = f"{_START}, {_GROUPED.format(no_end=_NO_END, **ends)}", f"{_START}, {_DRAWN.format(**ends)}"
        if not question_end:
            cursor.execute("delete from counted_question")
            cursor.execute("delete from drawn_key_concept")
        _keep_counted(cursor, grouped)
        _keep_drawn(cursor, drawn)
        _keep_ends(cursor, ends)
    return ends != {"question_end": last_question, "answer_end": last_answer}


def _keep_counted(cursor: Cursor, tables: str) -> None:
    cursor.execute(f"create or replace temp table new_count as with {tables} from grouped")
    cursor.execute("delete from counted_question")
    cursor.execute(
        """
        insert into counted_question (syllabus_id, run_id, strategy, answers, questions)
        select syllabus_id, run_id, strategy, answers, questions
        from new_count
        """
    )
    cursor.execute("drop table temp.new_count")


def _keep_drawn(cursor: Cursor, tables: str) -> None:
    cursor.execute(
        f"""
        insert into drawn_key_concept (syllabus_id, key_concept_id)
        with {tables}
        select syllabus_id, key_concept_id
        from drawn
        anti join drawn_key_concept using (syllabus_id, key_concept_id)
        """  # noqa: S608 - a text of ours
    )


def _keep_ends(cursor: Cursor, ends: dict[str, int]) -> None:
    cursor.execute("delete from counted_up_to")
    cursor.execute(
        f"""
        insert into counted_up_to (
            question_end, answer_end, questions, answers, answers_without_question, removed_runs, last_instruction_id
        )
        select
            $question_end,
            $answer_end,
            (select count(*) from instruction where rowid < $question_end),
            (select count(*) from answer where rowid < $answer_end),
            (select count(*) from answer where rowid < $answer_end)
                - (select count(*) from answer where rowid < $answer_end and run_id in (select run_id from removed_run))
                - (select coalesce(sum(answers * questions), 0) from counted_question),
            {_REMOVED},
            (select any_value(instruction_id) from instruction where rowid = $question_end - 1)
        """,  # noqa: S608 - a text of ours
        ends,
    )
