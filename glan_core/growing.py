"""How does a node grow, from a name to subjects and from a subject to a syllabus with its key concepts?"""

from collections.abc import Callable, Iterator

from glan_core import ids
from glan_core.attempts import Attempts
from glan_core.courses import Course, list_courses
from glan_core.entities import Subject, Syllabus
from glan_core.ledger import Ledger
from glan_core.plan import Growth, Plan
from glan_core.recording import RecordingModel
from glan_core.stages.class_details import extract_class_details
from glan_core.stages.subjects import generate_subjects
from glan_core.stages.syllabus import generate_syllabus
from glan_core.stages.taxonomy import build_taxonomy
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject, list_subjects
from glan_core.store.syllabi import find_syllabus_without_details
from glan_core.store.taxonomy_nodes import list_child_names, list_path
from glan_core.work import Work


class Grower:
    """The steps above the questions, for one run."""

    def __init__(
        self,
        plan: Plan,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        attempts: Attempts,
        draw: Callable[[Course, int], list[Work]],
    ) -> None:
        """`draw` gives the work of a course that is complete, for so many instructions."""
        self._stages = plan.request.stages
        self._settings = plan.request.settings
        self._seed = plan.request.seed
        self._run_id = plan.run_id
        self._cursor = cursor
        self._model = model
        self._ledger = ledger
        self._attempts = attempts
        self._draw = draw

    def work(self, growth: Growth) -> Iterator[Work]:
        """Give the work that a growing node begins with."""
        if growth.stage == "taxonomy":
            yield self._taxonomy_work(growth)
        elif growth.stage == "subjects":
            yield from self._subject_work(growth)
        else:
            subject = find_subject(self._cursor, growth.node_id)
            if subject is not None:  # a run that goes on may have its syllabus already
                yield from self._shared_out((subject,), growth.instructions)

    def _taxonomy_work(self, growth: Growth) -> Work:
        async def do() -> list[Work]:
            proposed = await self._attempts.make(
                growth.node_id,
                "taxonomy",
                lambda attempt: build_taxonomy(
                    self._model,
                    path=list_path(self._cursor, growth.node_id),
                    siblings=list_child_names(self._cursor, growth.node_id),
                    settings=self._settings,
                    seed=self._seed,
                    attempt=attempt,
                ),
            )
            if proposed is not None:
                self._ledger.keep(*proposed.nodes)
                *others, last = proposed.model_call_ids
                for model_call_id in others:
                    self._ledger.settle(model_call_id)
                self._ledger.settle(last, left_out=proposed.left_out)  # of all wordings together
                self._ledger.settle_unusable(proposed.unusable)
            return []

        return Work("taxonomy", do)

    def _subject_work(self, growth: Growth) -> Iterator[Work]:
        """Ask for a discipline's subjects, and share its instructions out once the last query has come back."""
        path = list_path(self._cursor, growth.node_id)
        known = list_subjects(self._cursor, [growth.node_id])
        found: dict[str, Subject] = {subject.name.casefold(): subject for subject in known}
        open_queries = set(range(1, self._settings.subject_queries + 1))

        def work(query: int) -> Work:
            async def do() -> list[Work]:
                listed = await self._attempts.make(
                    growth.node_id,
                    "subjects",
                    lambda attempt: generate_subjects(
                        self._model,
                        path=path,
                        query=query,
                        settings=self._settings,
                        seed=self._seed,
                        run_id=self._run_id,
                        attempt=attempt,
                    ),
                )
                if listed is not None:
                    for subject in listed.subjects:
                        if subject.name.casefold() not in found:
                            found[subject.name.casefold()] = subject
                            self._ledger.keep(subject)
                    self._ledger.settle(listed.model_call_id, left_out=listed.left_out)
                    self._ledger.settle_unusable(listed.unusable)
                open_queries.discard(query)
                return [] if open_queries else self._shared_out(tuple(found.values()), growth.instructions)

            return Work("subjects", do)

        yield from (work(query) for query in sorted(open_queries))

    def _shared_out(self, subjects: tuple[Subject, ...], instructions: int) -> list[Work]:
        """Give each subject its share of the instructions, one by one, so that none is more than one ahead."""
        courses = list_courses(self._cursor, subjects)
        work: list[Work] = []
        # Queries come back in any order; a run that is taken up again has to share out alike.
        ordered = sorted(subjects, key=lambda subject: ids.stable_id("order", self._seed, subject.subject_id))
        for place, subject in enumerate(ordered):
            share = instructions // len(subjects) + (place < instructions % len(subjects))
            course = courses.get(subject.subject_id)
            if course is not None:
                work.extend(self._draw(course, share))
            elif "syllabus" in self._stages and (share or "instructions" not in self._stages):
                bare = find_syllabus_without_details(self._cursor, subject.subject_id)
                work.append(
                    self._class_details_work(subject, bare, share) if bare else self._syllabus_work(subject, share)
                )
        return work

    def _syllabus_work(self, subject: Subject, instructions: int) -> Work:
        path = list_path(self._cursor, subject.discipline_id)

        async def do() -> list[Work]:
            syllabus = await self._attempts.make(
                subject.subject_id,
                "syllabus",
                lambda attempt: generate_syllabus(
                    self._model,
                    discipline=path[-1].name,
                    subject=subject,
                    version=1,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                ),
            )
            if syllabus is None:
                return []
            self._ledger.keep(syllabus)
            self._ledger.settle(syllabus.model_call_id or "")
            return [self._class_details_work(subject, syllabus, instructions)]

        return Work("syllabus", do)

    def _class_details_work(self, subject: Subject, syllabus: Syllabus, instructions: int) -> Work:
        async def do() -> list[Work]:
            extracted = await self._attempts.make(
                syllabus.syllabus_id,
                "class_details",
                lambda attempt: extract_class_details(
                    self._model, syllabus=syllabus, settings=self._settings, seed=self._seed, attempt=attempt
                ),
            )
            if extracted is None:
                return []
            details = extracted.details
            self._ledger.keep(*details.class_sessions, *details.key_concepts)
            self._ledger.settle(extracted.model_call_id, left_out=extracted.left_out)
            self._ledger.settle_unusable(extracted.unusable)
            course = Course(list_path(self._cursor, subject.discipline_id), subject, syllabus, details)
            return self._draw(course, instructions)

        return Work("class_details", do)
