"""Files as other projects write them, made of a few pairs."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PAIRS = (
    ("Why is the sky blue?", "Because air scatters blue light most."),
    ('Say "no", then\ngo on, please.', 'It says ""no"",\r\nand goes on; a,b\tc|d'),
    ("Was bedeutet Übermut? 🙂", "漢字 and é: 'Übermut' 👩‍🔬"),
    ("<b>Bold</b> or **bold**?", "$x$ [a](b) {c} \\n"),
)


def alpaca(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    """Give the rows of an Alpaca file."""
    return [{"instruction": asked, "input": "", "output": answer} for asked, answer in pairs]


def sharegpt(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    """Give the rows of a ShareGPT file."""
    return [
        {"id": str(number), "conversations": [{"from": "human", "value": asked}, {"from": "gpt", "value": answer}]}
        for number, (asked, answer) in enumerate(pairs)
    ]


def chat(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    """Give the rows of an OpenAI chat file, with a system prompt."""
    return [
        {
            "messages": [
                {"role": "system", "content": "You teach."},
                {"role": "user", "content": asked},
                {"role": "assistant", "content": answer},
            ]
        }
        for asked, answer in pairs
    ]


def columns(pairs: Sequence[tuple[str, str]] = PAIRS) -> list[dict[str, Any]]:
    """Give rows with columns of other names."""
    return [{"id": number, "question": asked, "answer": answer} for number, (asked, answer) in enumerate(pairs)]


def write(path: Path, rows: Sequence[dict[str, Any]], *, mark: bytes = b"") -> Path:
    """Write rows in the way that the ending of the path says, with a byte order mark before them if given."""
    match path.suffix:
        case ".jsonl":
            data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        case ".json":
            data = json.dumps(rows, ensure_ascii=False, indent=2).encode()
        case ".csv":
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            data = text.getvalue().encode()
        case _:
            pq.write_table(pa.Table.from_pylist(list(rows)), path)
            return path
    path.write_bytes(mark + data)
    return path
