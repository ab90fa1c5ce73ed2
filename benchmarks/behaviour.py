"""What can the benchmarks' server be told to do, and what does it count?"""

from dataclasses import dataclass

MODEL = "fixed-latency-model"


@dataclass(frozen=True)
class Behaviour:
    """What a server does with the requests it gets; shares are between 0 and 1."""

    latency_seconds: float = 0.2
    """Of every reply; the mean of the distribution where there is a sigma."""
    latency_sigma: float = 0.0
    """Above 0, delays are log-normal with this sigma."""
    latency_cap_seconds: float = 2.0
    in_flight_limit: int | None = None
    """What comes while so many are being worked on is answered with 429 at once."""
    retry_after: str | None = None
    """The Retry-After header of a 429."""
    refused_request: int | None = None
    """The prompt that comes as this one, counted from 1, is refused with 400 whenever it comes."""
    refused_share: float = 0.0
    malformed_share: float = 0.0
    reset_share: float = 0.0
    stalled_share: float = 0.0
    stall_seconds: float = 3.0
    quotes_questions: bool = False
    """Whether an answer holds its question between « and »."""
    keeps_bodies: bool = False


@dataclass
class Statistics:
    """What a server has counted since its last reset."""

    requests: int = 0
    replies: int = 0
    """Completions that were sent off whole."""
    too_many: int = 0
    refused: int = 0
    malformed: int = 0
    connections_reset: int = 0
    stalled: int = 0
    prompts: int = 0
    """Different request bodies."""
    prompts_repeated: int = 0
    """Of these, how many came more than once."""
    refused_prompt_seen: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    cpu_seconds: float = 0.0


# What happens once per process (imports, the first look at a template) is done by a few calls on other prompts.
WARM_UP_CALLS = 8
WARM_UP_CONCURRENCY = 4
WARM_UP_BEHAVIOUR = Behaviour(latency_seconds=0.0)
