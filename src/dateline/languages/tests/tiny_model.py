"""A CTranslate2 model of a few KB from random numbers: for the protocol, not for a language."""

from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

_WORDS = ["<unk>", "<s>", "</s>", *"abcdefghij"]
_SIZE = 16


def write_tiny_model(folder: Path) -> None:
    """A transformer with one layer on each side and a vocabulary of single letters."""
    spec = ctranslate2.specs.TransformerSpec.from_config(1, 2)
    random = np.random.default_rng(7)

    def fill(layer: Any, *shape: int) -> None:
        layer.weight = random.standard_normal(shape, dtype=np.float32)
        layer.bias = np.zeros(shape[0], dtype=np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(_SIZE, dtype=np.float32), np.zeros(_SIZE, dtype=np.float32)

    def attention(layer: Any, *, own: bool) -> None:
        norm(layer.layer_norm)
        shapes = [3 * _SIZE, _SIZE] if own else [_SIZE, 2 * _SIZE, _SIZE]
        for linear, rows in zip(layer.linear, shapes, strict=True):
            fill(linear, rows, _SIZE)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        fill(layer.linear_0, 2 * _SIZE, _SIZE)
        fill(layer.linear_1, _SIZE, 2 * _SIZE)

    for side in (spec.encoder, spec.decoder):
        embeddings = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embeddings.weight = random.standard_normal((len(_WORDS), _SIZE), dtype=np.float32)
        norm(side.layer_norm)
    for layer in spec.encoder.layer:
        attention(layer.self_attention, own=True)
        feed_forward(layer.ffn)
    for layer in spec.decoder.layer:
        attention(layer.self_attention, own=True)
        attention(layer.attention, own=False)
        feed_forward(layer.ffn)
    fill(spec.decoder.projection, len(_WORDS), _SIZE)
    spec.register_source_vocabulary(_WORDS)
    spec.register_target_vocabulary(_WORDS)
    spec.validate()
    folder.mkdir(parents=True)
    spec.save(str(folder))
