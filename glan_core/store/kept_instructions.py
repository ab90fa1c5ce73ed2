"""Which instructions count: neither of a removed run nor below a removed node?

As the view `pair` has them, without the answers, whose join costs more than all the rest.
"""

KEPT_INSTRUCTIONS = """
    select instruction.instruction_id
    from instruction
    where instruction.run_id not in (select run_id from removed_run)
        and instruction.syllabus_id in (
            select syllabus.syllabus_id
            from syllabus
            join kept_subject as subject on subject.subject_id = syllabus.subject_id
            join discipline_path as path on path.discipline_id = subject.discipline_id
        )
"""
"""A query of their ids, to stand in brackets."""
