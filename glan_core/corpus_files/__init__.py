"""Which instructions and answers does a file of another project hold?

JSON Lines, JSON, CSV and Parquet are told apart by what is in them; the form of their rows by the first of them:

    alpaca    {"instruction": "Name three colours.", "input": "", "output": "Red, blue and yellow."}
    sharegpt  {"conversations": [{"from": "human", "value": "Hello?"}, {"from": "gpt", "value": "Hello."}]}
    chat      {"messages": [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hello."}]}
    columns   {"question": "Why is the sky blue?", "reply": "Because ..."}: any two columns

Of a conversation the first question and its answer are taken, as what comes later cannot be understood alone; system
prompts are left out. A row that cannot be used is given with its number and the reason, and reading goes on.
"""

from glan_core.corpus_files.layouts import CONTAINERS, Layout, find_layout, list_columns
from glan_core.corpus_files.reading import read_corpus_file
from glan_core.corpus_files.rows import FORMATS, BadLine, FileRow

__all__ = ["CONTAINERS", "FORMATS", "BadLine", "FileRow", "Layout", "find_layout", "list_columns", "read_corpus_file"]
