"""Where does a model answer, and with which key?"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible HTTP endpoint."""

    base_url: str
    api_key: str = field(default="", repr=False)
    """Lives in memory only: never in a database, journal, log or page."""
    is_built_in: bool = False
    key_name: str = field(default="OPENAI_API_KEY", compare=False)
    """What the key is called where it is kept; empty: nobody named one."""

    @property
    def key_hint(self) -> str:
        """What to do about a key that is refused."""
        if not self.key_name:
            return "It wants a key. Name the environment variable that holds it with the endpoint."
        return f"Check the environment variable {self.key_name}; it is read at the start."

    @property
    def label(self) -> str:
        """What a person calls it."""
        return "built-in model" if self.is_built_in else self.base_url
