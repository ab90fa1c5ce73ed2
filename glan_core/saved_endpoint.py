"""Where does a model answer, as people added it?"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SavedEndpoint:
    """Where a model answers, as people added it; the key itself is never part of it."""

    endpoint_id: str
    name: str
    """What people call it."""
    base_url: str
    """Empty: the built-in model."""
    key_name: str
    """The environment variable or secret that holds the key; empty where none is wanted."""
    model: str
    """Empty: the only one that it offers."""
    answer_model: str
    """Empty: the same as `model`."""
    concurrency: int
    """Calls at once."""
    added_at: datetime
    is_removed: bool = False
    other_addresses: tuple[str, ...] = ()
    """Where the same models answer besides `base_url`, with the same key."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All its addresses; none for the built-in model."""
        return (self.base_url, *self.other_addresses) if self.base_url else ()
