"""What can be asked in SQL? A handful of queries to begin with, each a question that people have."""

from typing import NamedTuple


class QueryExample(NamedTuple):
    """A question with its SQL."""

    question: str
    sql: str


QUERY_EXAMPLES = (
    QueryExample(
        "How many pairs does each discipline have?",
        """select field, discipline, count(*) as pairs
from pair
group by all
order by pairs desc, discipline""",
    ),
    QueryExample(
        "Which answers are the longest?",
        """select instruction_id, length(answer) as characters, instruction, answer
from pair
order by characters desc
limit 50""",
    ),
    QueryExample(
        "How long are questions and their answers?",
        """select instruction_id, length(instruction) as question_characters, length(answer) as answer_characters, field
from pair
where answer is not null""",
    ),
    QueryExample(
        "Which questions begin alike?",
        """select array_to_string(string_split(instruction, ' ')[1:3], ' ') as beginning, count(*) as pairs
from pair
group by beginning
order by pairs desc
limit 30""",
    ),
    QueryExample(
        "Which questions are there twice?",
        """select instruction_id, instruction, discipline, subject
from pair
where instruction in (from (select instruction from pair group by instruction having count(*) > 1))
order by instruction""",
    ),
    QueryExample(
        "Which key concepts was nothing drawn from?",
        """select subject.name as subject, class_session.title as class_session, key_concept.name as key_concept
from key_concept
join class_session using (class_session_id)
join syllabus using (syllabus_id)
join kept_subject as subject using (subject_id)
where key_concept_id not in (select key_concept_id from instruction_key_concept)
order by all""",
    ),
    QueryExample(
        "Which flags do the answers of each model carry?",
        """select call.model, flag.kind, count(*) as pairs
from quality_flag as flag
join pair using (instruction_id)
join model_call as call on call.model_call_id = pair.answer_model_call_id
group by all
order by pairs desc""",
    ),
    QueryExample(
        "What did each stage take?",
        """select stage, model, count(*) as calls, sum(prompt_tokens) as tokens_read,
    sum(completion_tokens) as tokens_written, round(avg(seconds), 2) as mean_seconds, sum(cost) as dollars
from model_call
group by all
order by calls desc""",
    ),
)
