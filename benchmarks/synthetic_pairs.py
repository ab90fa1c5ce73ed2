"""What does a database with a million pairs and their vectors look like, when nobody has to write and embed them?

Vectors of unit length lie around 40 topics of 12 parts each, and vary within a topic in 24 directions: the nearest of
them are about as near to one another as those of questions are. Texts are made of the curriculum's key concepts.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from glan_core.embedding.encoder import DIMENSIONS, ENCODER
from glan_core.starter import Curriculum, insert_curriculum, read_curriculum
from glan_core.store.batches import insert_table
from glan_core.store.database import Cursor, open_database

_TOPICS, _PARTS, _DIRECTIONS = 40, 12, 24
_ROWS_AT_ONCE = 50_000


def synthetic_vectors(rows: int, *, seed: int = 0) -> Iterator[np.ndarray]:
    """Give vectors of unit length, float32 of shape (at most 50,000, 384) each time, the same for a seed."""
    random = np.random.default_rng(seed)
    topics = _unit(_normal(random, _TOPICS, DIMENSIONS))
    parts = topics[:, None] + 0.7 * _normal(random, _TOPICS, _PARTS, DIMENSIONS) / np.sqrt(DIMENSIONS)
    directions = 0.55 * _normal(random, _TOPICS, _DIRECTIONS, DIMENSIONS) / np.sqrt(DIMENSIONS)
    for start in range(0, rows, _ROWS_AT_ONCE):
        number = min(_ROWS_AT_ONCE, rows - start)
        topic, part = random.integers(0, _TOPICS, number), random.integers(0, _PARTS, number)
        made = 0.35 * _normal(random, number, DIMENSIONS) / np.sqrt(DIMENSIONS)
        for each in range(_TOPICS):
            of = np.flatnonzero(topic == each)
            made[of] += parts[each][part[of]] + 1.1 * _normal(random, len(of), _DIRECTIONS) @ directions[each]
        yield _unit(made).astype(np.float32)


def make_database(path: Path, *, rows: int) -> None:
    """Make a database of so many answered questions over the starter curriculum, each with its vector."""
    path.parent.mkdir(parents=True, exist_ok=True)
    curriculum = read_curriculum()
    with open_database(path, create=True) as database:
        cursor = database.cursor()
        insert_curriculum(cursor, curriculum)
        first = 0
        for vectors in synthetic_vectors(rows):
            _insert(cursor, curriculum, vectors, first)
            first += len(vectors)
        cursor.execute("checkpoint")


def add_pairs(cursor: Cursor, vectors: np.ndarray, *, first: int) -> None:
    """Add pairs numbered from `first`, one for each vector."""
    _insert(cursor, read_curriculum(), vectors, first)


def _insert(cursor: Cursor, curriculum: Curriculum, vectors: np.ndarray, first: int) -> None:
    rows, length = vectors.shape
    numbers = np.arange(first, first + rows)
    random = np.random.default_rng(first)
    syllabi = [syllabus.syllabus_id for syllabus in curriculum.syllabi]
    concepts = [concept.name for concept in curriculum.key_concepts]
    one, other = random.choice(concepts, (2, rows))
    ids = [f"pair-{number:011}" for number in numbers]
    questions = [
        f"How does {a} bear on {b}? Work through an example of your own, step by step ({number})."
        for a, b, number in zip(one, other, numbers, strict=True)
    ]
    answers = [
        f"First recall what {a} is. From this it follows for {b}, as the example shows." * 4
        for a, b in zip(one, other, strict=True)
    ]
    run = ["run"] * rows
    calls = [f"call-{number}" for number in numbers]
    offsets = pa.array(np.arange(0, (rows + 1) * length, length, dtype=np.int32))
    tables: dict[str, dict[str, object]] = {
        "instruction": {
            "instruction_id": ids,
            "syllabus_id": random.choice(syllabi, rows).tolist(),
            "strategy": ["one_session"] * rows,
            "text": questions,
            "run_id": run,
            "key_concept_ids": pa.array([[]] * rows, pa.list_(pa.string())),
            "model_call_id": calls,
        },
        "answer": {
            "answer_id": [f"answer-{number:011}" for number in numbers],
            "instruction_id": ids,
            "text": answers,
            "run_id": run,
            "model_call_id": calls,
        },
        "embedding": {
            "content_id": [f"text-{number:011}" for number in numbers],
            "encoder": [ENCODER] * rows,
            "number": numbers,
            "vector": pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(vectors).ravel())),
        },
        "embedded_instruction": {
            "encoder": [ENCODER] * rows,
            "content": ["instruction"] * rows,
            "instruction_id": ids,
            "number": numbers,
        },
    }
    for table, columns in tables.items():
        insert_table(cursor, table, pa.table(columns))


def _normal(random: np.random.Generator, *shape: int) -> np.ndarray:
    return random.standard_normal(shape, dtype=np.float32)


def _unit(vectors: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled
