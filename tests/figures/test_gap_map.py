"""Are pairs pale, gaps hollow, and is what a tooltip says harmless?"""

import numpy as np
import pandas as pd

from glan_core.entities import Window
from glan_core.figures.gap_map import NO_GAPS, gap_map
from glan_core.figures.map_frame import Frame
from glan_core.figures.palette import SHADES

FRAME = Frame(window=Window(0, 0, 1, 1), ground="light", height=400)
POINTS = pd.DataFrame({"x": [0.1, 0.2], "y": [0.3, 0.4], "instruction": ["One?", "Two?"]})
NO_HITS = POINTS.head(0)
GAPS = pd.DataFrame(
    {
        "x": [0.5, 0.6],
        "y": [0.5, 0.6],
        "concept": ["focal <b>length</b>", "phase"],
        "subject": ["Optics", "Waves"],
        "cosine": [0.12, np.nan],
    }
)


def test_gaps_are_hollow_markers_above_pale_points():
    pairs, gaps = gap_map(POINTS, GAPS, hits=NO_HITS, frame=FRAME).data
    assert gaps.marker.symbol == "diamond-open"
    assert gaps.marker.color == SHADES["light"].accent
    assert pairs.marker.opacity < 0.5
    assert (list(pairs.x), list(gaps.x)) == ([np.float32(0.1), np.float32(0.2)], [np.float32(0.5), np.float32(0.6)])


def test_a_tooltip_tells_concept_subject_and_cosine_and_reads_no_markup():
    one, other = gap_map(POINTS, GAPS, hits=NO_HITS, frame=FRAME).data[1].text
    assert one == "<b>focal &lt;b&gt;length&lt;/b&gt;</b><br>Optics<br>nearest pair: cosine 0.12"
    assert other.endswith("Waves<br>no pair to compare with")


def test_without_gaps_the_pairs_stand_alone():
    assert [trace.name for trace in gap_map(POINTS, NO_GAPS, hits=NO_HITS, frame=FRAME).data] == ["Pair"]
