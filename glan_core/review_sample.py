"""How good are branches, runs, models and prompt versions, by a sample that reviewers looked at?

What counts is what reviewers said of single pairs: decisions about many at once say nothing about any of them. A pair
that was edited was not good as it came.
"""

import numpy as np
import pandas as pd

from glan_core.insight.wilson import more_needed, verdict_at, wilson_interval
from glan_core.store.database import Cursor
from glan_core.store.review_queues import count_verdicts


def acceptance_of(cursor: Cursor, sample: pd.DataFrame, *, threshold: float) -> pd.DataFrame:
    """Give, for each stratum of a sample (as draw_sample gives it), the share of pairs that are good as they came.

    Columns: stratum, name, pairs, sampled, accepted, edited, rejected, reviewed, share (nan: none reviewed), lower and
    upper (ends of the interval of Wilson, 95 %), says (`above`, `below` or `open`: where the share lies beside the
    threshold) and more (pairs that are still needed to tell; nan: it cannot be said). The worst lower end first.
    """
    counts = count_verdicts(cursor, sample)
    reviewed = counts["accepted"] + counts["edited"] + counts["rejected"]
    told = list(zip(counts["accepted"].astype(int).tolist(), reviewed.astype(int).tolist(), strict=True))
    intervals = [wilson_interval(*each) for each in told]
    needed = [more_needed(*each, threshold) for each in told]
    counts["reviewed"] = reviewed
    counts["share"] = [accepted / looked_at if looked_at else np.nan for accepted, looked_at in told]
    counts["lower"] = [interval.lower for interval in intervals]
    counts["upper"] = [interval.upper for interval in intervals]
    counts["says"] = [verdict_at(*each, threshold) for each in told]
    counts["more"] = pd.Series([np.nan if each is None else float(each) for each in needed], dtype="float64")
    order = np.lexsort((counts["name"].to_numpy(str), counts["lower"].to_numpy(), counts["reviewed"].to_numpy() == 0))
    return counts.iloc[order].reset_index(drop=True)
