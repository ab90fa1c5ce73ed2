"""Where may an export stand, and what of an earlier one may it replace there?

Files are made in a hidden folder beside their place, and take it one by one, the manifest last. Those of the earlier
export are set aside until all is done, and come back if it fails; after a killed process the next export to the same
place brings them back. Nothing is replaced or removed but what the manifest that lies there names with the SHA-256
that it has now: whatever else a folder holds stays.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from glan_core.errors import ExportError
from glan_core.exports.formats import MANIFEST
from glan_core.exports.manifest import ExportedFile, files_of

_MANIFEST_KEYS = {"pairs", "files", "request", "versions"}
_AT_WORK: set[Path] = set()
"""Hidden folders of this process, whose number one of an earlier process may have had."""
_NAMED = 3


class Place(NamedTuple):
    """Where an export is to stand, and where its files are until then."""

    out: Path
    is_folder: bool
    unfinished: Path
    """Where it is made."""
    earlier: Path
    """Where the earlier export is set aside."""

    def target(self, name: str) -> Path:
        """Give where a file of the export is to stand."""
        if self.is_folder:
            return self.out / name
        return manifest_path(self.out) if name == MANIFEST else self.out


class _Stamp(NamedTuple):
    """By which a file is known to be still the same."""

    inode: int
    bytes: int
    changed_at: int
    """Nanoseconds."""


Own = Mapping[str, _Stamp]
"""What of an earlier export lies at a place as it was written, by its name there."""


def manifest_path(path: Path) -> Path:
    """Give the place of the manifest of an export that is one file."""
    return path.with_name(f"{path.name}.{MANIFEST}")


@contextlib.contextmanager
def at_work(out: Path, *, is_folder: bool) -> Iterator[Place]:
    """Give a place to make an export for, cleared of what killed processes left; its hidden folder goes afterwards."""
    place = _place(out.resolve() if is_folder else out, is_folder, f"{os.getpid()}.{threading.get_ident()}")
    _clear_remains(place.out)
    _AT_WORK.add(place.unfinished)
    try:
        yield place
    finally:
        shutil.rmtree(place.unfinished, ignore_errors=True)
        _AT_WORK.discard(place.unfinished)


def check_place(place: Place, *, is_replacing: bool = False) -> Own:
    """Give what of an earlier export may be replaced; ExportError if something else stands there."""
    out = place.out
    if not place.is_folder and out.is_dir():
        raise ExportError(f"{out} is a folder.", "Name a file in it.")
    own = _own(place)
    if place.is_folder:
        if out.exists() and not own and not (out.is_dir() and not any(out.iterdir())):
            raise ExportError(f"{out} is there already, and holds something else.", "Name another folder.")
        return own
    if not is_replacing and (foreign := [name for name in (out.name, MANIFEST) if _is_foreign(place, name, own)]):
        path = place.target(foreign[0])
        raise ExportError(
            f"{path} is there already, and is not as an export left it.",
            "Name another file, or write over it: --replace.",
        )
    return own


@contextlib.contextmanager
def taking_place(
    place: Place, files: Sequence[ExportedFile], own: Own, *, is_replacing: bool = False
) -> Iterator[None]:
    """Put finished files and their manifest into their place; if what is done meanwhile fails, all is as it was.

    Raises ExportError where something else stands in their way, unless it is to be replaced.
    """
    if place.is_folder and not place.out.exists():
        place.unfinished.rename(place.out)
        try:
            yield
        except BaseException:
            place.out.rename(place.unfinished)
            raise
        return
    names = [*(each.file for each in files), MANIFEST]
    foreign = [name for name in names if _is_foreign(place, name, own)]
    _refuse_foreign(place, foreign, is_replacing=is_replacing)
    aside = [*foreign, *(name for name, stamp in own.items() if _stamp(place.target(name)) == stamp)]
    place.earlier.mkdir()
    try:
        for name in aside:
            _set_aside(place.target(name), place.earlier / name)
        place.target(MANIFEST).unlink(missing_ok=True)  # so that it never stands beside files that it is not about
        for name in set(aside) - set(names):
            place.target(name).unlink(missing_ok=True)
        for name in names:  # the manifest last: with it, all is done
            place.target(name).parent.mkdir(parents=True, exist_ok=True)
            (place.unfinished / name).replace(place.target(name))
        yield
    except BaseException:
        if not (place.unfinished / MANIFEST).exists():
            place.target(MANIFEST).replace(place.unfinished / MANIFEST)
        _put_back(place, files)
        raise
    shutil.rmtree(place.earlier, ignore_errors=True)
    _remove_empty(place, aside)


def _place(out: Path, is_folder: bool, maker: str) -> Place:
    hidden = f".{out.name}.{maker}"
    return Place(out, is_folder, out.with_name(f"{hidden}.unfinished"), out.with_name(f"{hidden}.earlier"))


def _own(place: Place) -> dict[str, _Stamp]:
    """Find the files that an export left here: its manifest, and what that names and is as it was."""
    files = _read_manifest(place.target(MANIFEST))
    if files is None or (not place.is_folder and [each.file for each in files] != [place.out.name]):
        return {}
    names = [MANIFEST, *(each.file for each in files if _is_as_written(place.target(each.file), each))]
    stamps = {name: _stamp(place.target(name)) for name in names}
    return {name: stamp for name, stamp in stamps.items() if stamp is not None}


def _read_manifest(path: Path) -> tuple[ExportedFile, ...] | None:
    """Read which files a manifest names; None if it is no manifest of an export."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or not data.keys() >= _MANIFEST_KEYS:
            return None
        files = files_of(data)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return files if all(_is_within(each.file) for each in files) else None


def _is_within(name: object) -> bool:
    """Say whether a name leads to a place below its folder."""
    if not isinstance(name, str) or not name or name == MANIFEST:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _is_as_written(path: Path, told: ExportedFile) -> bool:
    if not path.is_file() or path.stat().st_size != told.bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == told.sha256


def _stamp(path: Path) -> _Stamp | None:
    if not path.is_file():
        return None
    found = path.stat()
    return _Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def _is_foreign(place: Place, name: str, own: Own) -> bool:
    path = place.target(name)
    return os.path.lexists(path) and (name not in own or _stamp(path) != own[name])


def _refuse_foreign(place: Place, names: Sequence[str], *, is_replacing: bool) -> None:
    paths = [str(place.target(name)) for name in names if not is_replacing or place.target(name).is_dir()]
    if not paths:
        return
    more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    raise ExportError(
        f"An export would write over what is not as an export left it: {', '.join(paths[:_NAMED])}{more}.",
        "Move it away, name another place, or write over files: --replace.",
    )


def _set_aside(path: Path, kept: Path) -> None:
    """Keep a file under another name; it stays where it is as well, so that nobody misses it, where that can be."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):  # not every file system has two names for one file
        path.rename(kept)


def _put_back(place: Place, files: Sequence[ExportedFile]) -> None:
    """Take files of an unfinished export away again, and let those of before stand where they stood."""
    for each in files:
        path = place.target(each.file)
        if not (place.unfinished / each.file).exists() and _is_as_written(path, each):
            path.unlink()
    if place.earlier.is_dir():
        for kept in sorted(place.earlier.rglob("*")):
            path = place.target(kept.relative_to(place.earlier).as_posix())
            if (kept.is_symlink() or not kept.is_dir()) and not os.path.lexists(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                kept.rename(path)
    shutil.rmtree(place.earlier, ignore_errors=True)
    _remove_empty(place, [each.file for each in files])


def _remove_empty(place: Place, names: Sequence[str]) -> None:
    """Remove the folders within an export where nothing stands any more."""
    within = {parent for name in names for parent in PurePosixPath(name).parents if parent.name}
    for folder in sorted(within, reverse=True) if place.is_folder else ():
        with contextlib.suppress(OSError):  # it holds something
            (place.out / folder).rmdir()


def _clear_remains(out: Path) -> None:
    """Remove what processes that are gone left of exports to the same place; what they had set aside comes back."""
    if not out.parent.is_dir():
        return
    hidden = re.compile(rf"\.{re.escape(out.name)}\.((\d+)\.\d+)\.(?:unfinished|earlier)")
    found = {match[1]: int(match[2]) for each in out.parent.iterdir() if (match := hidden.fullmatch(each.name))}
    for maker, process in found.items():
        left = _place(out, out.is_dir(), maker)
        if left.unfinished in _AT_WORK or (process != os.getpid() and _is_alive(process)):
            continue
        files = _read_manifest(left.unfinished / MANIFEST)
        is_done = files is None and _read_manifest(left.target(MANIFEST)) is not None
        if left.earlier.is_dir() and not is_done:
            _put_back(left, files or ())
        shutil.rmtree(left.unfinished, ignore_errors=True)
        shutil.rmtree(left.earlier, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
