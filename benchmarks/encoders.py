"""How fast are texts embedded beside sentence-transformers' own encode, and which neighbours stay the same?

    python -m benchmarks.encoders                     # 2,000 demo questions: some minutes
    python -m benchmarks.encoders --texts 500 --repeats 1 --without-static

All ways take turns in one process on the same texts. The plain way is SentenceTransformer.encode in 32-bit numbers with
batches of 32. recall@10 is the share of the 10 nearest neighbours among these texts that the plain way finds too.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from glan_core.demo import DEMO_FOLDER
from glan_core.embedding.encoder import model_folder
from glan_core.embedding.recall import recall_at_10
from glan_core.embedding.sentence_encoder import encode_in, has_bfloat16
from glan_core.embedding.static_encoder import distil, encode_static

LEAST_RECALL = 0.98
LEAST_RATIO = {True: 2.5, False: 1.2}
"""By whether the processor has 16-bit numbers."""


def main() -> int:
    """Measure, and print a table or JSON; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--content", choices=("instruction", "answer"), default="instruction")
    parser.add_argument("--without-static", action="store_true", help="leave out the distillation, half a minute")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-goals", action="store_true", help="exit with 0 whatever was measured")
    options = parser.parse_args()
    texts = demo_texts(options.content, options.texts)
    with tempfile.TemporaryDirectory() as folder:
        ways, distil_seconds = _ways(Path(folder), has_static=not options.without_static)
        figures = _measure(ways, texts, repeats=options.repeats)
    data = {
        "texts": len(texts),
        "content": options.content,
        "has_bfloat16": has_bfloat16(),
        "load": [round(value, 1) for value in _load()],
        "distil_seconds": distil_seconds,
        "ways": figures,
    }
    sys.stdout.write((json.dumps(data) if options.json else _table(data)) + "\n")
    fastest = figures["bfloat16" if has_bfloat16() else "float32"]
    is_met = fastest["ratio"] >= LEAST_RATIO[has_bfloat16()] and fastest["recall_at_10"] >= LEAST_RECALL
    return 0 if is_met or options.no_goals else 1


def demo_texts(content: str, number: int) -> list[str]:
    """Give the first different texts of the demo corpus, in the order of their ids."""
    table = pq.read_table(DEMO_FOLDER / f"{content}.parquet").sort_by("instruction_id")
    return list(dict.fromkeys(table["text"].to_pylist()))[:number]


def _ways(folder: Path, *, has_static: bool) -> tuple[dict[str, Callable[[Sequence[str]], np.ndarray]], float | None]:
    """Give the ways by name, the plain one first, and how long the static encoder took to be made."""
    from sentence_transformers import SentenceTransformer

    model = str(model_folder())
    plain = SentenceTransformer(model, device="cpu", local_files_only=True)

    def plain_encode(texts: Sequence[str]) -> np.ndarray:
        encoded: np.ndarray = plain.encode(
            list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return encoded

    ways: dict[str, Callable[[Sequence[str]], np.ndarray]] = {
        "plain": plain_encode,
        "float32": lambda texts: encode_in(model, texts),
    }
    if has_bfloat16():
        ways["bfloat16"] = lambda texts: encode_in(model, texts, precision="bfloat16")
    if not has_static:
        return ways, None
    started = time.perf_counter()
    distil(model, str(folder / "static"))
    seconds = round(time.perf_counter() - started, 1)
    ways["static"] = lambda texts: encode_static(str(folder / "static"), texts)
    return ways, seconds


def _measure(
    ways: dict[str, Callable[[Sequence[str]], np.ndarray]], texts: Sequence[str], *, repeats: int
) -> dict[str, dict[str, Any]]:
    """Let the ways take turns; the ratio is that of each turn to the plain one of the same round, and its median."""
    for encode in ways.values():
        encode(texts[:32])  # what happens once per process does not count
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    vectors: dict[str, np.ndarray] = {}
    for _ in range(repeats):
        for name, encode in ways.items():
            started = time.perf_counter()
            vectors[name] = encode(texts)
            seconds[name].append(time.perf_counter() - started)
    return {
        name: {
            "texts_per_second": round(len(texts) / statistics.median(seconds[name])),
            "ratio": round(
                statistics.median(plain / own for plain, own in zip(seconds["plain"], seconds[name], strict=True)), 2
            ),
            "recall_at_10": round(recall_at_10(vectors["plain"], vectors[name]), 4),
        }
        for name in ways
    }


def _load() -> tuple[float, float, float]:

    return os.getloadavg()


def _table(data: dict[str, Any]) -> str:
    lines = [f"{data['texts']:,} texts ({data['content']}), load {data['load'][0]}", ""]
    lines += [f"{'':<10}{'texts/s':>10}{'ratio':>8}{'recall@10':>11}"]
    for name, figure in data["ways"].items():
        lines.append(
            f"{name:<10}{figure['texts_per_second']:>10,}{figure['ratio']:>8.2f}{figure['recall_at_10']:>11.4f}"
        )
    if data["distil_seconds"] is not None:
        lines.append(f"\nThe static encoder was made in {data['distil_seconds']} s.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
