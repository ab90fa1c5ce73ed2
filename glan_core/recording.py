"""Which calls were answered already, and how does every new one reach the journal?

A RecordingModel stands between the stages and the endpoint: a request whose reply is on disk is answered from there,
any other is sent, and its outcome is on disk before the stage sees it.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from glan_core.calls import ChatReply, ChatRequest, ModelCall
from glan_core.errors import CallError, ReplyError
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.prices import cost


class KnownFailureError(ReplyError):
    """The reply to this very request came earlier and could not be used."""


class RecordingModel:
    """A ChatModel that never sends the same request twice."""

    def __init__(
        self,
        model: ChatModel,
        *,
        run_id: str,
        find: Callable[[str], ModelCall | None],
        record: Callable[[ModelCall], None],
    ) -> None:
        """`find` looks a finished call up by id; `record` puts one on disk."""
        self._model = model
        self._run_id = run_id
        self._find = find
        self._record = record
        self.calls = 0
        self.calls_reused = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply, old or new.

        Raises KnownFailureError if an old one could not be used, and what the model raises for new ones.
        """
        known = self._find(request.model_call_id)
        if known is not None and known.has_reply:
            self.calls_reused += 1
            if known.error_kind is not None:
                raise KnownFailureError(
                    known.error_message or known.error_kind, kind=known.error_kind, model_call_id=known.model_call_id
                )
            return ChatReply(
                known.reply,
                known.finish_reason,
                known.prompt_tokens,
                known.completion_tokens,
                known.seconds,
                known.model_call_id,
            )
        self.calls += 1
        try:
            reply = await self._model.complete(request)
        except CallError as error:
            self._record(self._call(request, error=error))
            raise
        self.prompt_tokens += reply.prompt_tokens or 0
        self.completion_tokens += reply.completion_tokens or 0
        self._record(self._call(request, reply=reply))
        return reply

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
            cost=cost(
                model=request.model,
                prompt_tokens=reply.prompt_tokens if reply else 0,
                completion_tokens=reply.completion_tokens if reply else 0,
            ),
        )
