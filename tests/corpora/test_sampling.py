"""A sample of a corpus is the same every time, part of every larger one, and has the vectors of its texts."""

from pathlib import Path

import numpy as np

from glan_core.corpora.importing import import_corpus
from glan_core.corpora.sampling import sample_corpus
from glan_core.encoder_choice import ChosenEncoder
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.store.database import Cursor, Database
from glan_core.store.embeddings import list_vectors
from tests.corpus_files.files import alpaca, write


def test_a_sample_comes_with_its_vectors(database: Database, cursor: Cursor, tmp_path: Path):
    pairs = [(f"Question {number}?", f"Answer {number}.") for number in range(12)]
    corpus = import_corpus(database, write(tmp_path / "set.jsonl", alpaca(pairs))).corpus
    chosen = ChosenEncoder(BUILT_IN_ENCODER, "both")
    few, more, all_of_it = (sample_corpus(database, corpus, chosen, n=n) for n in (3, 6, 100))
    assert set(few.numbers.tolist()) < set(more.numbers.tolist()) < set(all_of_it.numbers.tolist())
    assert [len(sample.texts) for sample in (few, more, all_of_it)] == [3, 6, 12]
    assert all_of_it.texts == tuple(f"{asked}\n\n{answer}" for asked, answer in pairs)
    vectors = list_vectors(cursor, encoder=BUILT_IN_ENCODER.encoder, texts=few.texts)
    assert np.array_equal(few.vectors, vectors)
    assert few.vectors.shape == (3, 384)
