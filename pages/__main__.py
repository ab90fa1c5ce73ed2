"""How is the app started? `python -m pages`, with any option of `streamlit run` behind it.

The same as `streamlit run app.py`, but for two things. Streamlit takes a folder named pages for its own older kind of
multipage app until st.navigation has run once, so that the first deep link to a fresh server (or a tab left open
over a restart) would say "Page not found" above the right page. And the libraries that every page needs are imported
while the first visitor's browser still loads its scripts, not when it has asked for a page.
"""

import importlib
import sys
import threading
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

_NEEDED_AT_ONCE = ("duckdb", "pandas", "pyarrow.compute", "plotly.graph_objects", "aiohttp")


def import_ahead() -> None:
    """Import what the first page would wait for; what cannot be imported, the page tells of."""
    for name in _NEEDED_AT_ONCE:
        importlib.import_module(name)


threading.Thread(target=import_ahead, name="import-ahead", daemon=True).start()
PagesManager.uses_pages_directory = False
sys.argv = ["streamlit", "run", str(Path(__file__).parent.parent / "app.py"), *sys.argv[1:]]
cli.main()
