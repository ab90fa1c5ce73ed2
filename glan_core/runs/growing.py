"""How does a node grow, from a name to subjects and from a subject to a syllabus with its key concepts?"""

import dataclasses
from collections.abc import Callable, Iterator

from glan_core import ids
from glan_core.courses import Course, list_courses
from glan_core.entities import Subject, Syllabus
from glan_core.planning.plan import Growth, Plan
from glan_core.planning.plan_request import WHOLE_TAXONOMY
from glan_core.runs.attempts import Attempts, Counts
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.work import Work
from glan_core.stages.class_details import extract_class_details
from glan_core.stages.subjects import generate_subjects
from glan_core.stages.syllabus import generate_syllabus
from glan_core.stages.taxonomy import build_taxonomy
from glan_core.store.database import Cursor
from glan_core.store.failures import list_open_failures
from glan_core.store.instructions import count_instructions_below
from glan_core.store.subjects import find_subject, find_subjects, list_removed_subjects, list_subjects
from glan_core.store.syllabi import find_syllabus_without_details
from glan_core.store.taxonomy_nodes import list_child_names, list_path


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
        counts: Counts,
        draw: Callable[[Course, int], list[Work]],
        is_drawing_only: bool = False,
    ) -> None:
        """`draw` gives the work of a course that is complete, for so many instructions.

        With `is_drawing_only` nothing grows, and there is only the work of the courses that are there.
        """
        self._is_drawing_only = is_drawing_only
        self._left: dict[str, int] = {}
        self._stages = plan.request.stages
        self._settings = plan.request.settings
        self._seed = plan.request.seed
        self._run_id = plan.run_id
        self._cursor = cursor
        self._model = model
        self._ledger = ledger
        self._attempts = attempts
        self._counts = counts
        self._draw = draw

    def work(self, growth: Growth) -> Iterator[Work]:
        """Give the work that a growing node begins with."""
        # A query that failed before and comes back with more subjects changes every share, so what an earlier session
        # made is counted: no more come out than were asked for.
        made = count_instructions_below(self._cursor, growth.node_id, run_id=self._run_id)
        self._left[growth.node_id] = growth.instructions - made
        if growth.stage == "syllabus":
            subject = find_subject(self._cursor, growth.node_id)
            if subject is not None and not self._is_removed(subject, "syllabus", growth.node_id):
                yield from self._shared_out((subject,), growth)  # a run that goes on may have its syllabus already
        elif self._is_drawing_only:
            yield from self._shared_out(list_subjects(self._cursor, [growth.node_id]), growth)
        elif self._is_place_removed(growth.node_id):
            self._give_up(growth.node_id, growth.stage)
        else:
            self._reopen(growth)
            yield from [self._taxonomy_work(growth)] if growth.stage == "taxonomy" else self._subject_work(growth)

    def _is_removed(self, subject: Subject, stage: str, item_id: str) -> bool:
        """Say whether people have removed a subject, or what it stands below, since the plan was made; then give up."""
        now = find_subject(self._cursor, subject.subject_id) or subject
        is_removed = now.status == "removed" or self._is_place_removed(now.discipline_id)
        if is_removed:
            self._give_up(item_id, stage)
        return is_removed

    def _is_place_removed(self, node_id: str) -> bool:
        return any(node.status == "removed" for node in list_path(self._cursor, node_id))

    def _give_up(self, item_id: str, stage: str) -> None:
        self._attempts.give_up(
            item_id, stage, kind="removed", message="It was removed from the taxonomy after the run was planned."
        )

    def _reopen(self, growth: Growth) -> None:
        for failure in list_open_failures(self._cursor, self._run_id):
            if failure.item_id == growth.node_id and failure.stage == growth.stage:
                self._ledger.keep(dataclasses.replace(failure, error_kind="", message=""))

    def _taxonomy_work(self, growth: Growth) -> Work:
        node_id = None if growth.node_id == WHOLE_TAXONOMY else growth.node_id

        async def do() -> list[Work]:
            proposed = await self._attempts.make(
                growth.node_id,
                "taxonomy",
                lambda attempt: build_taxonomy(
                    self._model,
                    path=list_path(self._cursor, node_id) if node_id else (),
                    siblings=list_child_names(self._cursor, node_id),
                    settings=self._settings,
                    seed=self._seed,
                    attempt=attempt,
                ),
            )
            if proposed is not None:
                self._ledger.keep(*proposed.nodes)
                self._counts.nodes += len(proposed.nodes)
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
        removed = {subject.name.casefold() for subject in list_removed_subjects(self._cursor, growth.node_id)}
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
                    left_out = list(listed.left_out)
                    there = find_subjects(self._cursor, [subject.subject_id for subject in listed.subjects])
                    for subject in listed.subjects:
                        row = there.get(subject.subject_id)
                        is_elsewhere = row is not None and (row.status, row.discipline_id) != ("kept", growth.node_id)
                        if is_elsewhere or (row is None and subject.name.casefold() in removed):
                            left_out.append(f"{subject.name!r} was removed or moved by a person.")
                        elif row is None and subject.name.casefold() not in found:
                            found[subject.name.casefold()] = subject
                            self._ledger.keep(subject)
                            self._counts.subjects += 1
                        # Else it is there, maybe under another name by now.
                    self._ledger.settle(listed.model_call_id, left_out=tuple(left_out))
                    self._ledger.settle_unusable(listed.unusable)
                open_queries.discard(query)
                return [] if open_queries else self._shared_out(tuple(found.values()), growth)

            return Work("subjects", do)

        yield from (work(query) for query in sorted(open_queries))

    def _shared_out(self, subjects: tuple[Subject, ...], growth: Growth) -> list[Work]:
        """Give each subject its share of the instructions, one by one, so that none is more than one ahead."""
        courses = list_courses(self._cursor, subjects)
        work: list[Work] = []
        # Queries come back in any order; a run that is taken up again has to share out alike.
        ordered = sorted(subjects, key=lambda subject: ids.stable_id("order", self._seed, subject.subject_id))
        for place, subject in enumerate(ordered):
            share = growth.instructions // len(subjects) + (place < growth.instructions % len(subjects))
            course = courses.get(subject.subject_id)
            if course is not None and course.syllabus.version < growth.version:
                course = None  # it is to be written anew
            if course is not None:
                work.extend(self._drawn(course, share, growth))
            elif self._is_drawing_only:
                continue
            elif "syllabus" in self._stages and (share or "instructions" not in self._stages):
                bare = find_syllabus_without_details(self._cursor, subject.subject_id)
                work.append(
                    self._class_details_work(subject, bare, share, growth)
                    if bare is not None and bare.version >= growth.version
                    else self._syllabus_work(subject, share, growth)
                )
        return work

    def _syllabus_work(self, subject: Subject, share: int, growth: Growth) -> Work:
        path = list_path(self._cursor, subject.discipline_id)

        async def do() -> list[Work]:
            if self._is_removed(subject, "syllabus", subject.subject_id):
                return []
            syllabus = await self._attempts.make(
                subject.subject_id,
                "syllabus",
                lambda attempt: generate_syllabus(
                    self._model,
                    discipline=path[-1].name,
                    subject=subject,
                    version=growth.version,
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
            return [self._class_details_work(subject, syllabus, share, growth)]

        return Work("syllabus", do)

    def _class_details_work(self, subject: Subject, syllabus: Syllabus, share: int, growth: Growth) -> Work:
        async def do() -> list[Work]:
            if self._is_removed(subject, "class_details", syllabus.syllabus_id):
                return []
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
            self._counts.syllabi += 1
            self._ledger.settle(extracted.model_call_id, left_out=extracted.left_out)
            self._ledger.settle_unusable(extracted.unusable)
            course = Course(list_path(self._cursor, subject.discipline_id), subject, syllabus, details)
            return self._drawn(course, share, growth)

        return Work("class_details", do)

    def _drawn(self, course: Course, share: int, growth: Growth) -> list[Work]:
        kept: list[Work] = []
        for each in self._draw(course, share):
            if each.stage == "instructions":
                if self._left[growth.node_id] <= 0:
                    continue
                self._left[growth.node_id] -= 1
            kept.append(each)
        return kept
