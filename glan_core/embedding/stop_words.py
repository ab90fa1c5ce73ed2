"""Which words say nothing about what a text is about?"""

import runpy
from importlib.util import find_spec
from pathlib import Path

from glan_core.errors import EmbeddingError


def english_stop_words() -> frozenset[str]:
    """Give the 318 words of scikit-learn's list; they are English, and do no harm to other languages.

    The file is read by itself, as importing scikit-learn takes seconds. EmbeddingError if it is not there.
    """
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise EmbeddingError("scikit-learn is not installed.", "Install it: pip install -r requirements.txt")
    path = Path(found.origin).parent / "feature_extraction" / "_stop_words.py"
    if not path.exists():
        raise EmbeddingError(
            f"{path} is not there.", "Install the pinned scikit-learn: pip install -r requirements.txt"
        )
    words: frozenset[str] = runpy.run_path(str(path))["ENGLISH_STOP_WORDS"]
    return words
