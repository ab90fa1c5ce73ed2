"""A sentence-transformers model of one thin layer and a few hundred tokens, whose vectors come at once."""

import string
from pathlib import Path

DIMENSIONS = 32
_WORDS = (
    "what is the lens equation of a thin glass how does light bend who ruled in middle ages king queen sun moon star"
)


def save_tiny_model(folder: Path) -> Path:
    """Write the model to a folder, with weights that a seed decides, and give the folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True)
    letters = [*string.ascii_lowercase, *string.digits, "?", ".", ","]
    tokens = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *_WORDS.split(),
        *letters,
        *(f"##{each}" for each in letters),
    ]
    tokens = list(dict.fromkeys(tokens))
    bert = folder / "bert"
    bert.mkdir()
    (bert / "vocab.txt").write_text("\n".join(tokens), encoding="utf-8")
    BertTokenizerFast(vocab=str(bert / "vocab.txt"), model_max_length=64).save_pretrained(bert)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=DIMENSIONS,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(bert)
    model = SentenceTransformer(modules=[Transformer(str(bert)), Pooling(DIMENSIONS)], device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"
