"""With which scripts is an export trained on, by the numbers of the paper?

Two files beside the pairs: train_with_trl.py for TRL, and axolotl.yaml for Axolotl. Both read what the export wrote.
The model goes beside the folder of the export, under a name that the training file's SHA-256 gives: an export holds
nothing but its own files, and another set makes another model.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from string import Template

from glan_core import paper
from glan_core.amounts import count_of
from glan_core.errors import ExportError
from glan_core.exports.choosing import Choice
from glan_core.exports.formats import TEST, TRAIN, file_of
from glan_core.exports.manifest import ExportedFile
from glan_core.exports.request import ExportRequest

SCRIPT, AXOLOTL = "train_with_trl.py", "axolotl.yaml"
_READABLE = {"chat": "json", "hf": "parquet"}
"""Formats that hold messages, and how the datasets library calls the kind of file."""
_BASE_MODEL = "mistralai/Mistral-7B-v0.1"
_GPUS, _EACH = 8, 8
"""GPUs of one machine, and pairs on each at a time: how the batch is split up is ours, and changes no result."""
_SHA_LETTERS = 8
_WARMUP_SHARE = 10
"""At most one step in so many warms up: a usual share, and above that of the paper, which is one in 59."""
_FOLDER = Path(__file__).parent / "recipes"


def check_recipe(request: ExportRequest) -> None:
    """Raise ExportError where none of the formats can be trained on by the recipe."""
    if request.has_recipe and not can_be_trained_on(request):
        raise ExportError(
            "The training scripts read messages, and none of the formats has them.",
            f"Add one of the formats: {', '.join(_READABLE)}.",
        )


def can_be_trained_on(request: ExportRequest) -> bool:
    """Say whether one of the formats holds messages, which the scripts read."""
    return not set(request.formats).isdisjoint(_READABLE)


def recipes_of(request: ExportRequest, choice: Choice, files: Sequence[ExportedFile]) -> dict[str, str]:
    """Give the scripts by their file name; `files` are those of the pairs."""
    format_ = next(name for name in _READABLE if name in request.formats)
    has_test = choice.taken.test > 0
    steps = math.ceil(choice.taken.train * paper.TRAINING_EPOCHS / paper.TRAINING_BATCH)
    trained_on = next((each.sha256 for each in files if (each.format, each.split) == (format_, TRAIN)), "")
    values = {
        "kind": _READABLE[format_],
        "train_file": file_of(format_, TRAIN, has_test=has_test),
        "test_file": file_of(format_, TEST, has_test=True) if has_test else "",
        "trained": f"../trained-{trained_on[:_SHA_LETTERS]}",
        "pairs": f"{choice.taken.train:,}",
        "steps": count_of(steps, "step"),
        "paper_steps": f"{math.ceil(paper.PAIRS * paper.TRAINING_EPOCHS / paper.TRAINING_BATCH):,}",
        "base_model": _BASE_MODEL,
        "epochs": paper.TRAINING_EPOCHS,
        "learning_rate": f"{paper.TRAINING_LEARNING_RATE:.1e}",
        "batch": paper.TRAINING_BATCH,
        "warmup_steps": warmup_steps(steps),
        "paper_warmup_steps": f"{paper.TRAINING_WARMUP_STEPS:,}",
        "gpus": _GPUS,
        "each": _EACH,
        "accumulation": paper.TRAINING_BATCH // _GPUS // _EACH,
    }
    made = {name: Template(_template(name)).substitute(values) for name in (SCRIPT, AXOLOTL)}
    if not has_test:
        made[AXOLOTL] = "".join(
            line for line in made[AXOLOTL].splitlines(keepends=True) if not line.rstrip().endswith("# test")
        )
    return made


def warmup_steps(steps: int) -> int:
    """Give how many of the steps warm up: as many as in the paper, at most a tenth.

    With a set so small that it has few steps more, or none, the learning rate would never get to where it should.
    """
    return min(paper.TRAINING_WARMUP_STEPS, steps // _WARMUP_SHARE)


def _template(name: str) -> str:
    return (_FOLDER / f"{name}.template").read_text(encoding="utf-8")
