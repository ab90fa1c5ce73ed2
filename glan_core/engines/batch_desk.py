"""How do calls get to a batch service, and their results back?

Each step is noted in `batches.jsonl` (see runs/batch_parts.py) before the next one is taken, so a process that is
killed at any point orders nothing twice: whether the last order went out is looked up among what the service lists.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from glan_core.amounts import count_of
from glan_core.calls import ChatRequest
from glan_core.engines.batch_budget import May
from glan_core.engines.batch_drafts import Drafts, Finished
from glan_core.engines.batch_orders import Orders
from glan_core.errors import CallError, DiskError, EndpointError, SettingsError
from glan_core.llm.batch_service import BatchService, BatchState, is_refusal, told_of
from glan_core.llm.endpoint import Endpoint
from glan_core.runs.batch_parts import LOST, Part, PartLog, now

MOST_CALLS = 50_000
"""What the service takes in one part."""
MOST_OPEN_PARTS = 20
"""With the service at once: a million calls, whose ids are held in memory."""
_TOO_MUCH = "token_limit_exceeded"
"""The service's code where more is waiting than it lets wait."""
_UNKNOWN = "not_known_to_the_service"
_FIRST_WAIT_SECONDS = 1.0
_MOST_WAIT_SECONDS = 60.0
_STEP_SECONDS = 0.2
_SAFE_HINT = "What was ordered is safe. Go on with the run later."
_A_DAY = 86_400.0
T = TypeVar("T")


class BatchDesk:
    """Where one run hands in parts and gets them back."""

    def __init__(
        self,
        log: PartLog,
        orders: Orders,
        *,
        service: BatchService,
        endpoint: Endpoint,
        run_id: str,
        order: str,
        most_calls: int,
        patience_seconds: float,
        is_stopped: Callable[[], bool],
    ) -> None:
        """`is_stopped` says that nobody wants to wait any longer for a service that is away."""
        self._log = log
        self._orders = orders
        self._service = service
        self._endpoint = endpoint
        self._run_id = run_id
        self._order = order
        self._patience_seconds = patience_seconds
        self._is_stopped = is_stopped
        self._drafts = Drafts(log, most_calls=min(most_calls, MOST_CALLS))
        self._waits_for_room = False
        self._away_since: float | None = None
        self.retry_after_seconds = 0.0
        """What the service asked to be waited when it was last looked at."""

    def has_room_for(self, model: str) -> bool:
        """Say whether another call of a model may be noted."""
        if self._waits_for_room:
            return False
        if self._drafts.has_room_for(model):
            return True
        return len(self._log.open_parts) + len(self._drafts) < MOST_OPEN_PARTS

    @property
    def is_awaiting(self) -> bool:
        """Whether something is with the service or about to be."""
        return any(part.state != "fetched" for part in self._log.open_parts)

    @property
    def reserved(self) -> May:
        """What calls that were noted may come to, without those whose answers were taken: they are spent."""
        tokens, dollars = float(self._drafts.tokens), self._drafts.dollars
        for part in self._log.open_parts:
            share = self._orders.left(part) / part.calls
            tokens += part.tokens * share
            dollars += (part.dollars or 0.0) * share
        return May(round(tokens), dollars)

    def take_up(self) -> EndpointError | None:
        """See what an earlier session left; gives what its results say against the service, if anything."""
        self._take_back()
        hindrance: EndpointError | None = None
        for part in self._log.open_parts:
            if part.state == "fetched" and not self._log.results_path(part.number).exists():
                part = self._log.change(part, state="ordered")  # they are fetched again
            if part.is_with_service and part.endpoint != self._endpoint.label:
                raise SettingsError(
                    f"{count_of(part.calls, 'call')} of this run are with {part.endpoint}, and this is "
                    f"{self._endpoint.label}.",
                    "Go on there, with --base-url or --endpoint; or wait for them no longer: --give-up-parts.",
                )
            if part.state == "fetched":
                hindrance = self._orders.read_results(part) or hindrance
            else:
                self._orders.hand_over(part)
        kept = {path for part in self._log.open_parts for path in self._files(part)}
        for path in self._log.files.glob("*") if self._log.files.is_dir() else ():
            if path not in kept:
                path.unlink()  # a part that was never finished, or one that was settled just when the process ended
        return hindrance

    def note(self, request: ChatRequest, may: May) -> int:
        """Write a call into the next part of its model, and give its number; `hand_in_full` is to be called soon."""
        full = self._drafts.note(request, tokens=may.tokens, dollars=may.dollars)
        if full is not None:
            self._add(full)
        return self._drafts.number_of(request.model)

    async def hand_in_full(self) -> None:
        """Hand in the parts that are as large as they may be."""
        for finished in self._drafts.finish(only_full=True):
            self._add(finished)
        await self.hand_in()

    async def hand_in_all(self) -> None:
        """Hand in everything that was noted."""
        for finished in self._drafts.finish(only_full=False):
            self._add(finished)
        await self.hand_in()

    async def hand_in(self) -> None:
        """Hand in the parts that are written and not with the service yet; those that it will not take are given up."""
        try:
            for part in self._log.open_parts:
                if part.state in ("made", "uploaded", "handing_in"):
                    await self._order_part(part)
        except EndpointError:
            self._take_back()
            raise

    def drop_drafts(self) -> None:
        """Forget what was noted and not handed in: it is noted again in another pass."""
        self._drafts.drop()

    async def look(self) -> tuple[Part, ...]:
        """Ask how far all parts are, and fetch those that are done: these are given."""
        self.retry_after_seconds = 0.0
        ended: list[Part] = []
        for part in self._log.open_parts:
            if part.state != "ordered":
                continue
            try:
                state = await self._service.look(part.batch_id)
            except CallError as error:
                self.retry_after_seconds = max(self.retry_after_seconds, error.retry_after_seconds or 0.0)
                self._away_since = self._away_since or time.monotonic()
                if time.monotonic() - self._away_since > self._patience_seconds:
                    raise EndpointError(error.message, _SAFE_HINT) from error
                continue  # asked again at the next look
            self._away_since = None
            if state is None:
                if part.service_state == _UNKNOWN:
                    ended.append(self._lose(part))
                else:  # a service may not know of what it has just taken
                    self._log.change(part, service_state=_UNKNOWN, seen_at=now())
                continue
            seen = (state.state, state.done, state.failed)
            if seen != (part.service_state, part.done, part.failed):
                part = self._log.change(
                    part, service_state=state.state, done=state.done, failed=state.failed, seen_at=now()
                )
            if state.state == "failed":
                self._give_back(part, state, has_room_soon=bool(ended))
            elif state.has_ended:
                ended.append(await self._fetch(part, state))
        return tuple(ended)

    def settle(self, *, is_all: bool) -> None:
        """Be done with parts whose results are in the journal and in the database: those of which none is left.

        `is_all` says that the whole plan was gone through, so that nobody will ask for what is left of the others.
        """
        for part in self._log.open_parts:
            if part.state == "fetched" and (is_all or not self._orders.has_answers(part)):
                self._orders.settle(part)

    def _add(self, finished: Finished) -> None:
        draft = finished.draft
        part = self._log.add(
            Part(
                number=draft.number,
                order=self._order,
                model=finished.model,
                calls=len(draft.ids),
                size=draft.size,
                tokens=draft.tokens,
                dollars=draft.dollars,
                made_at=now(),
                endpoint=self._endpoint.label,
            )
        )
        self._orders.hand_over(part, draft.ids)

    async def _order_part(self, part: Part) -> None:
        if not part.file_id:
            path = self._log.requests_path(part.number)
            file_id = await self._steadily(lambda: self._service.upload(path))
            part = self._log.change(part, state="uploaded", file_id=file_id)
        labels = {"run": self._run_id, "part": str(part.number), "made_at": part.made_at}
        since = datetime.fromisoformat(part.made_at).timestamp() - _A_DAY  # clocks differ
        is_unsure = part.state == "handing_in"
        part = self._log.change(part, state="handing_in")

        async def order() -> BatchState:
            nonlocal is_unsure
            if is_unsure and (found := await self._service.find(part.file_id, labels=labels, since=since)):
                return found
            is_unsure = True
            try:
                return await self._service.submit(part.file_id, labels=labels)
            except EndpointError as error:
                is_unsure = not is_refusal(error)
                raise

        try:
            state = await self._steadily(order)
        except EndpointError:
            if not is_unsure:
                self._log.change(part, state="uploaded")
            raise
        self._log.change(part, state="ordered", batch_id=state.batch_id, service_state=state.state, seen_at=now())

    def _take_back(self) -> None:
        """Take the calls of parts that the service does not have for never noted: another pass notes them again."""
        for part in self._log.open_parts:
            if not part.is_out:
                self._forget(part)

    def _forget(self, part: Part) -> None:
        self._orders.give_back(part)
        self._log.change(part, state="given_back")
        self._log.remove_files(part)

    def _give_back(self, part: Part, state: BatchState, *, has_room_soon: bool) -> None:
        self._forget(part)
        if _TOO_MUCH in state.error_codes and (has_room_soon or self.is_awaiting):
            self._waits_for_room = not has_room_soon  # its calls are noted again once another part is done
            return
        raise EndpointError(
            f"{self._endpoint.label} would not work on a part of {count_of(part.calls, 'call')}: "
            f"{told_of(state.errors)}.",
            "Nothing of it is paid for. Mend what it says, then go on with the run.",
        )

    async def _fetch(self, part: Part, state: BatchState) -> Part:
        path = self._log.results_path(part.number)
        has_all = await self._steadily(lambda: self._service.fetch(state.result_files, path))
        self._waits_for_room = False
        return self._log.change(part, state="fetched", **({} if has_all else {"service_state": LOST}))

    def _lose(self, part: Part) -> Part:
        """Take a part that the service does not know of for one without answers."""
        path = self._log.results_path(part.number)
        try:
            path.write_bytes(b"")
        except OSError as error:
            raise DiskError(f"{path} cannot be written: {error.strerror}.", "Free space, then go on.") from error
        self._waits_for_room = False
        return self._log.change(part, state="fetched", service_state=LOST)

    def _files(self, part: Part) -> tuple[object, ...]:
        return (self._log.requests_path(part.number), self._log.results_path(part.number))

    async def _steadily(self, do: Callable[[], Awaitable[T]]) -> T:
        """Try until it is done; EndpointError when the service has been away for longer than it may."""
        started, wait = time.monotonic(), _FIRST_WAIT_SECONDS
        while True:
            try:
                return await do()
            except CallError as error:
                again_at = time.monotonic() + max(wait, error.retry_after_seconds or 0.0)
                while time.monotonic() < again_at:
                    if self._is_stopped() or again_at - started > self._patience_seconds:
                        raise EndpointError(error.message, _SAFE_HINT) from error
                    await asyncio.sleep(min(_STEP_SECONDS, max(0.0, again_at - time.monotonic())))
                wait = min(2 * wait, _MOST_WAIT_SECONDS)
