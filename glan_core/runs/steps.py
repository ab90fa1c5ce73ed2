"""What do the steps of a run of any kind work with?"""

from glan_core.planning.plan import Plan
from glan_core.runs.attempts import Attempts, Counts
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.store.database import Cursor


class Steps:
    """The plan of a run, where it reads and writes, its model, and what it has made so far."""

    def __init__(
        self,
        plan: Plan,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        only: frozenset[str] | None = None,
    ) -> None:
        """With `only`, nothing else than the items with these ids is made."""
        self._plan = plan
        self._settings = plan.request.settings
        self._seed = plan.request.seed
        self._run_id = plan.run_id
        self._cursor = cursor
        self._model = model
        self._ledger = ledger
        self._only = only
        self.counts = Counts()
        self._attempts = Attempts(
            ledger=ledger, counts=self.counts, run_id=plan.run_id, reply_attempts=self._settings.reply_attempts
        )

    def _is_wanted(self, *item_ids: str) -> bool:
        return self._only is None or not self._only.isdisjoint(item_ids)

    def _finish_reason(self, model_call_id: str) -> str:
        call = self._ledger.find_call(model_call_id)
        return call.finish_reason if call else ""
