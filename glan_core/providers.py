"""At which address does each usual kind of server answer, and what is its key called?

Addresses and ports are the ones that each server has unless it was told otherwise.
"""

from typing import NamedTuple


class Provider(NamedTuple):
    """A kind of OpenAI-compatible server, as the form for a new endpoint begins with it."""

    name: str
    base_url: str
    """As it usually is; NAME_OF_RESOURCE and its like are to be replaced."""
    key_name: str
    """Empty where a key is not usual."""
    concurrency: int
    """Calls at once to begin with; a server that refuses some gets fewer."""
    note: str
    """One sentence about what else there is to know."""


PLACEHOLDER = "NAME_OF_RESOURCE"
PROVIDERS = (
    Provider(
        "OpenAI",
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        16,
        "The key comes from the project's page at OpenAI.",
    ),
    Provider(
        "Azure OpenAI",
        f"https://{PLACEHOLDER}.openai.azure.com/openai/v1",
        "AZURE_OPENAI_API_KEY",
        16,
        f"Replace {PLACEHOLDER} by the name of your resource. The model is the name of a deployment. This is the v1 "
        "form of the address, which needs no api-version.",
    ),
    Provider(
        "vLLM",
        "http://localhost:8000/v1",
        "",
        64,
        "`vllm serve MODEL` listens on port 8000. It wants a key only if it was started with --api-key.",
    ),
    Provider(
        "llama.cpp",
        "http://localhost:8080/v1",
        "",
        4,
        "`llama-server -m FILE.gguf` listens on port 8080. It wants a key only if it was started with --api-key.",
    ),
    Provider(
        "Ollama",
        "http://localhost:11434/v1",
        "",
        4,
        "Fetch a model first with `ollama pull MODEL`. It wants no key.",
    ),
    Provider(
        "LM Studio",
        "http://localhost:1234/v1",
        "",
        4,
        "Start the server on its Developer tab, or with `lms server start`.",
    ),
    Provider(
        "Another server",
        "",
        "",
        16,
        "Any server that takes POST /chat/completions as OpenAI does. Its address usually ends in /v1.",
    ),
)
