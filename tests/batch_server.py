"""A model server on loopback that also works on batches of calls: Files and Batches as OpenAI's API has them.

A batch is worked on when somebody asks how far it is: at the first look it is in progress, at the second it is done.
The results come in another order than the calls. What becomes of each is scripted:

    >>> server = BatchServer()
    >>> server.fate = lambda call: "drop" if call.custom_id in {"s3v..."} else None

By hand:

    python -m tests.batch_server --port 8011
"""

import argparse
import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Literal

from tests.model_server import ModelServer, Script, SeenRequest, completion_of

Fate = Literal["drop", "refuse", "overload", "twice", "garble", "expire", "cancel", "infinite"]


@dataclass
class Batch:
    """An order."""

    batch_id: str
    input_file_id: str
    metadata: dict[str, str]
    created_at: int
    calls: list[dict[str, Any]]
    """Its lines."""
    looks: int = 0
    status: str = "validating"
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    done: int = 0
    failed: int = 0
    knows_counts: bool = True

    @property
    def data(self) -> dict[str, Any]:
        """The batch as the API gives it."""
        return {
            "id": self.batch_id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "input_file_id": self.input_file_id,
            "created_at": self.created_at,
            "metadata": self.metadata,
            "status": self.status,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "errors": {"object": "list", "data": self.errors} if self.errors else None,
            "request_counts": {
                name: number if self.knows_counts else None
                for name, number in (("total", len(self.calls)), ("completed", self.done), ("failed", self.failed))
            },
        }


class BatchServer(ModelServer):
    """The server; it runs from its making until `stop`. Calls of batches are not among `requests`."""

    def __init__(self, script: Script | None = None, *, port: int = 0, seed: int = 1) -> None:
        self.files: dict[str, bytes] = {}
        self.batches: list[Batch] = []
        self.fate: Callable[[dict[str, Any]], Fate | None] = lambda call: None
        """What becomes of a line; None: it is answered."""
        self.fate_of_batch: Callable[[Batch], str | None] = lambda batch: None
        """`failed`, `too_much`, `expired` or `cancelled` for a whole batch, once it is done; None: it is completed."""
        self.looks_until_done = 2
        self.looks_of_batch: Callable[[Batch], int] = lambda batch: self.looks_until_done
        """How often somebody has to ask for a batch until it is done."""
        self.refuse: Callable[[str, str], int | None] = lambda method, path: None
        """HTTP status for a request for Files or Batches, by its method and path."""
        self.breaks: Callable[[str], bool] = lambda path: False
        """Whether the connection is cut in the middle of a result file, by its path."""
        self.knows_counts = True
        """Whether it says how many calls of a batch are done."""
        self.tells_tokens = True
        """Whether replies come with their tokens."""
        self.asked: list[str] = []
        """Each request for Files and Batches, as `POST /v1/files`."""
        self.worked_on: list[str] = []
        """The custom_id of every call that was answered, refused or not, and paid for if not."""
        self._rng = random.Random(seed)
        self._work_lock = threading.RLock()
        super().__init__(script, port=port)

    def other(self, method: str, path: str, content_type: str, content: bytes) -> tuple[int, bytes] | None:
        """Answer a request for Files or Batches; None for every other one."""
        if not re.match(r"/v1/(files|batches)\b", path):
            return None
        with self._work_lock:
            self.asked.append(f"{method} {path.partition('?')[0]}")
            status = self.refuse(method, path)
            if status is not None:
                return status, json.dumps({"error": {"message": "refused on purpose"}}).encode()
            return self._answer(method, path.partition("?")[0], content_type, content)

    def breaks_off(self, method: str, path: str) -> bool:
        """Say whether the connection ends in the middle of a result file."""
        return path.endswith("/content") and self.breaks(path)

    def _answer(self, method: str, path: str, content_type: str, content: bytes) -> tuple[int, bytes]:
        match method, path.split("/")[2:]:
            case "POST", ["files"]:
                file_id = self._put(_uploaded(content_type, content))
                return 200, json.dumps(
                    {"id": file_id, "object": "file", "bytes": len(self.files[file_id]), "purpose": "batch"}
                ).encode()
            case "GET", ["files", file_id, "content"]:
                return 200, self.files[file_id]
            case "POST", ["batches"]:
                return 200, json.dumps(self._ordered(json.loads(content)).data).encode()
            case "GET", ["batches"]:
                newest = [batch.data for batch in reversed(self.batches)]
                return 200, json.dumps({"object": "list", "data": newest, "has_more": False}).encode()
            case "GET", ["batches", batch_id]:
                batch = next(batch for batch in self.batches if batch.batch_id == batch_id)
                batch.looks += 1
                self._work_on(batch)
                return 200, json.dumps(batch.data).encode()
        return 404, b'{"error": {"message": "no such path"}}'

    def _put(self, content: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    def _ordered(self, body: dict[str, Any]) -> Batch:
        calls = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        assert len({call["custom_id"] for call in calls}) == len(calls)
        assert len({call["body"]["model"] for call in calls}) == 1
        batch = Batch(
            f"batch_{len(self.batches) + 1}", body["input_file_id"], body["metadata"], int(time.time()), calls
        )
        batch.knows_counts = self.knows_counts
        self.batches.append(batch)
        return batch

    def _work_on(self, batch: Batch) -> None:
        if batch.status not in ("validating", "in_progress"):
            return
        if batch.looks < self.looks_of_batch(batch):
            batch.status = "in_progress"
            return
        fate = self.fate_of_batch(batch)
        if fate == "failed":
            batch.status, batch.errors = "failed", [{"code": "invalid_json", "line": 1, "message": "No such model."}]
            return
        if fate == "too_much":
            batch.status, batch.errors = "failed", [{"code": "token_limit_exceeded", "message": "Too much waits."}]
            return
        output, errors = [], []
        for call in batch.calls:
            how = "expire" if fate == "expired" and self._rng.random() < 0.7 else self.fate(call)
            for line in self._lines(call, how):
                (output if b'"status_code": 200' in line or how == "garble" else errors).append(line)
        self._rng.shuffle(output)
        batch.output_file_id = self._put(b"\n".join(output) + b"\n") if output else None
        batch.error_file_id = self._put(b"\n".join(errors) + b"\n") if errors else None
        batch.done, batch.failed = len(output), len(errors)
        batch.status = fate or "completed"

    def _lines(self, call: dict[str, Any], fate: Fate | None) -> list[bytes]:
        custom_id = call["custom_id"]
        if fate == "drop":
            return []
        if fate in ("expire", "cancel"):
            code = "batch_expired" if fate == "expire" else "batch_cancelled"
            error = {"code": code, "message": "This call was not worked on."}
            return [json.dumps({"custom_id": custom_id, "response": None, "error": error}).encode()]
        self.worked_on.append(custom_id)
        if fate == "garble":
            return [b'{"custom_id": "' + custom_id.encode() + b'", "respon']
        if fate == "infinite":
            return [b'{"custom_id": "' + custom_id.encode() + b'", "response": {"status_code": 1e999, "body": {}}}']
        if fate in ("refuse", "overload"):
            status = 400 if fate == "refuse" else 503
            return [_line(custom_id, status, {"error": {"message": f"It cannot take this ({fate})."}})]
        reply = self.reply_to(SeenRequest("/v1/chat/completions", {}, call["body"]))
        body = json.loads(completion_of(call["body"], reply))
        line = _line(custom_id, reply.status, body if self.tells_tokens else {**body, "usage": None})
        return [line, line] if fate == "twice" else [line]


def _line(custom_id: str, status: int, body: dict[str, Any]) -> bytes:
    response = {"status_code": status, "request_id": "r", "body": body}
    return json.dumps({"id": "x", "custom_id": custom_id, "response": response, "error": None}).encode()


def _uploaded(content_type: str, content: bytes) -> bytes:
    """Give the file of a multipart form."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + content)
    for part in message.iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return payload
    raise AssertionError


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.batch_server", description="A batch service to try.")
    parser.add_argument("--port", type=int, default=8011)
    server = BatchServer(port=parser.parse_args().port)
    print(f"Serving batches at {server.base_url}. Stop it with Ctrl+C.", flush=True)
    try:
        server.wait_until_stopped()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
