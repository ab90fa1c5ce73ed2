# %% [markdown]
# # Comparing two corpora
#
# A dataset of others is held against one's own: how varied is each, and what does the other one lack? Here the own
# pairs are the demo pairs that come with the project, and the other corpus is a file of 160 questions made below.
#
# 1. the own pairs, and the other corpus taken in from a file,
# 2. both at equal n: near-duplicates, meaning and words, with intervals,
# 3. how much of the own pairs the other one covers, and the own pairs that nothing of it comes near to,
# 4. the disciplines that it lacks, as a figure.
#
# Nothing is generated and nothing is sent anywhere. The demo pairs were made by a model of 135 million parameters, and
# the other corpus by a template: they show how to compare, and are **not data to train with**.

# %%
import json
import os
import sys
import tempfile
from pathlib import Path

# glan_core is not installed, it is a folder of the project: the one above this file, or above where a notebook works.
places = (Path(sys.path[0]).resolve(), Path.cwd())
project = next(folder for place in places for folder in (place, *place.parents) if (folder / "glan_core").is_dir())
sys.path.insert(0, str(project))

from glan_core.corpora.comparison import compare_corpus
from glan_core.corpora.importing import import_corpus
from glan_core.corpora.placing import place_corpus
from glan_core.demo import DEMO_FOLDER
from glan_core.diversity import Asked, evaluate
from glan_core.diversity_comparison import at_equal_n, compare
from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.figures.set_differences import SetDifference, set_differences
from glan_core.figures.two_sets import FieldShares, two_sets
from glan_core.insight.reference_coverage import rows_inside
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import open_database
from glan_core.store.drawn_rows import RowSet, draw_rows
from glan_core.store.embeddings import list_vectors
from glan_core.store.pairs import list_pairs
from glan_core.text_vectors import vectors_of

# %% [markdown]
# ## 1. Two sets
#
# A corpus comes from JSON Lines, JSON, CSV or Parquet in the forms that others use. This one is in Alpaca's: questions
# about sixteen subjects of two fields, ten templates each, so it repeats itself. The same file taken in twice is the
# same corpus.

# %%
folder = Path(os.environ.get("GLAN_NOTEBOOK_FOLDER") or tempfile.mkdtemp(prefix="corpora-"))
path = folder / "corpora.duckdb"
if not path.exists():
    create_database(path, curriculum=read_curriculum(), demo=DEMO_FOLDER)
database = open_database(path)
cursor = database.cursor()

subjects = (
    *("a convex lens", "the orbit of a planet", "an acid and a base", "a chemical bond", "the rock cycle"),
    *("the water cycle", "an electric circuit", "the speed of sound", "a derivative", "a prime number"),
    *("a right triangle", "a matrix", "a probability", "a graph with cycles", "an integral", "a linear equation"),
)
templates = (
    *("What is {}?", "Explain {} in simple words.", "Describe {} to a child.", "Give an example of {}."),
    *("Why does {} matter?", "How was {} discovered?", "Write a short paragraph about {}."),
    *("List three facts about {}.", "What is a common mistake about {}?", "Summarize {} in one sentence."),
)
file = folder / "templates.jsonl"
rows = [
    {"instruction": template.format(subject), "input": "", "output": f"{subject.capitalize()} is explained here."}
    for subject in subjects
    for template in templates
]
file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
other = import_corpus(database, file, name="Templates").corpus
print(f"{other.name}: {other.rows} rows of {other.file_name}, {other.bad_lines} that could not be used")

# %% [markdown]
# ## 2. How varied each is, at equal n
#
# Every number of diversity changes with the number of rows, so the larger set is drawn down to the size of the smaller
# one: by a hash of ids and a seed, which chooses the same rows every time. Rows of a corpus are read by the encoder as
# they are drawn. The interval says how far another draw of as many rows would move a difference.

# %%
equal = at_equal_n(cursor, Asked(seed=0), RowSet(corpus_id=other.corpus_id))
print(
    f"n = {equal.n} of each: of {equal.of_first.rows:,} own pairs, and of {equal.of_second.rows} rows of {other.name}"
)
compared = compare(database, equal)
shown = {
    "near_duplicate_rate": "Near-duplicates",
    "nearest_distance": "Nearest distance",
    "vendi_1": "Vendi score",
    "novel_sum": "NovelSum",
    "compression_ratio": "Compression ratio",
    "distinct_2": "Different word pairs",
    "opening_share": "Openings that repeat",
}
drawn = []
for metric, label in shown.items():
    each = compared.differences[metric]
    interval = "" if each.interval is None else f"   90 %: {each.interval.lower:+.3f} to {each.interval.upper:+.3f}"
    print(f"  {label:22}{each.first.value:9.3f}{each.second.value:9.3f}   {each.difference:+.3f}{interval}")
    if each.interval is not None and each.second.value > 0:
        share = 100 / each.second.value
        ends = (share * each.interval.lower, share * each.interval.upper)
        drawn.append(SetDifference(label, share * each.difference, *ends, each.is_clear))

# %%
figure = set_differences(drawn, first="Own pairs", second=other.name, ground="light")
figure.write_html(folder / "differences.html")
figure

# %% [markdown]
# ## 3. What the other one does not come near to
#
# Coverage holds a set against a reference, here the own pairs: around each lies a ball that reaches to its 5th nearest
# other own pair, and it is covered if a row of the other corpus lies inside.

# %%
held = evaluate(database, Asked(corpus_id=other.corpus_id, reference=RowSet()))
coverage, density = (held.numbers[f"reference_{name}"] for name in ("coverage", "density"))
print(
    f"of {coverage.parameters['reference_rows']} own pairs {coverage.value:.1%} are covered; "
    f"density {density.value:.2f}"
)

# %% [markdown]
# The same on all own pairs, to see which they are: the branches of those that nothing comes near to.

# %%
chosen = encoder_in_use(cursor)
own = draw_rows(cursor, RowSet(), n=5_000, seed=0, encoder=chosen.encoder.encoder, content=chosen.content)
own_vectors = list_vectors(cursor, encoder=chosen.encoder.encoder, texts=own.texts)
every_row = draw_rows(
    cursor,
    RowSet(corpus_id=other.corpus_id),
    n=other.rows,
    seed=0,
    encoder=chosen.encoder.encoder,
    content=chosen.content,
)
inside = rows_inside(own_vectors, vectors_of(database, every_row.texts, encoder=chosen.encoder))
uncovered = tuple(key for key, number in zip(own.ids, inside.tolist(), strict=True) if not number)
print(f"{len(uncovered):,} of {len(own.ids):,} own pairs are not covered; of each field, percent:")
everything = list_pairs(cursor, Filter(), limit=len(own.ids)).set_index("instruction_id").loc[list(own.ids)]
lacking = everything.index.isin(uncovered)
by_field = everything.assign(lacking=lacking).groupby("field")["lacking"].mean().sort_values(ascending=False)
print((100 * by_field).round(1).to_string())

# %%
print("some of them:")
for pair in list_pairs(cursor, Filter(instruction_ids=uncovered), limit=3).itertuples():
    print(f"  {pair.discipline}: {pair.instruction[:100]}")

# %% [markdown]
# ## 4. The disciplines that it lacks
#
# Each row of either set goes to the discipline whose subjects and key concepts are nearest to it. How often that is
# right is known of the own pairs. At equal n, the exact average over all samples is worked out, so none is drawn.

# %%
placed = place_corpus(database, other)
lacks = compare_corpus(database, other)
print(f"of {placed.accuracy.texts:,} own pairs {placed.accuracy.top_1:.0%} come to their own discipline in this way")
print(
    f"at n = {lacks.n} the corpus reaches {lacks.corpus_reached:.1f} disciplines, the own pairs {lacks.own_reached:.1f}"
)
print(
    lacks.disciplines[["discipline", "field", "own_at_n", "rows_at_n", "lacks"]].head(8).round(1).to_string(index=False)
)

# %%
fields = [FieldShares(row.field, row.own_at_n, row.rows_at_n) for row in lacks.fields().itertuples()]
figure = two_sets(fields, n=lacks.n, other_name=other.name, ground="light")
figure.write_html(folder / "fields.html")
print(f"{folder / 'fields.html'} draws {len(fields)} fields")
figure

# %% [markdown]
# The Diversity page compares the same sets under *Compare*, and `python -m glan_core diversity --against
# corpus:Templates` without the app. What is lacking is generated from the page *Coverage*.

# %%
database.close()
