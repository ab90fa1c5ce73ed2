"""Where on this machine does a model lie that has a name on the hub?"""

import os
from collections.abc import Iterator
from pathlib import Path

from glan_core.errors import EmbeddingError

_YES = {"1", "TRUE", "YES", "ON"}
_MARKS = ("modules.json", "config.json")
_NO_ANSWER = (
    "ConnectError",
    "ConnectionError",
    "ConnectTimeout",
    "LocalEntryNotFoundError",
    "MaxRetryError",
    "OfflineModeIsEnabled",
    "ProxyError",
    "ReadTimeout",
    "SSLError",
    "TimeoutException",
)
"""What the hub's client and the libraries below it call it when nobody answers."""
_NOT_THERE = ("RepositoryNotFoundError", "GatedRepoError", "HFValidationError")
_HINT = "Download it on a machine that may, and add its folder; or start without HF_HUB_OFFLINE."


def check_folder(text: str) -> str:
    """Give the whole path of a folder that holds a model; EmbeddingError if it does not."""
    folder = Path(text.strip()).expanduser().resolve()
    if not folder.is_dir():
        raise EmbeddingError(f"There is no folder {folder}.", "Name the folder of a sentence-transformers model.")
    if not any((folder / mark).is_file() for mark in _MARKS):
        raise EmbeddingError(
            f"{folder} holds no model: neither modules.json nor config.json.",
            "Name the folder that sentence-transformers saved the model to.",
        )
    return str(folder)


def find_folder(name: str) -> str:
    """Give the folder that the hub's client keeps a model in, without asking the hub.

    Raises EmbeddingError if it is not there.
    """
    from huggingface_hub import snapshot_download

    try:
        return str(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise EmbeddingError(f"The model {name} is not on this machine.", _HINT) from error


def fetch_folder(name: str) -> str:
    """Give the folder of a model, downloaded from the hub if it is not there yet.

    Raises EmbeddingError if it may not (HF_HUB_OFFLINE) or cannot be downloaded. Call it in a process of its own: the
    hub's client looks at HF_HUB_OFFLINE once.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in _YES:
        try:
            return find_folder(name)
        except EmbeddingError as error:
            raise EmbeddingError(
                f"The model {name} is not on this machine, and the hub is not asked (HF_HUB_OFFLINE is set).", _HINT
            ) from error
    from huggingface_hub import snapshot_download

    try:
        return str(snapshot_download(name))
    except Exception as error:
        names = {kind.__name__ for each in _causes(error) for kind in type(each).__mro__}
        if names & set(_NOT_THERE):
            raise EmbeddingError(
                f"The hub has no model {name} that everybody may download.",
                "Check its name, as in sentence-transformers/all-mpnet-base-v2.",
            ) from error
        if names & set(_NO_ANSWER):
            raise EmbeddingError(
                f"The hub of models did not answer, so {name} was not downloaded. A firewall may be in the way.",
                "Download it on a machine that may, and add its folder; or name a proxy in HTTPS_PROXY and start anew.",
            ) from error
        reason = " ".join(str(error).split())[:200]
        raise EmbeddingError(
            f"The model {name} could not be downloaded: {type(error).__name__}: {reason}",
            "Check its name and the connection, or download it elsewhere and add its folder.",
        ) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and all that led to it."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
