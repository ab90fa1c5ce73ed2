"""The tab of judges as an app of its own, whose other pages are only there to be led to."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

_ELSEWHERE = (
    *("pages/generate/new_run.py", "pages/generate/runs.py"),
    *("pages/explore/map.py", "pages/explore/samples.py", "pages/curate/export.py"),
)
_SCRIPT = """
import streamlit as st

from pages.shared.judge_view import show_judge
from pages.shared.page_button import follow
from pages.shared.workspace import open_workspace

st.set_page_config(layout="wide")


def judge():
    st.title("Judge", anchor=False)
    show_judge(open_workspace())


elsewhere = {elsewhere}
page = st.navigation([st.Page(judge, default=True), *(st.Page(path) for path in elsewhere)])
follow()
page.run()
"""


def write_judge_app(folder: Path) -> Path:
    """Write the script of the app into a folder and give its path."""
    for page in _ELSEWHERE:
        path = folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import streamlit as st\nst.text({page!r})\n", encoding="utf-8")
    script = folder / "main.py"
    script.write_text(_SCRIPT.format(elsewhere=_ELSEWHERE), encoding="utf-8")
    return script


def judge_app(folder: Path, **address: str) -> AppTest:
    """Give the app before its first run, with this question in its address."""
    app = AppTest.from_file(str(write_judge_app(folder)), default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    return app
