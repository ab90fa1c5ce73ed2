"""Where a model lies is checked before it is loaded, and a hub is asked only where that is allowed."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from glan_core.embedding.model_folders import check_folder, fetch_folder, find_folder
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.errors import EmbeddingError

NAME = "nobody/a-model-that-is-nowhere"


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingWorker]:
    """A process that may not ask the hub, with an empty cache of it."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    worker = EmbeddingWorker()
    yield worker
    worker.close()


def test_a_folder_with_a_model_is_given_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "modules.json").write_text("[]")
    monkeypatch.chdir(tmp_path.parent)
    assert check_folder(f" {tmp_path.name} ") == os.fspath(tmp_path)


@pytest.mark.parametrize(("name", "words"), [("missing", "no folder"), (".", "holds no model")])
def test_a_folder_without_one_is_refused(tmp_path: Path, name: str, words: str):
    with pytest.raises(EmbeddingError, match=words):
        check_folder(str(tmp_path / name))


def test_a_name_that_is_not_here_is_refused_offline_with_what_to_do(offline: EmbeddingWorker):
    with pytest.raises(EmbeddingError, match="HF_HUB_OFFLINE is set") as raised:
        offline.compute(fetch_folder, NAME)
    assert "add its folder" in raised.value.hint
    with pytest.raises(EmbeddingError, match="not on this machine"):
        offline.compute(find_folder, NAME)


def test_a_name_that_is_kept_here_is_found_offline(offline: EmbeddingWorker, tmp_path: Path):
    kept = tmp_path / "hub" / "hub" / "models--nobody--a-model-that-is-nowhere"
    snapshot = kept / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "modules.json").write_text("[]")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0" * 40)
    assert offline.compute(fetch_folder, NAME) == str(snapshot)


@pytest.mark.parametrize(
    ("port", "words"), [(9, "did not answer"), (0, "everybody may download")], ids=["nobody there", "not in its list"]
)
def test_a_hub_that_is_silent_or_does_not_know_the_model_is_a_sentence_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int, words: str
):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _UnknownModel) if port == 0 else None
    if server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port if server else port}")
    worker = EmbeddingWorker()
    try:
        with pytest.raises(EmbeddingError, match=words):
            worker.compute(fetch_folder, NAME)
    finally:
        worker.close()
        if server:
            server.shutdown()


class _UnknownModel(BaseHTTPRequestHandler):
    """A hub that has no model."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the terminal quiet."""
