"""Are pairs and rows of a corpus told apart, and is the smaller set on top?"""

import pandas as pd

from glan_core.entities import Window
from glan_core.figures.corpus_map import corpus_map
from glan_core.figures.difference_map import COLOURS
from glan_core.figures.map_frame import Frame

FRAME = Frame(window=Window(0, 0, 1, 1), ground="light", height=400)
PAIRS = pd.DataFrame({"x": [0.1, 0.2], "y": [0.3, 0.4], "instruction": ["One?", "<b>Two</b>?"]})
ROWS = pd.DataFrame({"x": [0.5], "y": [0.5], "instruction": ["Three?"]})
NO_HITS = PAIRS.head(0)


def test_the_smaller_set_lies_above_and_each_has_its_colour():
    below, above = corpus_map(PAIRS, ROWS, names=("Pairs", "Other"), hits=NO_HITS, frame=FRAME).data
    assert [trace.name for trace in (below, above)] == ["Pairs", "Other"]
    assert [trace.marker.color for trace in (below, above)] == list(COLOURS)
    below, above = corpus_map(ROWS, PAIRS, names=("Pairs", "Other"), hits=NO_HITS, frame=FRAME).data
    assert [trace.name for trace in (below, above)] == ["Other", "Pairs"]
    assert [trace.legendrank for trace in (below, above)] == [1_002, 1_001]


def test_texts_and_names_are_no_markup():
    pairs, rows = corpus_map(PAIRS, ROWS, names=("Pairs", "<i>Other</i>"), hits=NO_HITS, frame=FRAME).data
    assert pairs.text[1] == "&lt;b&gt;Two&lt;/b&gt;?"
    assert rows.name == "&lt;i&gt;Other&lt;/i&gt;"
    assert "<i>" not in rows.hovertemplate


def test_a_corpus_without_points_leaves_the_pairs():
    pairs, rows = corpus_map(PAIRS, ROWS.head(0), names=("Pairs", "Other"), hits=NO_HITS, frame=FRAME).data
    assert (len(pairs.x), len(rows.x)) == (2, 0)
