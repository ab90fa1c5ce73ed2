"""A small OpenAI-compatible server of embeddings on loopback whose behaviour a test scripts."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import numpy as np

API_KEY = "sk-embeddings-0123456789"
DIMENSIONS = 16


class Answer(NamedTuple):
    """What is sent back; without a body, the vectors."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class EmbeddingsServer:
    """Answers with vectors that the texts decide, unless `script` says otherwise."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.script: Callable[[dict[str, Any]], Answer | None] = lambda request: None
        self.base_url = ""

    @property
    def texts(self) -> list[str]:
        """Give every text that came, in order."""
        return [text for request in self.requests for text in request["input"]]


def vector_of(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Give the vector of a text, not of unit length."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
    values: list[float] = np.random.default_rng(seed).normal(size=dimensions).tolist()
    return values


def listed(request: dict[str, Any], vectors: list[list[float]] | None = None) -> dict[str, Any]:
    """Give the reply to a request, its rows in the wrong order."""
    vectors = [vector_of(text) for text in request["input"]] if vectors is None else vectors
    rows = [{"index": index, "embedding": vector, "object": "embedding"} for index, vector in enumerate(vectors)]
    return {"object": "list", "model": request["model"], "data": rows[::-1], "usage": {}}


@contextlib.contextmanager
def serving() -> Iterator[EmbeddingsServer]:
    """Run the server on a free port until the block ends."""
    server = EmbeddingsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append(request)
            server.keys.append(self.headers.get("Authorization", ""))
            answer = server.script(request) or Answer(200)
            body = listed(request) if answer.body is None else answer.body
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http_server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.base_url = f"http://127.0.0.1:{http_server.server_port}/v1"
    thread = threading.Thread(target=http_server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http_server.shutdown()
        http_server.server_close()
