"""Which errors the library raises, and how each is told to a person.

Every error carries a message (one sentence that says what happened, with the offending value) and a hint (what to
do about it). The command line prints both and exits with 2; the app shows both in a box.

    GlanError
    |-- SettingsError           a setting or an argument that cannot be used
    |-- ScopeError              a node that does not exist, or a name that fits several
    |-- CurriculumError         a curriculum file that does not have the expected form
    |-- TaxonomyFileError       a taxonomy file that cannot be taken, or a taxonomy that cannot be written to one
    |-- CorpusFileError         a file of another corpus that cannot be taken
    |-- EditError               a change of the curriculum that cannot be made
    |   `-- EditConflictError       somebody else changed the same in the meantime
    |-- FilterError             a filter or a tag that cannot be read
    |-- ReviewError             a review that cannot be kept, or a file of reviews that cannot be read
    |-- TemplateError           a prompt template that is missing or cannot be rendered
    |-- PlanError               nothing to generate with these settings
    |   `-- NoTargetError           it is dealt by targets, and there are none in its scope
    |-- StoreError              the database file cannot be used
    |   |-- DatabaseLockedError     another process holds it
    |   |-- DiskError               no space, or no permission to write
    |   `-- QueryError              SQL that is refused, or that did not come to an end
    |-- EndpointError           the model endpoint cannot be used at all: the run stops
    |-- CallError               one call was refused or lost: its item fails, the run goes on
    |-- ReplyError              one reply could not be used: its item is tried again, then fails
    |-- EmbeddingError          texts could not be placed on the map
    `-- ExportError             a file could not be written as asked

CallError and ReplyError are expected bad luck: the pipeline records them as data (`model_call.error_kind`).
"""


class GlanError(Exception):
    """Anything this library can explain to its user."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(GlanError):
    """A setting or an argument that cannot be used."""


class ScopeError(GlanError):
    """A node that does not exist, or a name that fits several nodes."""


class CurriculumError(GlanError):
    """A curriculum file that does not have the expected form."""


class EditError(GlanError):
    """A change of the curriculum that cannot be made."""


class EditConflictError(EditError):
    """Somebody else changed the same in the meantime."""


class TaxonomyFileError(GlanError):
    """A taxonomy file that cannot be taken, or a taxonomy that cannot be written to one; whole or not at all."""

    def __init__(
        self, message: str, hint: str = "", *, problems: tuple[str, ...] = (), number_of_problems: int = 0
    ) -> None:
        super().__init__(message, hint)
        self.problems = problems
        """What is wrong with the file, as `line 4: ...`, in the order of the lines; the first 20."""
        self.number_of_problems = number_of_problems
        """How many there are in all."""


class CorpusFileError(GlanError):
    """A file of another corpus that cannot be taken at all, or not in the way that was asked for."""


class FilterError(GlanError):
    """A filter, or a tag to filter by, that cannot be read."""


class ReviewError(GlanError):
    """A review that cannot be kept, or a file of reviews that cannot be read."""


class TemplateError(GlanError):
    """A prompt template that is missing or cannot be rendered."""


class PlanError(GlanError):
    """Nothing can be generated with these settings."""


class NoTargetError(PlanError):
    """Pairs are to be dealt by targets, and no node of the scope has one that says where."""


class StoreError(GlanError):
    """The database file cannot be used."""


class DatabaseLockedError(StoreError):
    """Another process holds the database file."""


class DiskError(StoreError):
    """There is no space left, or no permission to write."""


class QueryError(StoreError):
    """SQL of a visitor that is refused, cannot be understood or did not come to an end."""

    def __init__(self, message: str, hint: str = "", *, place: str = "") -> None:
        super().__init__(message, hint)
        self.place = place
        """Where in the text, as the parser shows it: the line, and below it a mark. Empty if it does not say."""


class EndpointError(GlanError):
    """The model endpoint cannot be used at all, so a run has to stop."""


class CallError(GlanError):
    """One model call was refused or lost; `kind` is stored as model_call.error_kind."""

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        hint: str = "",
        is_retryable: bool = False,
        was_sent: bool = True,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.is_retryable = is_retryable
        self.was_sent = was_sent
        """Whether the endpoint may have got the call; False where no connection came about."""
        self.retry_after_seconds = retry_after_seconds
        """What the endpoint asked to be waited; None where it did not say."""
        self.tries = 1
        """How often the call was sent."""
        self.address = ""
        """Of the server that it was sent to last; empty where nobody said."""
        self.is_of_one_address = False
        """Whether other addresses of the endpoint seem to work, so that nothing is known about all of it."""


class ReplyError(GlanError):
    """One reply could not be used; `kind` is stored as model_call.error_kind of `model_call_id`.

    `reply_text` is what the model said, where that is known: a conversation can go on with it.
    """

    earlier_model_call_ids: tuple[str, ...] = ()
    """Calls of the same conversation whose replies could not be used either."""

    def __init__(self, message: str, *, kind: str, model_call_id: str = "", reply_text: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.model_call_id = model_call_id
        self.reply_text = reply_text


class EmbeddingError(GlanError):
    """Texts could not be embedded or projected."""


class ExportError(GlanError):
    """A file could not be written as asked."""
