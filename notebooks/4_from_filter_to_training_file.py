# %% [markdown]
# # From a filter to a training file
#
# What leaves should be chosen on purpose, documented, and read by a trainer as it is. Here on the demo pairs that come
# with the project:
#
# 1. a filter, and gates that keep pairs back,
# 2. a preview: what each rule leaves out, and the first row,
# 3. a dataset folder with a test set that shares nothing with training, its card, and training scripts,
# 4. the same export again, to the byte; another one, compared with it,
# 5. the file as the datasets library reads it, where that is installed.
#
# Nothing is generated and nothing is sent anywhere. The demo pairs were made by a model of 135 million parameters:
# they show how an export works, and are **not data to train with**.

# %%
import dataclasses
import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path

# glan_core is not installed, it is a folder of the project: the one above this file, or above where a notebook works.
places = (Path(sys.path[0]).resolve(), Path.cwd())
project = next(folder for place in places for folder in (place, *place.parents) if (folder / "glan_core").is_dir())
sys.path.insert(0, str(project))

from glan_core.demo import DEMO_FOLDER
from glan_core.entities import Filter, Range
from glan_core.exports.choosing import in_words
from glan_core.exports.comparison import compare_exports
from glan_core.exports.manifest import files_of
from glan_core.exports.preview import preview
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export
from glan_core.scope import resolve_scope
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import open_database
from glan_core.store.export_log import list_exports
from glan_core.store.pairs import count_pairs

# %% [markdown]
# ## 1. A filter and gates
#
# A filter says which pairs are meant; everything in the app takes the same one. Gates keep back what should not leave:
# flagged and rejected pairs, and, unless they are asked for as here, the demo pairs.

# %%
folder = Path(os.environ.get("GLAN_NOTEBOOK_FOLDER") or tempfile.mkdtemp(prefix="export-"))
path = folder / "export.duckdb"
if not path.exists():
    create_database(path, curriculum=read_curriculum(), demo=DEMO_FOLDER)
database = open_database(path)
cursor = database.cursor()

science = resolve_scope(cursor, "Natural Science")
filter_ = Filter(taxonomy_node_ids=(science.node_id,), answer_characters=Range(100, None))
print(f"{count_pairs(cursor, Filter()):,} pairs, {count_pairs(cursor, filter_):,} of them in {science.path[-1]}")

# %% [markdown]
# ## 2. A preview
#
# Of equal questions one stays. Two questions of each discipline are held out for testing, as the paper does with fifty
# for GLAN-Test; what comes too close to one of them is not trained on: the same key concepts, the same two class
# sessions, thirteen words in a row, or nearly the same meaning. Of each subject at most ten pairs go.

# %%
request = ExportRequest(
    filter_=filter_,
    gates=("flagged", "rejected"),
    formats=("chat", "hf"),
    duplicates="exact",
    test_per_discipline=2,
    balance="cap",
    balance_level="subject",
    balance_number=10,
    order="interleaved",
    title="Natural science, demo",
    licence="cc-by-4.0",
    has_recipe=True,
)
seen = preview(cursor, request)
print(f"{seen.choice.taken.train} pairs to train with, {seen.choice.taken.test} held out")
print(f"left out: {in_words(seen.choice.left_out_for)}")
print(json.dumps(json.loads(seen.first_rows["chat"][0]), indent=2, ensure_ascii=False))

# %% [markdown]
# ## 3. The files
#
# They appear all at once, or not at all. The manifest holds what was asked for, what came of it, and the SHA-256 of
# every file.

# %%
first = export(database, folder / "natural-science", request)
for each in files_of(first.manifest):
    print(f"{each.pairs:>6,} pairs {each.bytes:>9,} bytes  {each.sha256[:16]}...  {each.file}")

# %%
card = (first.path / "README.md").read_text(encoding="utf-8")
print(card[: card.index("### Disciplines")])

# %% [markdown]
# ## 4. Again, and otherwise
#
# No file holds a time, and every choice follows from ids and the seed: the same export gives the same bytes. Another
# seed holds out other questions.

# %%
again = export(database, folder / "again", request)
compared = compare_exports(first, again)
print(f"the same to the byte: {', '.join(compared.equal_files)}")
print(f"different: {', '.join(compared.changed_files) or 'nothing'}")

other = export(database, folder / "other-seed", dataclasses.replace(request, seed=1))
compared = compare_exports(first, other)
for change in (*compared.settings, *compared.counts):
    print(f"{change.name}: {change.before} before, {change.after} now")
print(compared.rows)
print(f"{len(list_exports(cursor))} exports are listed in the app, to be written again or compared")

# %% [markdown]
# ## 5. As a trainer reads it
#
# The folder is what `load_dataset` takes, here or on the Hugging Face hub. The scripts beside it train by the paper's
# numbers: `train_with_trl.py` and `axolotl.yaml`. The datasets library is no part of this project: `pip install
# datasets` brings it.

# %%
if importlib.util.find_spec("datasets"):
    from datasets import load_dataset

    loaded = load_dataset(str(first.path), cache_dir=str(folder / "cache"))
    for split, rows in loaded.items():
        print(f"{split}: {len(rows)} rows with {', '.join(rows.column_names[:4])}, ...")
    print(loaded["train"][0]["messages"])
else:
    print("datasets is not installed here")

# %%
database.close()
