"""What is written loads: by the datasets library in every format, and by TRL for a step of training."""

import csv
import importlib.util
import json
import math
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from glan_core import paper
from glan_core.exports.recipe import warmup_steps
from glan_core.store.export_log import Export
from glan_core.store.exports import LINEAGE_COLUMNS
from tests.conftest import Small
from tests.exports.pairs import add_pair, begin, write

LARGE = random.Random(7).randbytes(500_000).hex()
TEXTS = {
    "a": "=SUM(A1:A9) is a formula, is it not?",
    "b": "+1 or -1?",
    "c": "-1 or +1?",
    "d": "@home, or not?",
    "e": "He said \"why?\", and then 'why not'?",
    "f": "First line\nsecond line\r\nthird\ttabbed",
    "g": "A smile 🙂, a family 👩‍👩‍👧 and e\u0301",
    "h": "מה זה אור? وما هو الضوء؟",
    "i": "'quoted from the start",
    "j": "Back\\slash, \\n, {braces}, <tags>, a, b; c | d",
    "k": "A\u2028separator and a \x00 and a \x1f",
    "l": LARGE,
    "m": "  spaces around  ",
    "n": "\ttab first",
}
LINE_FORMATS = ("chat", "sharegpt", "alpaca")


@pytest.fixture
def pairs(small: Small) -> Small:
    """Pairs whose questions and answers are hard to write, and a second discipline."""
    begin(small)
    for key, text in TEXTS.items():
        concept = "acid" if key in "ab" else "phase"
        add_pair(small, key, concept, text=text, answer_text=f"{text}\n{text}" if text != LARGE else text)
    return small


@pytest.fixture
def export(pairs: Small, tmp_path: Path) -> Export:
    """All of them in every format."""
    formats = (*LINE_FORMATS, "parquet", "csv", "hf")
    return write(pairs, tmp_path / "out", formats=formats, title="Light & matter", licence="cc-by-4.0")


@pytest.fixture(autouse=True)
def no_shared_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the datasets library keep what it reads in the folder of the test."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


def answers() -> dict[str, str]:
    """Give what was answered, by key."""
    return {key: text if text == LARGE else f"{text}\n{text}" for key, text in TEXTS.items()}


def read(container: str, file: Path) -> Any:
    """Load a file with the datasets library."""
    from datasets import load_dataset

    return load_dataset(container, data_files=str(file), split="train")


def pairs_in(rows: Any, format_: str) -> dict[str, tuple[str, str]]:
    """Give question and answer of each row by its key, as a trainer would take them."""
    found = {}
    for row in rows:
        if format_ in ("chat", "hf"):
            texts = [message["content"] for message in row["messages"]]
            assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
        elif format_ == "sharegpt":
            texts = [turn["value"] for turn in row["conversations"]]
            assert [turn["from"] for turn in row["conversations"]] == ["human", "gpt"]
        elif format_ == "alpaca":
            texts = [row["instruction"], row["output"]]
            assert row["input"] == ""
        else:
            texts = [row["instruction"], row["answer"]]
        source = row["metadata"] if format_ in LINE_FORMATS else row
        found[source["instruction_id"]] = (texts[0], texts[1])
    return found


EXPECTED = {key: (text, answers()[key]) for key, text in TEXTS.items()}


@pytest.mark.parametrize("format_", LINE_FORMATS)
def test_every_text_comes_back_from_lines_of_json(export: Export, format_: str):
    names = {"chat": "pairs.jsonl", "sharegpt": "pairs.sharegpt.jsonl", "alpaca": "pairs.alpaca.jsonl"}
    file = export.path / names[format_]
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    assert pairs_in(lines, format_) == EXPECTED
    loaded = read("json", file)
    assert pairs_in(loaded, format_) == EXPECTED
    assert set(loaded[0]["metadata"]) == set(LINEAGE_COLUMNS)


def test_every_text_comes_back_from_parquet(export: Export):
    assert pairs_in(read("parquet", export.path / "pairs.parquet"), "parquet") == EXPECTED
    assert pairs_in(pq.read_table(export.path / "pairs.parquet").to_pylist(), "parquet") == EXPECTED


def test_a_csv_holds_no_formula_and_every_text_comes_back(export: Export):
    file = export.path / "pairs.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbfinstruction_id,answer_id,instruction,answer,field,")
    csv.field_size_limit(10_000_000)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r\n")]
    assert {row["instruction_id"]: row["instruction"][:1] for row in rows if row["instruction_id"] in "abcdi"} == (
        dict.fromkeys("abcdi", "'")
    )
    unmarked = [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]
    assert pairs_in(unmarked, "csv") == EXPECTED
    assert json.loads(rows[0]["key_concepts"]) == ["acid"]
    loaded = read("csv", file)
    assert [row["instruction_id"] for row in loaded] == list(TEXTS)
    assert loaded.column_names[0] == "instruction_id"  # and not with a byte order mark in front


def test_the_folder_loads_by_its_card_and_nothing_else_of_it_does(export: Export):
    from datasets import load_dataset

    loaded = load_dataset(str(export.path))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": len(TEXTS)}
    assert pairs_in(loaded["train"], "hf") == EXPECTED
    head = yaml.safe_load((export.path / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert (head["pretty_name"], head["license"]) == ("Light & matter", "cc-by-4.0")


def test_a_folder_with_a_test_set_loads_as_two_splits(pairs: Small, tmp_path: Path):
    from datasets import load_dataset

    add_pair(pairs, "o", "telescope")
    add_pair(pairs, "p", "base")
    export = write(pairs, tmp_path / "out", formats=("hf",), test_per_discipline=1)
    loaded = load_dataset(str(export.path))
    assert {split: len(rows) for split, rows in loaded.items()} == {
        "train": export.manifest["train"],
        "test": export.manifest["test"],
    }
    assert export.manifest["test"] == 2


def test_flags_that_come_late_do_not_keep_a_file_from_loading(pairs: Small, tmp_path: Path):
    """The reader guesses types from the first blocks of a file, where every list of flags may be empty."""
    for number in range(40):
        add_pair(pairs, f"q{number:02}", "phase", answer_text=LARGE)
    add_pair(pairs, "z", "phase", flags=("truncated",))
    export = write(pairs, tmp_path / "out", formats=LINE_FORMATS)
    for format_, name in zip(LINE_FORMATS, ("pairs.jsonl", "pairs.sharegpt.jsonl", "pairs.alpaca.jsonl"), strict=True):
        loaded = read("json", export.path / name)
        assert loaded[-1]["metadata"]["flags"] == "truncated", format_


# Training -----------------------------------------------------------------------------------------------------------


def script_of(folder: Path) -> ModuleType:
    """Import the training script that was written into a folder."""
    specification = importlib.util.spec_from_file_location("train_with_trl", folder / "train_with_trl.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def small_texts(small: Small) -> Small:
    """Eight short pairs of one discipline."""
    begin(small)
    for key, concept in zip(
        "abcdefgh",
        ("phase", "coherence", "telescope", "aperture", "reflection", "refraction", "thin lens", "wavelength"),
        strict=True,
    ):
        add_pair(small, key, concept)
    return small


@pytest.mark.timeout(300)
@pytest.mark.parametrize("format_", ["chat", "hf"])
def test_the_script_beside_the_export_trains_one_step_on_answers_only(
    small_texts: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str
):
    from tests.exports.tiny_model import save_tiny_model

    export = write(small_texts, tmp_path / "out", formats=(format_,), test_per_discipline=2, has_recipe=True)
    model = save_tiny_model(tmp_path / "model")
    script = script_of(export.path)
    monkeypatch.chdir(tmp_path)
    trainer = script.main(
        ["--model", str(model), "--out", str(tmp_path / "trained"), "--per-device", "2"],
        max_steps=1,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        gradient_accumulation_steps=1,
        eval_strategy="no",
    )
    assert trainer.state.global_step == 1
    assert (tmp_path / "trained" / "model.safetensors").is_file()
    batch = next(iter(trainer.get_train_dataloader()))
    learned = [label for label in batch["labels"][0].tolist() if label != -100]
    text = trainer.processing_class.decode(learned)
    assert text.startswith("Answer to ")
    assert "Question" not in text
    assert learned[-1] == trainer.processing_class.eos_token_id


def test_as_many_steps_warm_up_as_in_the_paper_and_at_most_a_tenth():
    of_paper = math.ceil(paper.PAIRS * paper.TRAINING_EPOCHS / paper.TRAINING_BATCH)
    assert warmup_steps(of_paper) == warmup_steps(10_000) == paper.TRAINING_WARMUP_STEPS
    assert [warmup_steps(steps) for steps in (9_999, 587, 10, 9, 1)] == [999, 58, 1, 0, 0]


def test_the_script_asks_for_the_numbers_of_the_paper(small_texts: Small, tmp_path: Path):
    export = write(small_texts, tmp_path / "out", has_recipe=True)
    script = script_of(export.path)
    options = script.read_options([])
    settings = script.training_settings(options, use_cpu=True, bf16=False)
    assert (settings.num_train_epochs, settings.learning_rate, settings.warmup_steps) == (
        paper.TRAINING_EPOCHS,
        paper.TRAINING_LEARNING_RATE,
        0,  # of so few steps none warms up
    )
    assert settings.per_device_train_batch_size * settings.gradient_accumulation_steps == paper.TRAINING_BATCH
    assert settings.lr_scheduler_type == "cosine"
    assert settings.completion_only_loss
    assert settings.eval_strategy == "no"


def test_the_axolotl_settings_say_the_same_and_name_files_that_are_there(small_texts: Small, tmp_path: Path):
    for name, has_test in (("with", True), ("without", False)):
        export = write(small_texts, tmp_path / name, test_per_discipline=2 * has_test, has_recipe=True)
        settings = yaml.safe_load((export.path / "axolotl.yaml").read_text(encoding="utf-8"))
        batch = settings["micro_batch_size"] * settings["gradient_accumulation_steps"] * 8
        assert (batch, settings["learning_rate"], settings["num_epochs"], settings["warmup_steps"]) == (
            paper.TRAINING_BATCH,
            paper.TRAINING_LEARNING_RATE,
            paper.TRAINING_EPOCHS,
            0,
        )
        sets = [*settings["datasets"], *settings.get("test_datasets", [])]
        assert len(sets) == 1 + has_test
        assert all((export.path / each["path"]).is_file() for each in sets)
