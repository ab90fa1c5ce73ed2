"""How does a step of a run ask a model that answers tomorrow?

It asks as ever. If the answer is there, it gets it; if not, the call is noted for the next part, and ReplyLater leaves
the step open: neither failed nor tried. The next pass over the plan comes to it again.
"""

from collections.abc import Callable
from datetime import datetime

from glan_core.calls import ChatReply, ChatRequest, ModelCall, ReplyForm
from glan_core.engines.batch_orders import Orders
from glan_core.errors import ReplyError
from glan_core.llm.chat_model import Sender
from glan_core.llm.reply_forms import CHECK
from glan_core.runs.recording import KnownFailureError, RecordingModel


class ReplyLater(Exception):
    """The answer is still to come, so what needs it is done in a later pass."""

    def __init__(self, part: int | None) -> None:
        """`part` is the number of the part that the call is in; None if it is in none, or nobody knows."""
        super().__init__(part)
        self.part = part


class OrderingSender:
    """A Sender that answers from what was fetched, and notes every other call for the next part."""

    def __init__(self, orders: Orders, *, note: Callable[[ChatRequest], int | None], direct: Sender) -> None:
        """`note` gives the number of the part that a call was written into; None if it was not.

        `direct` is asked at once about calls of no item, which find out what the endpoint can be held to."""
        self._orders = orders
        self._note = note
        self._direct = direct

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the answer that was fetched; CallError if the call was refused, ReplyLater if it is not there yet."""
        if request.stage == CHECK:
            return await self._direct.complete(request)
        reply = self._orders.take(request.model_call_id)
        if reply is not None:
            return reply
        if self._orders.is_under_way(request.model_call_id):
            raise ReplyLater(self._orders.part_of(request.model_call_id))
        raise ReplyLater(self._note(request))


class BatchModel(RecordingModel):
    """A RecordingModel for a pass over a plan, of which there are many in one order.

    What an earlier pass of the order has found out counts: a refused call is refused again without another line in the
    journal, and a reply that could not be used is one of the attempts that an item has.
    """

    def __init__(
        self,
        sender: Sender,
        *,
        orders: Orders,
        order_began_at: datetime,
        run_id: str,
        find: Callable[[str], ModelCall | None],
        record: Callable[[ModelCall], None],
        cost: Callable[[ChatRequest, ChatReply], float | None],
        reply_forms: dict[str, ReplyForm],
    ) -> None:
        super().__init__(sender, run_id=run_id, find=find, record=record, cost=cost, reply_forms=reply_forms)
        self._orders = orders
        self._order_began_at = order_began_at
        self._find_call = find

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply, old or new; ReplyLater if it is still to come. Otherwise raises what RecordingModel does."""
        refusal = self._orders.refusal(request.model_call_id)
        if refusal is not None:
            raise refusal
        try:
            return await super().complete(request)
        except ReplyLater:
            self.calls -= 1
            raise
        except KnownFailureError as error:
            call = self._find_call(request.model_call_id)
            if call is None or call.finished_at < self._order_began_at:
                raise
            # It must not be taken for one of an earlier order, after which an item has all its attempts again.
            raise ReplyError(
                error.message, kind=error.kind, model_call_id=error.model_call_id, reply_text=error.reply_text
            ) from error
