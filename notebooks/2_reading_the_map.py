# %% [markdown]
# # Reading the map
#
# The map lays out pairs by what they mean. Here it is read from Python, on the demo pairs that come with the project:
#
# 1. the layout, and every pair in the colour of its field, with the names of regions,
# 2. an outline around a part of it: what lies inside, and which words are typical there,
# 3. search by meaning and by words, and the neighbours of a pair,
# 4. where two sets of pairs differ,
# 5. pairs that say nearly the same,
# 6. a view that the app can open, and a file of exactly these pairs.
#
# Nothing is generated and nothing is sent anywhere. The demo pairs were made by a model of 135 million parameters:
# they show what the map can do, and are **not data to train with**.

# %%
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

# glan_core is not installed, it is a folder of the project: the one above this file, or above where a notebook works.
places = (Path(sys.path[0]).resolve(), Path.cwd())
project = next(folder for place in places for folder in (place, *place.parents) if (folder / "glan_core").is_dir())
sys.path.insert(0, str(project))

from glan_core.demo import DEMO_FOLDER
from glan_core.embedding.stop_words import english_stop_words
from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter, Window
from glan_core.exports.writing import export_pairs
from glan_core.figures.map_frame import Frame
from glan_core.figures.map_groups import Group, colours_of_groups
from glan_core.figures.pair_map import pair_map
from glan_core.figures.palette import colours_of
from glan_core.held_vectors import HeldVectors
from glan_core.map_labels import place_labels
from glan_core.near_duplicates import near_duplicates
from glan_core.nearest_pairs import nearest_pairs
from glan_core.neighbour_graph import extend_graph
from glan_core.scope import resolve_scope
from glan_core.searching import Hit, refresh, search_by_meaning, search_by_text
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import open_database
from glan_core.store.map_difference import difference
from glan_core.store.map_places import list_labels
from glan_core.store.map_points import points_of, sample_points
from glan_core.store.map_selection import describe_selection
from glan_core.store.map_table import prepare_map
from glan_core.store.pairs import list_pairs
from glan_core.store.projections import find_newest_projection
from glan_core.store.reports import list_fields
from glan_core.store.saved_views import new_view, save_view
from glan_core.store.terms import typical_terms
from glan_core.text_encoding import HERE, encode_texts

# %% [markdown]
# ## 1. The layout
#
# A layout belongs to an encoder and to what it read of each pair, here the question. Its points never move: pairs that
# come later are placed among them. `prepare_map` brings what maps ask for into memory, once for a process.

# %%
folder = Path(os.environ.get("GLAN_NOTEBOOK_FOLDER") or tempfile.mkdtemp(prefix="map-"))
path = folder / "map.duckdb"
if not path.exists():
    create_database(path, curriculum=read_curriculum(), demo=DEMO_FOLDER)
database = open_database(path)
cursor = database.cursor()

layout = find_newest_projection(cursor)
map_ = prepare_map(cursor, layout.projection_id)
print(f"{map_.points:,} pairs by {layout.encoder}, which read the {layout.content}; made by {layout.method}")

# %%
points, legend, total = sample_points(cursor, map_, by="field", characters=160)
print(f"{len(points):,} of {total:,} points")
print(legend[["name", "pairs"]].to_string(index=False))

# %%
fields = colours_of(list_fields(cursor))
groups = [Group(row.key, row.name, row.name) for row in legend.itertuples()]
stop_words = english_stop_words()
labels = place_labels(list_labels(cursor, map_, stop_words=stop_words), window=map_.window, width=1000, height=700)
figure = pair_map(
    points,
    colours=colours_of_groups(groups, fields=fields, ground="light"),
    hits=points_of(cursor, map_, []),
    frame=Frame(map_.window, "light", 800, labels),
)
figure.write_html(folder / "map.html")
print(f"{folder / 'map.html'} names {', '.join(label.text for label in labels)}")
figure

# %% [markdown]
# ## 2. An outline
#
# An outline is a part of a `Filter`: the corners of a polygon in the coordinates of a layout. It works wherever a
# filter does. This one is a box around the middle half of the pairs of mathematics.

# %%
mathematics = resolve_scope(cursor, "Mathematics")
own, _, _ = sample_points(cursor, map_, Filter(taxonomy_node_ids=(mathematics.node_id,)))
(left, right), (bottom, top) = (own[axis].quantile([0.25, 0.75]) for axis in ("x", "y"))
outline = ((left, bottom), (right, bottom), (right, top), (left, top))
inside = Filter(projection_id=layout.projection_id, polygon=outline)

selection = describe_selection(cursor, map_, inside, by="discipline")
print(f"{selection.pairs} pairs of {selection.number_of_groups} disciplines")
print(selection.groups[["name", "pairs", "share", "overall_share"]].round(3).to_string(index=False))

# %% [markdown]
# Words are typical where more of the questions inside hold them than of all questions.

# %%
typical = typical_terms(cursor, map_, inside, stop_words=stop_words)
print(f"of {typical.read} questions read: {', '.join(typical.terms['term'])}")
for pair in list_pairs(cursor, inside, limit=3).itertuples():
    print(f"  {pair.discipline}: {pair.instruction[:110]}")

# %% [markdown]
# ## 3. Search
#
# By meaning a text is read by the same encoder, and compared with every vector. By words, all of them have to occur.
# Both can be kept to a filter.

# %%
encoder, content = encoder_in_use(cursor)
held = HeldVectors(encoder=encoder.encoder, content=content)
refresh(cursor, held)
print(f"{len(held.numbers):,} vectors, {held.memory_bytes / 1e6:.1f} MB")


def show(hits: tuple[Hit, ...]) -> None:
    """Say what was found."""
    rows = list_pairs(cursor, Filter(instruction_ids=tuple(hit.instruction_id for hit in hits)), limit=len(hits))
    by_id = rows.set_index("instruction_id")
    for hit in hits:
        row = by_id.loc[hit.instruction_id]
        print(f"  {hit.score:.3f}  {row.discipline}: {row.instruction[:100]}")


query = encode_texts(encoder, ["how diseases spread through a population"], database=path, means=HERE)[0]
by_meaning = search_by_meaning(cursor, held, query, limit=5)
print("by meaning: how diseases spread through a population")
show(by_meaning)

by_words = search_by_text(cursor, "blood pressure", limit=5)
print("by words: blood pressure")
show(by_words)

# %%
print("next to the first of them")
neighbours = nearest_pairs(cursor, held, by_meaning[0].instruction_id, limit=5)
show(neighbours)

# %% [markdown]
# ## 4. Where two sets differ
#
# For each cell of the map, the share that one set has there less the share of the other. Sets of any size can be
# compared, since shares are, and the largest differences say where to look.

# %%
drawn_from_one, drawn_from_two = (Filter(strategies=(strategy,)) for strategy in ("one_session", "two_sessions"))
differing = difference(cursor, map_, drawn_from_one, drawn_from_two, side=12)
print(f"{differing.first_total:,} questions over one class session, {differing.second_total:,} over two")
across = (differing.window.right - differing.window.left) / 12
up = (differing.window.top - differing.window.bottom) / 12
for cell in differing.cells.sort_values("difference", key=abs, ascending=False).head(3).itertuples():
    corner_x, corner_y = differing.window.left + cell.column * across, differing.window.bottom + cell.row * up
    there = Filter(projection_id=layout.projection_id, box=Window(corner_x, corner_y, corner_x + across, corner_y + up))
    names = describe_selection(cursor, map_, there, limit=2).groups["name"]
    print(f"  {cell.first} of one, {cell.second} of two ({cell.difference:+.2%}): {', '.join(names)}")

# %% [markdown]
# ## 5. Pairs that say nearly the same
#
# A graph of the fifteen nearest of each vector serves duplicates, density and neighbours. It is extended, never made
# anew: what has its list keeps it.

# %%
graph = extend_graph(database, encoder=encoder.encoder, content=content)
print(f"{graph.vectors:,} vectors in the graph, {graph.added:,} of them new")
duplicates = near_duplicates(cursor, encoder=encoder.encoder, content=content, similarity=0.95)
print(f"{len(duplicates)} groups with a cosine of 0.95 and more; the largest three:")
for group in duplicates[:3]:
    print(f"{len(group.instruction_ids)} pairs, {group.similarity:.3f}")
    first = list_pairs(cursor, Filter(instruction_ids=group.instruction_ids[:2]), limit=2)
    for pair in first.itertuples():
        print(f"  {pair.discipline}: {pair.instruction[:100]}")

# %% [markdown]
# ## 6. A view and a file
#
# A saved view is a filter with a name: the app opens it by its address. Demo pairs are left out of exports unless the
# gates are named, as here.

# %%
view = new_view("Middle of mathematics", inside, {}, datetime.now(UTC))
save_view(cursor, view)
print(f"in the app, started with GLAN_DATABASE={folder / 'map.duckdb'}: /map?view={view.saved_view_id}")

manifest = export_pairs(cursor, folder / "inside.jsonl", format_="chat", filter_=inside, gates=())
print(f"{manifest.pairs} pairs in {folder / 'inside.jsonl'}; SHA-256 {manifest.sha256[:16]}...")

# %%
database.close()
