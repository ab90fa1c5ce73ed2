"""Does an endpoint refuse every call of a stage for good, so that sending the others is of no use?

One refused request is that request's own fault: its item fails and the run goes on. When so many of one stage in a row
are refused for the same reason, and none was ever answered, it is what they have in common: a parameter that the
endpoint does not know, say, or a model that takes no such turns.
"""

from glan_core.errors import CallError, EndpointError

MOST_IN_A_ROW = 20


class RefusedInARow:
    """The refusals of one stage at one model, as long as none of its calls was answered."""

    def __init__(self, *, most: int = MOST_IN_A_ROW) -> None:
        """`most` refusals of one kind in a row are one too many."""
        self._most = most
        self._kind = ""
        self._number = 0
        self._was_answered = False

    def answered(self) -> None:
        """Say that a call was answered: from now on refusals are of single requests."""
        self._was_answered = True

    def refused(self, error: CallError) -> None:
        """Say that a call came to an error. Raises EndpointError when it was one refusal too many."""
        if error.is_retryable or not error.kind.startswith("http_") or self._was_answered:
            return
        self._number = self._number + 1 if error.kind == self._kind else 1
        self._kind = error.kind
        if self._number >= self._most:
            raise EndpointError(
                f"{error.message} The endpoint refused {self._number} calls in a row like that and answered none.",
                "Change what it refuses (the model's name or the settings of this stage), then start anew, or go on "
                "once it takes them; nothing that was made is lost.",
            ) from error
