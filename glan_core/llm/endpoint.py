"""Where does a model answer, and with which key?"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible HTTP endpoint."""

    base_url: str
    api_key: str = field(default="", repr=False)
    """Lives in memory only: never in a database, journal, log or page."""
    is_built_in: bool = False

    @property
    def label(self) -> str:
        """What a person calls it."""
        return "built-in model" if self.is_built_in else self.base_url
