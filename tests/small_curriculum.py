"""A curriculum small enough to check by eye.

    Natural Science
        Physical sciences
            Chemistry
            Physics
                Mechanics (introductory)      without a syllabus
                Optics (introductory)         3 class sessions of 5 key concepts
    Agriculture
        Land use
            Agriculture

Of Optics, 93 combinations come from one class session (3 x 31) and 1,725 from two (3 x 575).
"""

from typing import NamedTuple

from glan_core import ids
from glan_core.courses import Course
from glan_core.entities import ClassDetails, ClassSession, KeyConcept, Subject, Syllabus, TaxonomyNode
from glan_core.starter import Curriculum

_SESSIONS = (
    ("Rays", ("reflection", "refraction", "critical angle", "thin lens", "focal length")),
    ("Waves", ("wavelength", "phase", "superposition", "coherence", "polarisation")),
    ("Instruments", ("magnifier", "telescope", "microscope", "aperture", "resolution")),
)
SYLLABUS_TEXT = "\n\n".join(
    f"Class session {position}: {title}\nAbout {title.lower()}.\nKey concepts: {'; '.join(names)}"
    for position, (title, names) in enumerate(_SESSIONS, start=1)
)


class SmallCurriculum(NamedTuple):
    """The nodes by name."""

    natural_science: TaxonomyNode
    physical_sciences: TaxonomyNode
    physics: TaxonomyNode
    chemistry: TaxonomyNode
    agriculture: TaxonomyNode
    land_use: TaxonomyNode
    agriculture_discipline: TaxonomyNode
    mechanics: Subject
    optics: Subject
    syllabus: Syllabus
    details: ClassDetails

    @property
    def curriculum(self) -> Curriculum:
        """All of it in the form that insert_curriculum takes."""
        return Curriculum(
            tuple(self[:7]),
            (self.mechanics, self.optics),
            (self.syllabus,),
            self.details.class_sessions,
            self.details.key_concepts,
        )

    @property
    def course(self) -> Course:
        """Optics with all that its questions need."""
        return Course(
            (self.natural_science, self.physical_sciences, self.physics), self.optics, self.syllabus, self.details
        )

    def key_concept_ids(self, *names: str) -> tuple[str, ...]:
        """Give the ids of key concepts by name."""
        by_name = {concept.name: concept.key_concept_id for concept in self.details.key_concepts}
        return tuple(by_name[name] for name in names)


def small_curriculum() -> SmallCurriculum:
    """Make the curriculum; the same each time."""
    natural_science = _node(None, "Natural Science", "field")
    physical_sciences = _node(natural_science, "Physical sciences", "sub_field")
    physics = _node(physical_sciences, "Physics", "discipline")
    agriculture = _node(None, "Agriculture", "field", position=2)
    land_use = _node(agriculture, "Land use", "sub_field")
    mechanics, optics = (
        Subject(ids.subject_id(physics.taxonomy_node_id, name), physics.taxonomy_node_id, name, "introductory", topics)
        for name, topics in (("Mechanics", ("forces", "energy")), ("Optics", ("light",)))
    )
    syllabus = Syllabus(ids.syllabus_id(optics.subject_id, SYLLABUS_TEXT), optics.subject_id, 1, SYLLABUS_TEXT)
    return SmallCurriculum(
        natural_science=natural_science,
        physical_sciences=physical_sciences,
        physics=physics,
        chemistry=_node(physical_sciences, "Chemistry", "discipline", position=2),
        agriculture=agriculture,
        land_use=land_use,
        agriculture_discipline=_node(land_use, "Agriculture", "discipline"),
        mechanics=mechanics,
        optics=optics,
        syllabus=syllabus,
        details=details_of(syllabus.syllabus_id, _SESSIONS),
    )


def details_of(syllabus_id: str, sessions: tuple[tuple[str, tuple[str, ...]], ...]) -> ClassDetails:
    """Make class sessions with these titles and key concepts."""
    class_sessions, key_concepts = [], []
    for position, (title, names) in enumerate(sessions, start=1):
        session_id = ids.class_session_id(syllabus_id, position)
        class_sessions.append(ClassSession(session_id, syllabus_id, position, title, f"About {title.lower()}."))
        key_concepts += [
            KeyConcept(ids.key_concept_id(session_id, number), session_id, number, name)
            for number, name in enumerate(names, start=1)
        ]
    return ClassDetails(tuple(class_sessions), tuple(key_concepts))


def details_of_sizes(sizes: tuple[int, ...]) -> ClassDetails:
    """Make one class session for each size, with that many key concepts."""
    return details_of(
        "syllabus",
        tuple(
            (f"Session {place}", tuple(f"concept {place}-{number}" for number in range(size)))
            for place, size in enumerate(sizes)
        ),
    )


def _node(parent: TaxonomyNode | None, name: str, level: str, *, position: int = 1) -> TaxonomyNode:
    parent_id = parent.taxonomy_node_id if parent else None
    node_id = ids.taxonomy_node_id(parent_id, name)
    return TaxonomyNode(node_id, parent_id, level, name, f"About {name}.", position=position)
