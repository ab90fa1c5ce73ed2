"""What is each stage called, by what it makes?"""

STAGE_WORDS = {
    "taxonomy": "taxonomy",
    "subjects": "subjects",
    "syllabus": "syllabi",
    "class_details": "class details",
    "instructions": "questions",
    "answers": "answers",
    "compared_answers": "answers of the other model",
    "judge": "judgements",
    "compare": "comparisons",
    "regenerated_instructions": "questions written anew",
    "regenerated_answers": "answers written anew",
}
