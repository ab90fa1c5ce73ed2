"""How near do pairs come to a benchmark in meaning, and what would another threshold find?"""

import streamlit as st

from glan_core.checking.background import QualityWorker
from glan_core.checking.meaning import CURVE, SIMILARITY, find_meaning_check
from glan_core.encoder_choice import encoder_in_use
from glan_core.figures.threshold_curve import threshold_curve
from glan_core.store.benchmarks import Benchmark
from glan_core.store.contamination import BenchmarkReport, find_curve
from glan_core.store.numbered_vectors import count_linked
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.page_button import page_button
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace

_READ = {"instruction": "questions", "answer": "answers", "both": "questions with answers"}


def show_meaning(workspace: Workspace, worker: QualityWorker, benchmark: Benchmark, report: BenchmarkReport) -> None:
    """Show the curve of thresholds, and offer to compare by meaning."""
    cursor = workspace.cursor()
    encoder, content = encoder_in_use(cursor)
    read = count_linked(cursor, encoder=encoder.encoder, content=content)
    check, curve = find_meaning_check(cursor, benchmark.benchmark_id), find_curve(cursor, benchmark.benchmark_id)
    used = float(check.settings["similarity"]) if check else SIMILARITY
    with st.expander("By meaning, for paraphrases", icon=":material/translate:", expanded=True):
        if not read:
            st.caption(plain(f"{encoder.encoder} has not read any pair yet."))
            page_button("Read them on the map", "pages/explore/map.py", key="meaning-map")
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            similarity = st.number_input(
                "Cosine",
                CURVE[0],
                1.0,
                used,
                0.01,
                key=f"cosine-{benchmark.benchmark_id}",
                width=140,
                help="A pair is flagged from this cosine to its nearest item on. The curve tells of others.",
            )
            st.button(
                "Compare again" if check else "Compare by meaning",
                icon=":material/translate:",
                key="meaning-check",
                on_click=worker.check_meaning,
                args=(benchmark, float(similarity or used)),
                disabled=worker.is_running,
                help="Reads the questions of the benchmark with the encoder in use, and compares every pair with each.",
            )
        if encoder.kind == "endpoint":
            st.caption(plain(f"The benchmark's questions are sent to {encoder.base_url}, which may charge for it."))
        if curve is None:
            return
        show_figure(
            threshold_curve(
                [point.similarity for point in curve.points],
                [point.pairs for point in curve.points],
                chosen=used,
                name="pairs",
                ground=ground(),
            ),
            key="meaning-curve",
            alt="How many pairs come as near to an item of the benchmark as each cosine.",
        )
        st.caption(
            plain(
                f"{count(report.meaning)} pairs come as near as {used:g}. n = {count(read)} pairs that "
                f"{encoder.encoder} has read ({_READ[content]}), each with its nearest item."
            ),
            help="The cosine of the vectors of a pair and of the item nearest to it, 1 for the same text. Every pair "
            "is compared with every item; nothing is sampled.",
        )
