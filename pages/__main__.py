"""How is the app started? `python -m pages`, with any option of `streamlit run` behind it.

The same as `streamlit run app.py`, but for one thing: Streamlit takes a folder named pages for its own older kind of
multipage app until st.navigation has run once, so that the first deep link to a fresh server (or a tab left open
over a restart) would say "Page not found" above the right page.
"""

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

PagesManager.uses_pages_directory = False
sys.argv = ["streamlit", "run", str(Path(__file__).parent.parent / "app.py"), *sys.argv[1:]]
cli.main()
