"""Which pairs hold questions of a benchmark, and how is another one added?"""

import streamlit as st

from glan_core.checking.background import QualityWorker
from glan_core.checking.benchmarks import bring_back_benchmark, remove_benchmark
from glan_core.checking.contamination import FEWEST_WORDS, MOST_WORDS, count_short, find_contamination_check
from glan_core.checking.meaning import find_meaning_check
from glan_core.quality.benchmark_words import LEAST_WORDS, MOST_ITEMS, WORDS, RunSettings
from glan_core.store.benchmarks import Benchmark, list_benchmarks
from glan_core.store.contamination import report_benchmark
from glan_core.store.database import Cursor
from glan_core.store.edited_checks import count_edited_since
from glan_core.store.quality_checks import count_places
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import ago, count, count_of
from pages.shared.quality_benchmark_form import show_benchmark_form
from pages.shared.quality_hits import show_hits
from pages.shared.quality_meaning import show_meaning
from pages.shared.quality_working import standing_words
from pages.shared.workspace import Workspace


def show_contamination(workspace: Workspace, worker: QualityWorker) -> None:
    """Show the report of a benchmark with its hits, and offer to add one."""
    cursor = workspace.cursor()
    every = list_benchmarks(cursor, has_removed=True)
    there = [benchmark for benchmark in every if not benchmark.is_removed]
    settings = RunSettings()
    if there:
        benchmark = _choose(there)
        settings = _show_check(cursor, worker, benchmark)
        _show_report(workspace, cursor, worker, benchmark, settings)
    else:
        st.info(
            "No benchmark was added yet. Add the questions that models are measured with, and pairs that hold them are "
            "found: word for word and by runs of words at once, and by meaning if you ask for it.",
            icon=":material/fact_check:",
        )
    with st.expander("Add a benchmark", icon=":material/add:", expanded=not there):
        show_benchmark_form(worker, settings)
    _show_removed(workspace, [benchmark for benchmark in every if benchmark.is_removed])


def _choose(there: list[Benchmark]) -> Benchmark:
    by_name = {benchmark.name: benchmark for benchmark in there}
    if st.session_state.get(state.BENCHMARK) not in by_name:
        st.session_state.pop(state.BENCHMARK, None)
    if len(there) == 1:
        return there[0]
    name = st.selectbox("Benchmark", list(by_name), key=state.BENCHMARK, bind="query-params", width=320)
    return by_name[name or there[0].name]


def _show_check(cursor: Cursor, worker: QualityWorker, benchmark: Benchmark) -> RunSettings:
    """Show how far pairs were held against a benchmark, with the settings, and offer to go on."""
    check = find_contamination_check(cursor, benchmark.benchmark_id)
    before = RunSettings(**check.settings) if check else RunSettings()
    there = count_places(cursor)
    with st.expander("What counts as holding a question", icon=":material/tune:"):
        settings = _settings(before, benchmark)
    is_same = check is not None and settings == before
    is_done = is_same and check is not None and not check.new_among(there)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Check again" if is_done else "Go on" if is_same else "Check",
            type="primary",
            icon=":material/fact_check:",
            key="contamination-check",
            on_click=worker.check_contamination,
            args=(benchmark, settings),
            kwargs={"is_anew": is_done},
            disabled=worker.is_running,
            help="Holds every question and every answer against the benchmark, in the background. With the settings of "
            "before, only what is new is looked at.",
        )
        st.caption(
            standing_words(check, there, edited=count_edited_since(cursor, check.started_at))
            if check
            else "No pair was held against it yet."
        )
    return settings


def _settings(before: RunSettings, benchmark: Benchmark) -> RunSettings:
    key = benchmark.benchmark_id
    with st.grid(3, min_column_width=220):
        words = st.number_input(
            "Words in a row",
            FEWEST_WORDS,
            MOST_WORDS,
            before.words,
            key=f"words-{key}",
            help=f"A text holds an item if so many of its words stand in it one after the other, whatever their case "
            f"and punctuation. {WORDS} is what most reports use: fewer find more, and more by chance.",
        )
        least = st.number_input(
            "Words of a short question",
            1,
            int(words or WORDS),
            min(before.least_words, int(words or WORDS)),
            key=f"least-{key}",
            help=f"A question with fewer words than above counts when all of it stands in a text, if it has so many "
            f"({LEAST_WORDS} unless said otherwise). A shorter one counts only as the whole question of a pair.",
        )
        most = st.number_input(
            "Items that share a run",
            0,
            None,
            before.most_items,
            key=f"most-{key}",
            help=f"Words that more items than these share are the form of the benchmark, as in “Which of the following "
            f"...”, and no sign ({MOST_ITEMS} unless said otherwise). 0 leaves none out.",
        )
    st.caption("Other numbers begin with the first pair again, and replace what was found.")
    return RunSettings(int(words or WORDS), int(least or LEAST_WORDS), MOST_ITEMS if most is None else int(most))


@st.cache_data(max_entries=32, show_spinner=False)
def _short_items(path: str, benchmark_id: str, settings: RunSettings, _cursor: Cursor) -> int:
    """Count the items that are too short for runs of words, once for each benchmark and settings."""
    del path
    return count_short(_cursor, benchmark_id, settings)


def _show_report(
    workspace: Workspace, cursor: Cursor, worker: QualityWorker, benchmark: Benchmark, settings: RunSettings
) -> None:
    report = report_benchmark(cursor, benchmark.benchmark_id)
    with st.grid(5, min_column_width=130, gap="small"):
        st.metric("Pairs that hold it", count(report.pairs), border=True, help="Pairs with a hit of whatever kind.")
        st.metric(f"Items hit, of {count(benchmark.items)}", count(report.items), border=True)
        st.metric("The same question", count(report.exact), border=True)
        st.metric("Words in a row", count(report.words), border=True)
        compared = find_meaning_check(cursor, benchmark.benchmark_id) is not None
        st.metric(
            "Near in meaning",
            count(report.meaning) if compared else "not compared",
            border=True,
            help="Paraphrases: found by meaning alone, with the button below.",
        )
    if short := _short_items(str(workspace.database.path), benchmark.benchmark_id, settings, cursor):
        are, have = ("is", "has") if short == 1 else ("are", "have")
        st.caption(
            f"{count_of(short, 'item')} {have} fewer than {count(settings.least_words)} words and {are} found only "
            "where a pair asks just the same, or by meaning."
        )
    show_meaning(workspace, worker, benchmark, report)
    show_hits(workspace, cursor, benchmark, report)
    with st.container(horizontal=True, vertical_alignment="center"):
        bad = f"; {count(benchmark.bad_lines)} rows had no question" if benchmark.bad_lines else ""
        st.caption(plain(f"{benchmark.name}: from {benchmark.file_name}, added {ago(benchmark.added_at)}{bad}."))
        st.button(
            "Remove it",
            type="tertiary",
            icon=":material/close:",
            key="benchmark-remove",
            on_click=remove_benchmark,
            args=(workspace.database, benchmark),
            disabled=worker.is_running,
            help="Flags that it alone raised go. It can be brought back, with what was found.",
        )


def _show_removed(workspace: Workspace, removed: list[Benchmark]) -> None:
    for benchmark in removed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(plain(f"{benchmark.name} was removed."))
            st.button(
                "Bring it back",
                type="tertiary",
                icon=":material/undo:",
                key=f"benchmark-back-{benchmark.benchmark_id}",
                on_click=bring_back_benchmark,
                args=(workspace.database, benchmark),
            )
