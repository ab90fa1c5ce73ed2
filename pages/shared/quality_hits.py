"""Which pair holds which question of a benchmark? Both texts side by side."""

import pandas as pd
import streamlit as st

from glan_core.quality.differences import mark_shared
from glan_core.store.benchmarks import Benchmark
from glan_core.store.contamination import HIT_KINDS, BenchmarkReport, HitKind, count_hits, list_hits
from glan_core.store.database import Cursor
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.flag_words import lift_button
from pages.shared.formats import count
from pages.shared.marked_text import show_cut, show_marked
from pages.shared.page_button import page_button
from pages.shared.workspace import Workspace

_HITS_A_PAGE = 10
_LEAST_MARKED = 4
_NAMES: dict[HitKind, str] = {"exact": "The same question", "words": "Words in a row", "meaning": "Meaning"}
_CONTENTS = {"instruction": "Question", "answer": "Answer", "both": "Question and answer"}


def show_hits(workspace: Workspace, cursor: Cursor, benchmark: Benchmark, report: BenchmarkReport) -> None:
    """List hits page by page, the surest first."""
    if not report.pairs:
        return
    found: dict[HitKind, int] = {kind: getattr(report, kind) for kind in HIT_KINDS}
    kinds = [kind for kind in HIT_KINDS if found[kind]]
    chosen = st.pills(
        "Hits",
        kinds,
        default=kinds,
        selection_mode="multi",
        format_func=lambda kind: f"{_NAMES[kind]} · {count(found[kind])}",
        key=f"{state.HIT_KINDS}-{benchmark.benchmark_id}",
    )
    hits = count_hits(cursor, benchmark.benchmark_id, chosen)
    pages = -(-hits // _HITS_A_PAGE)
    page = st.pagination(pages, key=f"{state.HIT_PAGE}-{benchmark.benchmark_id}") if pages > 1 else 1
    rows = list_hits(cursor, benchmark.benchmark_id, kinds=chosen, first=(page - 1) * _HITS_A_PAGE, limit=_HITS_A_PAGE)
    for _, row in rows.iterrows():
        with st.container(border=True):
            _show_hit(workspace, row)


def _show_hit(workspace: Workspace, row: pd.Series) -> None:
    kind: HitKind = row["kind"]
    how = {
        "exact": "The same question",
        "words": f"{count(int(row['words']))} words in a row",
        "meaning": f"A cosine of {row['similarity']:.2f}",
    }[kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{how}**", width="stretch")
        if row["is_lifted"]:
            st.badge("Flag lifted", icon=":material/flag_check:", color="gray")
        key = f"{row['instruction_id']}-{kind}-{row['content']}-{row['number']}"
        lift_button(
            workspace.database, "contaminated", str(row["instruction_id"]), is_lifted=bool(row["is_lifted"]), key=key
        )
        page_button(
            "Open", "pages/explore/samples.py", {"pair": str(row["instruction_id"])}, key=f"open-{key}", type="tertiary"
        )
    pair, item = (_text(row, "instruction", "answer"), _text(row, "question", "item_answer"))
    marked = mark_shared(pair, item, least=_LEAST_MARKED)
    left, right = st.columns(2)
    with left:
        where = f"{_CONTENTS[row['content']]} of a pair of {row['discipline']}"
        st.caption(plain(where))
        show_marked(marked.one)
    with right:
        st.caption(plain(f"Item {row['number']} of the benchmark"))
        show_marked(marked.other)
    if not marked.is_whole:
        show_cut()


def _text(row: pd.Series, question: str, answer: str) -> str:
    """Give the side of a pair or item that the hit is about, both where that is not known."""
    texts = {"instruction": str(row[question]), "answer": "" if pd.isna(row[answer]) else str(row[answer])}
    if question == "question" and texts["answer"]:
        texts["answer"] = f"Answer: {texts['answer']}"
    if question == "question" or row["content"] == "both":
        return "\n".join(filter(None, texts.values()))
    return texts[str(row["content"])]
