"""A small OpenAI-compatible server on loopback whose behaviour a test scripts.

A script is a function from a request's JSON to what is sent back: a Reply, a text (a Reply with that text), or None
for the default, which gives every stage a usable reply of its own: each question is distinct, and each answer quotes
its question between « and », so that a test can tell whether the two belong together.

    >>> def script(request):
    ...     return Reply(status=400, text="no") if stage_of(request) == "answers" else None

By hand, with every twentieth call refused:

    python -m tests.model_server --port 8009 --fail-every 20
    OPENAI_BASE_URL=http://127.0.0.1:8009/v1 python -m glan_core generate ...
"""

import argparse
import contextlib
import hashlib
import itertools
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from glan_core.calls import Message
from glan_core.llm.endpoint import Endpoint

MODEL = "scripted-model"
API_KEY = "sk-loopback-0123456789"


@dataclass(frozen=True)
class Reply:
    """What the server sends back for one call."""

    text: str = ""
    """The model's text; for a status other than 200 the message of the error."""
    status: int = 200
    finish_reason: str = "stop"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    is_dropped: bool = False
    """Whether the connection is closed without a word."""
    body: bytes | None = None
    """Sent as it is, in place of a completion."""
    content_type: str = "application/json"


Script = Callable[[dict[str, Any]], Reply | str | None]
TOO_MANY = Reply("Too many calls at once.", status=429)


@dataclass(frozen=True)
class SeenRequest:
    """A request that the server got."""

    path: str
    headers: Mapping[str, str]
    """By name in small letters."""
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    """When it came, in seconds."""

    @property
    def stage(self) -> str:
        """The stage that the request belongs to."""
        return stage_of(self.body)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation that was sent."""
        return tuple(Message(turn["role"], turn["content"]) for turn in self.body["messages"])

    @property
    def key(self) -> tuple[tuple[Message, ...], int]:
        """What tells this call from every other of a run."""
        return self.messages, self.body["seed"]


class ModelServer:
    """The server; it runs from its making until `stop`."""

    def __init__(self, script: Script | None = None, *, port: int = 0, places: int | None = None) -> None:
        """With `places`, calls beyond so many at once are refused with 429 before the script sees them."""
        self.places = places
        self.in_flight = 0
        self.most_in_flight = 0
        self.script: Script = script or (lambda request: None)
        self.models = [MODEL]
        self.models_reply: Reply | None = None
        """Sent in place of the list of models."""
        self._requests: list[SeenRequest] = []
        self._replies: list[Reply] = []
        self._lock = threading.Lock()
        self._is_closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._http = _HTTPServer(("127.0.0.1", port), _handler_of(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens; another server can take it over after `stop`."""
        return self._http.server_port

    @property
    def base_url(self) -> str:
        """The address with /v1."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def endpoint(self) -> Endpoint:
        """The server as the library is told of it."""
        return Endpoint(self.base_url, API_KEY)

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every call that came in, oldest first."""
        with self._lock:
            return tuple(self._requests)

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What was sent back, in the order in which the scripts ended."""
        with self._lock:
            return tuple(self._replies)

    def requests_of(self, stage: str) -> tuple[SeenRequest, ...]:
        """Give the calls of one stage."""
        return tuple(request for request in self.requests if request.stage == stage)

    def forget(self) -> None:
        """Take the calls so far for none."""
        with self._lock:
            self._requests.clear()
            self._replies.clear()

    def stop(self) -> None:
        """Refuse new connections and cut the open ones."""
        self._is_closing.set()
        self._http.shutdown()
        self._http.server_close()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):  # its other end may have closed it
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def wait_until_stopped(self) -> None:
        """Serve until the process is told to end."""
        self._thread.join()

    def reply_to(self, request: SeenRequest) -> Reply:
        """Record a request and give what the script says to it."""
        with self._lock:
            self._requests.append(request)
            has_place = self.places is None or self.in_flight < self.places
            if has_place:
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
        reply = TOO_MANY
        try:
            if has_place:
                reply = self._scripted(request)
        finally:
            with self._lock:
                self.in_flight -= has_place
                self._replies.append(reply)
        return reply

    def other(self, method: str, path: str, content_type: str, content: bytes) -> tuple[int, bytes] | None:
        """Answer a request that is not for a completion nor for the models; None: it is one of these."""
        return None

    def breaks_off(self, method: str, path: str) -> bool:
        """Say whether the connection ends before all of what `other` gave is sent."""
        return False

    def _scripted(self, request: SeenRequest) -> Reply:
        scripted = self.script(request.body)
        if scripted is None:
            scripted = default_text(request.body)
        reply = Reply(scripted) if isinstance(scripted, str) else scripted
        self.wait(reply.delay_seconds)
        return reply

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the server is stopped."""
        self._is_closing.wait(seconds)

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection."""
        with self._lock:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._connections.discard(connection)


def fail_every(number: int, *, reply: Reply) -> Script:
    """Give a script that sends `reply` to every `number`-th call and the default to the others."""
    calls = itertools.count(1)
    lock = threading.Lock()

    def script(request: dict[str, Any]) -> Reply | None:
        with lock:
            call = next(calls)
        return reply if call % number == 0 else None

    return script


_SCORES = ("helpfulness", "relevance", "accuracy", "detail", "score")

# Words that only the prompts of one stage hold, looked for in the first and the last turn; what holds none of them is
# a question that wants its answer.
_MARKS = (
    ("judge", "This is the answer to be judged."),
    ("judge", "You score answers with whole numbers"),
    ("compare", "Two answers were given to this question."),
    ("compare", "You score two answers to the same question"),
    ("subjects_as_jsonl", "rewrite your list as JSON"),
    ("subjects_as_jsonl", "Write that list as JSON"),
    ("subjects", "subjects that a student of"),
    ("subjects", "Which subjects should a student of"),
    ("syllabus", "Write the syllabus of the subject"),
    ("syllabus", "Write a course plan"),
    ("class_details", "turn documents into data"),
    ("class_details", "turn course plans into JSON"),
    ("regenerated_answers", "This answer to it was rejected."),
    ("regenerated_answers", "Write a better answer to this question"),
    ("regenerated_instructions", "Set another question on the same"),
    ("regenerated_instructions", "Write a better homework question"),
    ("instructions", "Set one homework question"),
    ("instructions", "Write one homework question"),
    ("taxonomy", "You are mapping everything that people know"),
    ("taxonomy", "You are a librarian who must give every book"),
    ("taxonomy", "You advise people of all ages"),
    ("taxonomy", "You list branches of knowledge"),
    ("check", "Name two colours"),
)


def stage_of(request: dict[str, Any]) -> str:
    """Give the stage that a request belongs to, `subjects_as_jsonl` for its second turn, by the words of its prompt."""
    messages = request["messages"]
    text = "\n".join((messages[0]["content"], messages[-1]["content"]))
    return next((stage for stage, mark in _MARKS if mark in text), "answers")


def default_text(request: dict[str, Any]) -> str:
    """Give a usable reply: the same for the same request, another for any other."""
    last = request["messages"][-1]["content"]
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:10]
    match stage_of(request):
        case "answers" | "regenerated_answers":
            return (
                f"You asked: «{last}» The answer follows from the definitions that the lesson gave. First write down "
                "what is known, then what is wanted, and go from the one to the other in small steps that can be "
                "checked. In the end compare the result with what you expected before you began."
            )
        case "instructions" | "regenerated_instructions":
            return f"Question {digest}: explain how these ideas depend on each other, and give an example of your own."
        case "class_details":
            return _details_of(last)
        case "syllabus":
            return _syllabus(digest)
        case "judge":
            (judged,) = re.findall(r"<answer>\n(.*)\n</answer>|Answer: (.*?)\n\n", last, re.DOTALL)
            return json.dumps({"reason": f"Because {digest}.", **dict.fromkeys(_SCORES, merit_of("".join(judged)))})
        case "compare":
            first, second = re.findall(r"<answer_[AB]>\n(.*?)\n</answer_[AB]>", last, re.DOTALL)
            return "\n".join(
                json.dumps({"answer": name, "reason": f"Because {digest}.", "score": merit_of(text)})
                for name, text in (("A", first), ("B", second))
            )
        case "check":
            return "Red and blue."  # it can be held to no form
        case "subjects":
            return f"- Foundations (introductory): first ideas\n- Studies {digest} (advanced): later ideas"
        case "subjects_as_jsonl":
            listed = request["messages"][-2]["content"]
            return "\n".join(
                json.dumps({"subject_name": name, "level": level, "subtopics": [subtopic]})
                for name, level, subtopic in re.findall(r"- (.+?) \((\w+)\): (.+)", listed)
            )
        case _:
            return "\n".join(
                json.dumps({"name": f"Branch {digest[:4]} {letter}", "description": "A branch."}) for letter in "AB"
            )


def merit_of(answer: str) -> int:
    """Give the score that an answer gets by default: the same for the same words, whatever stands beside them."""
    return 1 + int(hashlib.sha256(answer.encode()).hexdigest()[:4], 16) % 10


def _syllabus(digest: str) -> str:
    lines = [f"This course {digest} leads from first ideas to their use."]
    for position in (1, 2, 3):
        names = "; ".join(f"idea {digest}-{position}-{number}" for number in (1, 2, 3, 4, 5))
        lines += ["", f"Class session {position}: Part {position} of {digest}", "What it is.", f"Key concepts: {names}"]
    return "\n".join(lines)


def _details_of(prompt: str) -> str:
    sessions = re.findall(r"Class session \d+: (.+)\n(.+)\nKey concepts: (.+)", prompt)
    return "\n".join(
        json.dumps({"title": title, "description": description, "key_concepts": concepts.split("; ")})
        for title, description, concepts in sessions
    )


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # as many connections as a run may open at once; the default of 5 delays them by seconds


def _handler_of(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            server.opened(self.connection)

        def finish(self) -> None:
            server.closed(self.connection)
            try:
                super().finish()
            except OSError:
                self.close_connection = True  # the client is gone

        def do_GET(self) -> None:
            if self._other("GET", b""):
                return
            instead = server.models_reply
            if instead is not None:
                server.wait(instead.delay_seconds)
                content = json.dumps({"error": {"message": instead.text}}).encode()
                self._send(instead.status, content if instead.body is None else instead.body)
                return
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in server.models]
            self._send(200, json.dumps({"object": "list", "data": models}).encode())

        def do_POST(self) -> None:
            content = self._read()
            if self._other("POST", content):
                return
            body = json.loads(content)
            reply = server.reply_to(
                SeenRequest(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            if reply.is_dropped:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            content = reply.body if reply.body is not None else completion_of(body, reply)
            self._send(reply.status, content, content_type=reply.content_type, headers=reply.headers)

        def _other(self, method: str, content: bytes) -> bool:
            answered = server.other(method, self.path, self.headers.get("Content-Type", ""), content)
            if answered is not None:
                self._send(*answered, is_broken_off=server.breaks_off(method, self.path))
            return answered is not None

        def _read(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers["Content-Length"]))
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def _send(
            self,
            status: int,
            content: bytes,
            *,
            content_type: str = "application/json",
            headers: Mapping[str, str] | None = None,
            is_broken_off: bool = False,
        ) -> None:
            try:
                self.send_response(status)
                for name, value in {"Content-Type": content_type, **(headers or {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content) + is_broken_off))
                self.end_headers()
                self.wfile.write(content)
                self.wfile.flush()
                self.close_connection |= is_broken_off
            except OSError:
                self.close_connection = True  # the client is gone, as in a test that kills it

        def log_message(self, *arguments: object) -> None:
            return

    return Handler


def completion_of(request: dict[str, Any], reply: Reply) -> bytes:
    """Give the body that a reply is sent as."""
    if reply.status != 200:
        return json.dumps({"error": {"message": reply.text, "type": "scripted", "code": None}}).encode()
    prompt_tokens = sum(len(turn["content"].split()) for turn in request["messages"])
    completion_tokens = len(reply.text.split())
    completion = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": reply.finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }
    return json.dumps(completion).encode()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.model_server", description="A model that says what it is told."
    )
    parser.add_argument("--port", type=int, default=8009)
    parser.add_argument("--fail-every", type=int, default=0, help="answer every N-th call with an error; 0: none")
    parser.add_argument("--status", type=int, default=400, help="HTTP status of that error")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every reply takes")
    arguments = parser.parse_args()
    failing = (
        fail_every(arguments.fail_every, reply=Reply("refused on purpose", status=arguments.status))
        if arguments.fail_every
        else lambda request: None
    )
    server = ModelServer(
        lambda request: failing(request) or Reply(default_text(request), delay_seconds=arguments.delay),
        port=arguments.port,
    )
    print(f"Serving {MODEL} at {server.base_url}. Stop it with Ctrl+C.", flush=True)
    try:
        server.wait_until_stopped()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
