"""What modules hold is passed over by the collections after each rerun, and what sessions leave is not."""

import gc
import sys
import types
import weakref

import pytest

from pages.shared.imported_objects import freeze_imported_objects


class Session:
    """Something that holds itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module that was imported just now."""
    imported = types.ModuleType("imported_just_now")
    monkeypatch.setitem(sys.modules, imported.__name__, imported)
    return imported


def test_what_lives_when_a_module_was_imported_is_passed_over(module: types.ModuleType):
    freeze_imported_objects()
    kept = gc.get_freeze_count()
    assert kept > 10_000
    assert len(gc.get_objects()) < kept / 10


def test_what_a_session_leaves_is_still_collected(module: types.ModuleType, monkeypatch: pytest.MonkeyPatch):
    freeze_imported_objects()
    left = weakref.ref(Session())
    gc.collect()
    assert left() is None

    frozen = Session()
    monkeypatch.setitem(sys.modules, "one_more", module)
    freeze_imported_objects()
    left = weakref.ref(frozen)
    del frozen
    gc.collect()
    assert left() is not None  # until modules are imported again
    monkeypatch.delitem(sys.modules, "one_more")
    freeze_imported_objects()
    assert left() is None
