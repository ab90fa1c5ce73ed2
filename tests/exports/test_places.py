"""An export replaces what an earlier one wrote, and nothing else, whatever lies there and however it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from glan_core.errors import ExportError, GlanError
from glan_core.exports.places import manifest_path
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export, export_folder
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.export_log import list_exports
from tests.conftest import Small
from tests.exports.pairs import add_pair, add_pairs, begin, write
from tests.exports.test_folders import bytes_in

NOBODY = 2**22 + 1
"""No process has this number: Linux counts to 2 ** 22."""
ALL = ExportRequest(gates=())


@pytest.fixture
def pairs(small: Small) -> Small:
    """Three pairs."""
    begin(small)
    add_pairs(small, "abc", "phase")
    return small


def hidden(folder: Path) -> list[str]:
    """Give what lies hidden in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


# Folders ------------------------------------------------------------------------------------------------------------


def test_a_folder_with_the_manifest_of_something_else_is_left_alone(pairs: Small, tmp_path: Path):
    site = tmp_path / "site"
    (site / "src").mkdir(parents=True)
    (site / "manifest.json").write_text('{"name": "My web app", "files": []}')
    (site / "src" / "main.js").write_text("dear()")
    before = bytes_in(site)
    with pytest.raises(ExportError, match="holds something else"):
        write(pairs, site, formats=("chat", "csv"))
    assert bytes_in(site) == before


def test_what_was_put_beside_the_files_of_an_export_stays(pairs: Small, tmp_path: Path):
    out = tmp_path / "out"
    write(pairs, out, formats=("chat", "hf"))
    (out / "trained").mkdir()
    (out / "trained" / "model.safetensors").write_bytes(b"weights")
    (out / "data" / "mine.txt").write_text("Mine.")
    add_pair(pairs, "d", "coherence")
    write(pairs, out, formats=("parquet",))
    assert set(bytes_in(out)) == {
        *("pairs.parquet", "rows.parquet", "manifest.json"),
        *("trained/model.safetensors", "data/mine.txt"),
    }
    assert hidden(tmp_path) == []


def test_folders_of_the_earlier_export_go_where_nothing_stands_in_them(pairs: Small, tmp_path: Path):
    write(pairs, tmp_path / "out", formats=("hf",))
    write(pairs, tmp_path / "out", formats=("csv",))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "pairs.csv", "rows.parquet"]


def test_a_file_that_was_changed_is_not_written_over_unless_asked(pairs: Small, tmp_path: Path):
    out, request = tmp_path / "out", ExportRequest(gates=(), formats=("hf",))
    export(pairs.database, out, request)
    (out / "README.md").write_text("My own card.")
    before = bytes_in(out)
    with pytest.raises(ExportError, match=r"not as an export left it: .*README\.md") as raised:
        export(pairs.database, out, request)
    assert "--replace" in raised.value.hint
    assert bytes_in(out) == before
    assert len(list_exports(pairs.cursor)) == 1
    export(pairs.database, out, request, is_replacing=True)
    assert (out / "README.md").read_text(encoding="utf-8").startswith("---")
    assert hidden(tmp_path) == []


def test_a_changed_file_that_is_in_nobodys_way_stays(pairs: Small, tmp_path: Path):
    out = tmp_path / "out"
    write(pairs, out, formats=("chat", "csv"))
    (out / "pairs.csv").write_text("With notes of mine.")
    write(pairs, out, formats=("chat",))
    assert (out / "pairs.csv").read_text() == "With notes of mine."


def test_a_folder_where_a_file_is_to_stand_is_never_replaced(pairs: Small, tmp_path: Path):
    out = tmp_path / "out"
    write(pairs, out)
    (out / "pairs.csv").mkdir()
    with pytest.raises(ExportError, match=r"pairs\.csv"):
        export(pairs.database, out, ExportRequest(gates=(), formats=("csv", "chat")), is_replacing=True)
    assert (out / "pairs.csv").is_dir()


def test_a_manifest_that_names_files_outside_of_its_folder_is_none(pairs: Small, tmp_path: Path):
    out = tmp_path / "out"
    write(pairs, out)
    (tmp_path / "dear.txt").write_bytes((out / "pairs.jsonl").read_bytes())
    manifest = out / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"pairs.jsonl"', '"../dear.txt"'))
    with pytest.raises(ExportError, match="holds something else"):
        write(pairs, out)
    assert (tmp_path / "dear.txt").exists()


def test_the_scripts_put_the_model_outside_of_the_folder_and_each_set_elsewhere(pairs: Small, tmp_path: Path):
    places = []
    for name in ("one", "again", "two"):
        if name == "two":
            add_pair(pairs, "d", "coherence")
        write(pairs, tmp_path / name, has_recipe=True)
        told = yaml.safe_load((tmp_path / name / "axolotl.yaml").read_text(encoding="utf-8"))["output_dir"]
        assert (tmp_path / name / told).resolve().parent == tmp_path
        assert f'"{told}"' in (tmp_path / name / "train_with_trl.py").read_text(encoding="utf-8")
        places.append(told)
    assert places[0] == places[1] != places[2]


# Single files -------------------------------------------------------------------------------------------------------


def test_a_file_that_no_export_wrote_is_not_written_over_unless_asked(pairs: Small, tmp_path: Path):
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear to me.")
    with pytest.raises(ExportError, match="not as an export left it") as raised:
        export(pairs.database, notes, ALL)
    assert "--replace" in raised.value.hint
    assert notes.read_text() == "Dear to me."
    assert not manifest_path(notes).exists()
    export(pairs.database, notes, ALL, is_replacing=True)
    assert "messages" in notes.read_text(encoding="utf-8")


def test_a_file_that_was_changed_since_and_a_manifest_of_something_else_are_not_written_over(
    pairs: Small, tmp_path: Path
):
    out = tmp_path / "pairs.jsonl"
    export(pairs.database, out, ALL)
    with out.open("a") as file:
        file.write("One line of mine.\n")
    with pytest.raises(ExportError, match="not as an export left it"):
        export(pairs.database, out, ALL)
    other = tmp_path / "other.jsonl"
    manifest_path(other).write_text("{}")
    with pytest.raises(ExportError, match=r"other\.jsonl\.manifest\.json is there already"):
        export(pairs.database, other, ALL)
    assert not other.exists()


def test_what_cannot_be_kept_in_the_database_leaves_the_earlier_files(pairs: Small, tmp_path: Path):
    file, folder, fresh = tmp_path / "pairs.jsonl", tmp_path / "out", tmp_path / "fresh"
    export(pairs.database, file, ALL)
    write(pairs, folder, formats=("chat", "hf"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json*")} | bytes_in(folder)  # type: ignore[operator]
    add_pair(pairs, "d", "coherence")
    pairs.cursor.execute("drop table export")
    for out in (file, folder, fresh):
        with pytest.raises(GlanError):
            (export if out is file else export_folder)(pairs.database, out, ALL)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json*")} | bytes_in(folder) == before  # type: ignore[operator]
    assert not fresh.exists()
    assert hidden(tmp_path) == []


# Killed on the way --------------------------------------------------------------------------------------------------

KILLED = """
import hashlib, json, os, shutil, signal, sys
from pathlib import Path
from glan_core.exports.manifest import ExportedFile
from glan_core.exports.places import at_work, check_place, taking_place

OUT, TOUCHED = Path(sys.argv[1]) / "out", ("os.rename", "os.link", "os.remove", "os.mkdir")

def write(texts):
    with at_work(OUT, is_folder=True) as place:
        own, files = check_place(place), []
        for name, text in texts.items():
            path = place.unfinished / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            files.append(ExportedFile(name, "chat", "train", 1, len(text), sha256))
        data = {"pairs": 1, "request": {}, "versions": {}, "files": [each._asdict() for each in files]}
        (place.unfinished / "manifest.json").write_text(json.dumps(data))
        with taking_place(place, files, own):
            pass

def begin():
    shutil.rmtree(sys.argv[1])
    Path(sys.argv[1]).mkdir()
    write({"pairs.jsonl": "old", "pairs.csv": "old", "data/train": "old"})
    (OUT / "data" / "mine").write_text("mine")

def killed_at(moment):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in TOUCHED:
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)
    child = os.fork()
    if not child:
        sys.addaudithook(hook)
        write({"pairs.jsonl": "new", "data/train": "new", "charts/field": "new"})
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

moment, found = 1, []
while True:
    begin()
    was_killed = killed_at(moment)
    with at_work(OUT, is_folder=True):
        pass
    there = {str(path.relative_to(OUT)): path.read_text() for path in OUT.rglob("*") if path.is_file()}
    named = {each["file"] for each in json.loads(there.pop("manifest.json"))["files"]}
    hidden = [path.name for path in OUT.parent.iterdir() if path.name != "out"]
    found.append({"files": there, "is_named": named == there.keys() - {"data/mine"}, "hidden": hidden})
    if not was_killed:
        break
    moment += 1
print(json.dumps(found))
"""


def test_killed_at_any_moment_the_files_are_those_of_one_export_and_what_else_lies_there_stays(tmp_path: Path):
    (tmp_path / "exports").mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "exports")],
        cwd=PROJECT_FOLDER,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    found = json.loads(ran.stdout)
    old = dict.fromkeys(("pairs.jsonl", "pairs.csv", "data/train"), "old") | {"data/mine": "mine"}
    new = dict.fromkeys(("pairs.jsonl", "data/train", "charts/field"), "new") | {"data/mine": "mine"}
    assert len(found) > 10
    assert [each for each in found if each["files"] not in (old, new)] == []
    assert [each for each in found if each["hidden"] or not each["is_named"]] == []
    assert (found[0]["files"], found[-1]["files"]) == (old, new)


def test_what_only_looks_like_the_remains_of_an_export_stays(pairs: Small, tmp_path: Path):
    for name in (".out.2024", ".out.1.2", ".out.1.2.unfinished.bak", ".other.1.2.unfinished"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("Dear to me.")
    left = tmp_path / f".out.{NOBODY}.1.unfinished"
    left.mkdir()
    write(pairs, tmp_path / "out")
    assert not left.exists()
    assert hidden(tmp_path) == sorted([".out.2024", ".out.1.2", ".out.1.2.unfinished.bak", ".other.1.2.unfinished"])
