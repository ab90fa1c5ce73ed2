"""How does a rerun stay quick although Streamlit collects garbage after each one?

What modules hold lives as long as the server: some 200,000 objects, which a full collection looks at again each time,
for 100 to 130 ms in which no other thread works. Frozen, they are passed over.
"""

import gc
import sys
import threading

_lock = threading.Lock()
_modules_seen = 0


def freeze_imported_objects() -> None:
    """Keep what lives now out of later collections, if modules were imported since the last call.

    What was frozen before is looked at once more, so that objects of sessions that have ended do not stay for ever.
    """
    global _modules_seen
    with _lock:
        if len(sys.modules) == _modules_seen:
            return
        _modules_seen = len(sys.modules)
        gc.unfreeze()
        gc.collect()
        gc.freeze()
