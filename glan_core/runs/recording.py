"""Which calls were answered already, and how does every new one reach the journal?

A RecordingModel stands between the stages and the endpoint: a request whose reply is on disk is answered from there,
any other is sent, and its outcome is handed to the ledger before the stage sees it. It is on disk before anything else
is waited for, together with what the stage makes of it.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from glan_core.calls import ChatReply, ChatRequest, ModelCall, ReplyForm
from glan_core.errors import CallError, ReplyError
from glan_core.llm.chat_model import Sender
from glan_core.llm.reply_forms import ReplyForms


class KnownFailureError(ReplyError):
    """The reply to this very request came earlier and could not be used."""


class RecordingModel:
    """A ChatModel that never sends the same request twice."""

    def __init__(
        self,
        sender: Sender,
        *,
        run_id: str,
        find: Callable[[str], ModelCall | None],
        record: Callable[[ModelCall], None],
        cost: Callable[[ChatRequest, ChatReply], float | None],
        reply_forms: dict[str, ReplyForm] | None = None,
    ) -> None:
        """`find` looks a finished call up by id, `record` keeps one, `cost` gives the US dollars of one.

        `reply_forms` are those that earlier runs found out, by model.
        """
        self._sender = sender
        self._run_id = run_id
        self._find = find
        self._record = record
        self._cost = cost
        # A form is found out by asking this endpoint, and not from what another one said to the same words.
        self._reply_forms = ReplyForms(self._send, known=reply_forms)
        self.calls = 0
        self.calls_reused = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.has_unknown_tokens = False
        """Whether a reply came without its numbers of tokens."""
        self.most_tokens = 0
        """Of both, in one call."""

    @property
    def reply_forms(self) -> dict[str, ReplyForm]:
        """By model, the form of list that its endpoint can be held to, where that is known."""
        return dict(self._reply_forms.known)

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply, old or new.

        Raises KnownFailureError if an old one could not be used, and what the model raises for new ones.
        """
        known = self._find(request.model_call_id)  # of this or an earlier run
        if known is not None and known.has_reply:
            self.calls_reused += 1
            if known.error_kind is not None:
                raise KnownFailureError(
                    known.error_message or known.error_kind,
                    kind=known.error_kind,
                    model_call_id=known.model_call_id,
                    reply_text=known.reply,
                )
            return ChatReply(
                known.reply,
                known.finish_reason,
                known.prompt_tokens,
                known.completion_tokens,
                known.seconds,
                known.model_call_id,
                known.tries,
            )
        return await self._send(request)

    async def _send(self, request: ChatRequest) -> ChatReply:
        self.calls += 1
        try:
            reply = await self._sender.complete(request)
        except CallError as error:
            self._record(self._call(request, error=error))
            raise
        self.has_unknown_tokens |= reply.prompt_tokens is None or reply.completion_tokens is None
        self.prompt_tokens += reply.prompt_tokens or 0
        self.completion_tokens += reply.completion_tokens or 0
        self.most_tokens = max(self.most_tokens, (reply.prompt_tokens or 0) + (reply.completion_tokens or 0))
        self._record(self._call(request, reply=reply))
        return reply

    async def reply_form(self, model: str) -> ReplyForm:
        """Say in which form the model's endpoint can be held to give lists; the first time, it is tried out."""
        return await self._reply_forms.form_of(model)

    def _call(
        self, request: ChatRequest, *, reply: ChatReply | None = None, error: CallError | None = None
    ) -> ModelCall:
        return ModelCall(
            model_call_id=request.model_call_id,
            run_id=self._run_id,
            stage=request.stage,
            template=request.template,
            template_fingerprint=request.template_fingerprint,
            model=request.model,
            parameters=request.parameters,
            messages=request.messages,
            reply=reply.text if reply else "",
            finish_reason=reply.finish_reason if reply else "",
            prompt_tokens=reply.prompt_tokens if reply else None,
            completion_tokens=reply.completion_tokens if reply else None,
            seconds=reply.seconds if reply else 0.0,
            attempt=request.attempt,
            finished_at=datetime.now(UTC),
            error_kind=error.kind if error else None,
            error_message=error.message if error else None,
            tries=reply.tries if reply else error.tries if error else 1,
            shared_texts=request.shared_texts,
            address=(reply.address if reply else error.address if error else "") or None,
            cost=self._cost(request, reply) if reply else 0.0,
        )
