"""Which numbers come from the GLAN paper, and from which section of it?

Source: "Synthetic Data (Almost) from Scratch: Generalized Instruction Tuning for Language Models", arXiv 2402.13064v1.
What the paper does not state is chosen in presets.py, with the reason beside it.
"""

from typing import Final

# Section 2.1 and 3.1: the taxonomy that people kept.
DISCIPLINES: Final = 126

# Table of GLAN-Test results by group (section 3.5): the number of disciplines in each of the eight groups.
DISCIPLINES_BY_FIELD: Final = {
    "Academic Humanities": 20,
    "Social Science": 10,
    "Natural Science": 5,
    "Applied Science": 53,
    "Formal Science": 4,
    "Industry Manufacturing": 16,
    "Services": 15,
    "Agriculture": 3,
}

# Section 3.1: subjects are asked for ten times per discipline, which gives 100 to 200 of them on average.
SUBJECT_QUERIES_PER_DISCIPLINE: Final = 10
SUBJECT_TEMPERATURE: Final = 1.0
SUBJECT_TOP_P: Final = 0.95

# Section 3.1: one syllabus per subject, with 10 to 30 class sessions of about five key concepts.
SYLLABUS_TEMPERATURE: Final = 1.0
SYLLABUS_TOP_P: Final = 0.95
CLASS_SESSIONS_PER_SYLLABUS: Final = (10, 30)
KEY_CONCEPTS_PER_CLASS_SESSION: Final = 5

# Section 2.4: one class session with 1 to 5 of its key concepts, or two with 2 to 5, at least one from each.
ONE_SESSION_KEY_CONCEPTS: Final = (1, 5)
TWO_SESSION_KEY_CONCEPTS: Final = (2, 5)

# Section 3.1: answers come from a separate call to a faster model.
ANSWER_TEMPERATURE: Final = 0.7
ANSWER_TOP_P: Final = 0.95

# Section 3.1: pairs that the paper made.
PAIRS: Final = 10_000_000

# GLAN-Test (section 3.5): questions held out of each discipline, 6,300 in all.
TEST_QUESTIONS_PER_DISCIPLINE: Final = 50

# Section 3.2: training of Mistral 7B, with the loss on answers only; cosine to 0 after a linear warm-up.
TRAINING_EPOCHS: Final = 3
TRAINING_LEARNING_RATE: Final = 3e-6
TRAINING_BATCH: Final = 512
TRAINING_WARMUP_STEPS: Final = 1_000
