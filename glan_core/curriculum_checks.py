"""What is wrong with a curriculum, and which of its names nearly repeat each other?

Findings are mistakes: each names the place and says what is wrong. Near twins are for a person to look at, as two
things may well be alike and both belong there.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from glan_core import paper
from glan_core.entities import SUBJECT_LEVELS, TaxonomyNode
from glan_core.quality.language import other_language_of
from glan_core.starter import Curriculum

# What the starter promises (data/README.md); the paper gives no number of sub-fields and about five key concepts.
SUB_FIELDS = (35, 50)
LEAST_SUBJECTS = 12
LEAST_SUBJECTS_A_LEVEL = 3
SUBTOPICS = (3, 6)
KEY_CONCEPTS = (4, 6)
TWIN_SIMILARITY = 0.9
"""From which cosine on two names count as near twins; at 0.85 most pairs of them were only of one topic."""

# In characters. Wide enough for every text that a person would write there, too narrow for half a one or a page.
_NAME = (3, 90)
_DESCRIPTION = (40, 260)
_SYLLABUS = (2_000, 12_000)
_FILLER = re.compile(
    r"^(introduction to|an introduction|overview|basics|fundamentals of|miscellaneous|conclusion)\b", re.I
)


class Finding(NamedTuple):
    """A mistake in a curriculum."""

    place: str
    """The names from the discipline down."""
    what: str


class NearTwins(NamedTuple):
    """Two names that mean nearly the same."""

    place: str
    """What both stand below."""
    one: str
    other: str
    similarity: float
    """Cosine of their embeddings."""


def check_curriculum(curriculum: Curriculum) -> tuple[Finding, ...]:
    """Give every mistake: numbers, orphans, repeated names, filler, language and length."""
    places = _Places(curriculum)
    orphans = tuple(places.orphans(curriculum))
    if orphans:
        return orphans  # what stands below nothing has no place that the rest could be told with
    return tuple(
        itertools.chain(
            _check_taxonomy(curriculum),
            _check_votes(curriculum, places),
            _check_subjects(curriculum, places),
            _check_syllabi(curriculum, places),
            _check_key_concepts(curriculum, places),
        )
    )


def find_near_twins(
    curriculum: Curriculum,
    encode: Callable[[Sequence[str]], np.ndarray],
    *,
    similarity: float = TWIN_SIMILARITY,
) -> tuple[NearTwins, ...]:
    """Give the nearly equal names among all disciplines, the subjects of each and the key concepts of each syllabus.

    `encode` gives vectors of unit length, one a row. The most alike come first.
    """
    places = _Places(curriculum)
    if any(places.orphans(curriculum)):
        return ()  # check_curriculum tells
    groups: dict[str, list[str]] = defaultdict(list)
    groups["the taxonomy"] = [node.name for node in _kept(curriculum) if node.level == "discipline"]
    for subject in curriculum.subjects:
        groups[places.name[subject.discipline_id]].append(subject.name)
    for concept in curriculum.key_concepts:
        groups[places.of_syllabus(places.syllabus_of[concept.class_session_id])].append(concept.name)
    names = sorted({name for group in groups.values() for name in group})
    rows = {name: row for row, name in enumerate(names)}
    vectors = encode(names)
    found = []
    for place, group in groups.items():
        own = vectors[[rows[name] for name in group]]
        alike = own @ own.T
        found += [
            NearTwins(place, group[one], group[other], round(float(alike[one, other]), 3))
            for one, other in zip(*np.triu_indices(len(group), k=1), strict=True)
            if alike[one, other] >= similarity
        ]
    return tuple(sorted(found, key=lambda twins: (-twins.similarity, twins)))


class _Places:
    """The names of everything, by id."""

    def __init__(self, curriculum: Curriculum) -> None:
        self.name = {node.taxonomy_node_id: node.name for node in curriculum.taxonomy_nodes}
        self._subject = {subject.subject_id: subject for subject in curriculum.subjects}
        self._syllabus = {syllabus.syllabus_id: syllabus for syllabus in curriculum.syllabi}
        self._session = {session.class_session_id: session for session in curriculum.class_sessions}
        self.syllabus_of = {session.class_session_id: session.syllabus_id for session in curriculum.class_sessions}

    def of_subject(self, subject_id: str) -> str:
        """Give discipline and subject."""
        subject = self._subject[subject_id]
        return f"{self.name[subject.discipline_id]} > {subject.name}"

    def of_syllabus(self, syllabus_id: str) -> str:
        """Give discipline and subject."""
        return self.of_subject(self._syllabus[syllabus_id].subject_id)

    def of_session(self, class_session_id: str) -> str:
        """Give discipline, subject and class session."""
        session = self._session[class_session_id]
        return f"{self.of_syllabus(session.syllabus_id)} > {session.title}"

    def orphans(self, curriculum: Curriculum) -> Iterator[Finding]:
        """Give everything whose parent is not there, or not kept while it is."""
        kept = {node.taxonomy_node_id for node in _kept(curriculum)}
        for kind, ids, children in (
            ("node", kept, ((n.name, n.parent_id) for n in _kept(curriculum) if n.parent_id)),
            ("discipline", kept, ((s.name, s.discipline_id) for s in curriculum.subjects)),
            ("node", self.name, ((f"a vote of the {v.reviewer}", v.taxonomy_node_id) for v in curriculum.votes)),
            ("subject", self._subject, ((s.syllabus_id, s.subject_id) for s in curriculum.syllabi)),
            ("syllabus", self._syllabus, ((s.title, s.syllabus_id) for s in curriculum.class_sessions)),
            ("class session", self._session, ((c.name, c.class_session_id) for c in curriculum.key_concepts)),
        ):
            yield from (Finding(child, f"its {kind} is not there") for child, parent in children if parent not in ids)


def _check_taxonomy(curriculum: Curriculum) -> Iterator[Finding]:
    kept = _kept(curriculum)
    numbers = Counter(node.level for node in kept)
    if numbers["field"] != len(paper.DISCIPLINES_BY_FIELD):
        yield Finding("the taxonomy", f"{numbers['field']} fields in place of {len(paper.DISCIPLINES_BY_FIELD)}")
    if not _is_within(numbers["sub_field"], SUB_FIELDS):
        yield Finding("the taxonomy", f"{numbers['sub_field']} sub-fields")
    by_id = {node.taxonomy_node_id: node for node in kept}
    fields = Counter(
        by_id[by_id[node.parent_id].parent_id or ""].name
        for node in kept
        if node.level == "discipline" and node.parent_id
    )
    for field, number in paper.DISCIPLINES_BY_FIELD.items():
        if fields[field] != number:
            yield Finding(field, f"{fields[field]} disciplines in place of {number}")
    yield from _repeated(((node.parent_id, node.name) for node in curriculum.taxonomy_nodes), "the taxonomy")
    yield from _repeated((("", node.name) for node in kept if node.level == "discipline"), "the taxonomy")
    for node in curriculum.taxonomy_nodes:
        yield from _check_name(node.name, node.name)
        yield from _check_prose(node.name, node.description, _DESCRIPTION)


def _check_votes(curriculum: Curriculum, places: _Places) -> Iterator[Finding]:
    status = {node.taxonomy_node_id: node.status for node in curriculum.taxonomy_nodes}
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    for vote in curriculum.votes:
        verdicts[vote.taxonomy_node_id][vote.verdict] += 1
        if vote.verdict == "remove" and not vote.reason:
            yield Finding(places.name[vote.taxonomy_node_id], f"{vote.reviewer} gives no reason to remove it")
    for node_id, counted in verdicts.items():
        is_out = counted["remove"] > counted["keep"]
        if (status[node_id] == "removed") != is_out:
            yield Finding(
                places.name[node_id], f"it is {status[node_id]}, and the majority says {'remove' if is_out else 'keep'}"
            )


def _check_subjects(curriculum: Curriculum, places: _Places) -> Iterator[Finding]:
    levels: dict[str, Counter[str]] = {
        node.taxonomy_node_id: Counter() for node in _kept(curriculum) if node.level == "discipline"
    }
    for subject in curriculum.subjects:
        levels[subject.discipline_id][subject.level] += 1
    for discipline_id, counted in levels.items():
        if counted.total() < LEAST_SUBJECTS:
            yield Finding(places.name[discipline_id], f"{counted.total()} subjects")
        for level in SUBJECT_LEVELS:
            if counted[level] < LEAST_SUBJECTS_A_LEVEL:
                yield Finding(places.name[discipline_id], f"{counted[level]} {level} subjects")
    yield from _repeated(
        ((places.name[subject.discipline_id], subject.name) for subject in curriculum.subjects), "the subjects"
    )
    for subject in curriculum.subjects:
        place = places.of_subject(subject.subject_id)
        yield from _check_name(place, subject.name)
        if not _is_within(len(subject.subtopics), SUBTOPICS):
            yield Finding(place, f"{len(subject.subtopics)} subtopics")
        yield from _repeated(((place, subtopic) for subtopic in subject.subtopics), place)
        for subtopic in subject.subtopics:
            yield from _check_name(place, subtopic)
            if _plain(subtopic) == _plain(subject.name):
                yield Finding(place, "a subtopic repeats the name of its subject")


def _check_syllabi(curriculum: Curriculum, places: _Places) -> Iterator[Finding]:
    disciplines = {subject.subject_id: subject.discipline_id for subject in curriculum.subjects}
    with_syllabus = {disciplines[syllabus.subject_id] for syllabus in curriculum.syllabi}
    for node in _kept(curriculum):
        if node.level == "discipline" and node.taxonomy_node_id not in with_syllabus:
            yield Finding(node.name, "no subject has a syllabus")
    sessions = Counter(session.syllabus_id for session in curriculum.class_sessions)
    for syllabus in curriculum.syllabi:
        place = places.of_syllabus(syllabus.syllabus_id)
        if not _is_within(sessions[syllabus.syllabus_id], paper.CLASS_SESSIONS_PER_SYLLABUS):
            yield Finding(place, f"{sessions[syllabus.syllabus_id]} class sessions")
        yield from _check_prose(place, syllabus.text, _SYLLABUS)
    yield from _repeated(
        ((places.of_syllabus(session.syllabus_id), session.title) for session in curriculum.class_sessions),
        "the class sessions",
    )
    for session in curriculum.class_sessions:
        place = places.of_session(session.class_session_id)
        yield from _check_name(place, session.title)
        yield from _check_prose(place, session.description, _DESCRIPTION)


def _check_key_concepts(curriculum: Curriculum, places: _Places) -> Iterator[Finding]:
    numbers = Counter(concept.class_session_id for concept in curriculum.key_concepts)
    titles = {session.class_session_id: session.title for session in curriculum.class_sessions}
    for session_id in titles:
        if not _is_within(numbers[session_id], KEY_CONCEPTS):
            yield Finding(places.of_session(session_id), f"{numbers[session_id]} key concepts")
    yield from _repeated(
        ((places.of_session(concept.class_session_id), concept.name) for concept in curriculum.key_concepts),
        "the key concepts",
    )
    for concept in curriculum.key_concepts:
        place = places.of_session(concept.class_session_id)
        yield from _check_name(place, concept.name)
        if _plain(concept.name) == _plain(titles[concept.class_session_id]):
            yield Finding(place, "a key concept repeats the title of its class session")


def _check_name(place: str, name: str) -> Iterator[Finding]:
    if not _is_within(len(name), _NAME):
        yield Finding(place, f"{len(name)} characters: {name}")
    if name != name.strip() or not name.isprintable() or name.endswith("."):
        yield Finding(place, f"this is no name: {name!r}")
    if _FILLER.match(name):
        yield Finding(place, f"this says nothing of what is taught: {name}")


def _check_prose(place: str, text: str, characters: tuple[int, int]) -> Iterator[Finding]:
    if not _is_within(len(text), characters):
        yield Finding(place, f"{len(text)} characters of text in place of {characters[0]} to {characters[1]}")
    other = other_language_of(text, "en")
    if other:
        yield Finding(place, f"the text seems to be in another language ({other})")


def _repeated(names: Iterable[tuple[str | None, str]], kind: str) -> Iterator[Finding]:
    """Give the names that stand twice below the same place, whatever their case and punctuation."""
    counted = Counter((place, _plain(name)) for place, name in names)
    for (place, name), number in counted.items():
        if number > 1:
            yield Finding(place or kind, f"{number} times: {name}")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _kept(curriculum: Curriculum) -> list[TaxonomyNode]:
    return [node for node in curriculum.taxonomy_nodes if node.status == "kept"]


def _is_within(number: int, limits: tuple[int, int]) -> bool:
    return limits[0] <= number <= limits[1]
