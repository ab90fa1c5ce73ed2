"""Which formats are there, and what are their files called?

chat      OpenAI chat JSONL, one line a pair:
          {"messages":[{"role":"user","content":"Why ...?"},{"role":"assistant","content":"Because ..."}],
           "metadata":{"instruction_id":"k2f...","key_concepts":["Carnot cycle"]}}
sharegpt  {"conversations":[{"from":"human","value":"Why ...?"},{"from":"gpt","value":"..."}],"metadata":{}}
alpaca    {"instruction":"Why ...?","input":"","output":"Because ...","metadata":{}}
parquet   columns instruction, answer and what is said of each pair
csv       the same, for spreadsheets
hf        a dataset folder: README.md, and Parquet with a column `messages`
"""

from typing import NamedTuple

TRAIN, TEST = "train", "test"


class Format(NamedTuple):
    """How the files of a format are named and written."""

    ending: str
    container: str
    """lines (text of the database, line by line) or parquet."""
    words: str
    """What people call it."""


FORMATS = {
    "chat": Format(".jsonl", "lines", "OpenAI chat (JSONL)"),
    "sharegpt": Format(".sharegpt.jsonl", "lines", "ShareGPT (JSONL)"),
    "alpaca": Format(".alpaca.jsonl", "lines", "Alpaca (JSONL)"),
    "parquet": Format(".parquet", "parquet", "Parquet"),
    "csv": Format(".csv", "lines", "CSV for spreadsheets"),
    "hf": Format(".parquet", "parquet", "Hugging Face folder"),
}
CARD, ROWS, MANIFEST = "README.md", "rows.parquet", "manifest.json"


def file_of(format_: str, split: str, *, has_test: bool) -> str:
    """Give the name of a file within the folder of its export."""
    if format_ == "hf":
        return f"data/{split}-00000-of-00001.parquet"
    return f"{split if has_test else 'pairs'}{FORMATS[format_].ending}"
