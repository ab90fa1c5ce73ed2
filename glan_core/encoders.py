"""What makes a vector of a text, and which text of a pair does it read?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, get_args

EncoderKind = Literal["built_in", "folder", "name", "endpoint", "static"]
Content = Literal["instruction", "answer", "both"]
"""`both`: the instruction, a blank line, and the answer, as one text."""
CONTENTS: Final[tuple[Content, ...]] = get_args(Content)


@dataclass(frozen=True, slots=True)
class Encoder:
    """Something that gives every text a vector of unit length."""

    encoder: str
    """What people call it; vectors are kept under this name."""
    kind: EncoderKind
    model: str
    """A folder, a name on the hub or at the endpoint, or for `static` the encoder that it was made from."""
    dimensions: int
    """Numbers in a vector."""
    base_url: str = ""
    """Where an endpoint answers."""
    key_name: str = ""
    """The environment variable or secret that holds its key; never the key."""
    added_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


class EncoderChoice(NamedTuple):
    """What people look at on the map."""

    encoder: str
    content: Content


class EncoderRecall(NamedTuple):
    """How well a quicker way to make vectors keeps the neighbours that the full one finds.

    Of a static encoder: beside the encoder that it was made from. Of any other: with 16-bit numbers beside 32-bit ones.
    """

    recall: float
    """Share of the 10 nearest neighbours that are the same, 0 to 1, over `texts`."""
    texts: int
    """How many texts it was measured on, each with all the others."""
    measured_at: datetime


BUILT_IN_ENCODER = Encoder("all-MiniLM-L6-v2", "built_in", "all-MiniLM-L6-v2", 384)
"""Always there, offline."""
