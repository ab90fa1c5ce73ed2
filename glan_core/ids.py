"""What is a row called, for ever?

An id is a hash of what a thing was when it first appeared: its content and its place. The same thing made twice has
the same id, so inserting it again changes nothing; renaming or moving it later leaves the id, and with it every
lineage, as it was.

    >>> taxonomy_node_id(None, "Natural Science")
    'k3jnimoy6uuadw6v'
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode  # made once: half the time


def stable_id(kind: str, *parts: object) -> str:
    """Give 16 lower-case letters and digits (80 bits) that depend on nothing but the arguments.

    At ten million rows of a kind the chance of any collision is below 1e-10.
    """
    content = _encode([kind, *parts])
    digest = hashlib.blake2b(content.encode(), digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()


def stable_seed(*parts: object) -> int:
    """Give a seed from 0 to 2**31 - 1 that depends on nothing but the arguments."""
    content = _encode(parts)
    return int.from_bytes(hashlib.blake2b(content.encode(), digest_size=4).digest(), "big") & 0x7FFFFFFF


def content_id(text: str) -> str:
    """Name a text by what it says, so that equal texts share one embedding."""
    return stable_id("content", text)


def taxonomy_node_id(parent_id: str | None, name: str, *, number: int = 1) -> str:
    """Name a field (no parent), sub-field or discipline by its place and first name.

    `number` tells it from others that were first called so, and have since got another name or place.
    """
    return stable_id("taxonomy_node", parent_id, name, *([number] if number > 1 else []))


def vote_id(taxonomy_node_id: str, reviewer: str, voted_at: datetime) -> str:
    """Name a vote by its node, its reviewer and its time, which is to carry its zone."""
    return stable_id("vote", taxonomy_node_id, reviewer, voted_at.astimezone(UTC).isoformat())


def edit_id(number: int, label: str, edited_at: datetime) -> str:
    """Name an edit by its place in the log, its words and its time, which is to carry its zone."""
    return stable_id("edit", number, label, edited_at.astimezone(UTC).isoformat())


def subject_id(discipline_id: str, name: str, *, number: int = 1) -> str:
    """Name a subject by its discipline and first name, and by `number` as `taxonomy_node_id` does."""
    return stable_id("subject", discipline_id, name, *([number] if number > 1 else []))


def syllabus_id(subject_id: str, text: str) -> str:
    """Name a syllabus by its subject and its whole text."""
    return stable_id("syllabus", subject_id, text)


def class_session_id(syllabus_id: str, position: int) -> str:
    """Name a class session by its place in a syllabus, counted from 1."""
    return stable_id("class_session", syllabus_id, position)


def key_concept_id(class_session_id: str, position: int) -> str:
    """Name a key concept by its place in a class session, counted from 1."""
    return stable_id("key_concept", class_session_id, position)


def corpus_id(digest: str, format_: str, columns: Mapping[str, str]) -> str:
    """Name a corpus by the digest of its file and by how the file is read."""
    return stable_id("corpus", digest, format_, dict(columns))


def corpus_row_id(corpus_id: str, number: int, instruction: str, answer: str) -> str:
    """Name a row of a corpus by its place in the file and by what it says."""
    return stable_id("corpus_row", corpus_id, number, instruction, answer)
