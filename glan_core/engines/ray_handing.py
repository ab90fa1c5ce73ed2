"""How does every part get to an actor, and to another one if that is lost?

Ray Data starts the actors, keeps several parts in the hands of each, and gives a part again that was in the hands of
one that is gone.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from glan_core.engines.ray_actor import PartWorker

# What an actor books. They are spread over machines whatever it is, and as many as there are cores; but one that is
# lost with its machine has to find room on those that are left, or its parts would wait for ever.
_CPUS = 0.01


class HandingOut(threading.Thread):
    """A thread that ends when every part is done, or soon after `is_over` is set and actors give theirs back."""

    def __init__(self, ray: Any, desk: Any, names: Sequence[str], *, actors: int, in_hand: int) -> None:
        """`in_hand` parts are with each actor at once."""
        super().__init__(name="ray-parts", daemon=True)
        self.is_over = threading.Event()
        self.error: BaseException | None = None
        """What made it end."""
        self._ray = ray
        self._desk = desk
        self._names = names
        self._actors = min(actors, len(names))
        self._in_hand = in_hand

    def run(self) -> None:
        """Hand parts out."""
        try:
            for _ in self._done().iter_internal_ref_bundles():
                if self.is_over.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits
            self.error = error

    def _done(self) -> Any:
        data = self._ray.data
        data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        # One part a block. Ray's own reader of Parquet puts small files together, with actors of its own.
        parts = data.from_items([{"part": name} for name in self._names], override_num_blocks=len(self._names))
        pool = data.ActorPoolStrategy(
            size=self._actors,
            max_tasks_in_flight_per_actor=self._in_hand,  # no more than it works on: the rest goes to whoever is free
            max_concurrent_calls_per_actor=self._in_hand,
        )
        return parts.map_batches(
            PartWorker, fn_constructor_kwargs={"desk": self._desk}, batch_size=None, compute=pool, num_cpus=_CPUS
        )
