"""The sentence encoder: texts in, vectors of their meaning out.

The shipped one is multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672), the encoder that the default model
starts from, as an 8-bit ONNX graph. It was trained with `query:` or `passage:` before a text, which this
vocabulary, cut to Chinese, has no words for. Texts go in as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

import models
from nlp.errors import ModelError
from nlp.graph import session
from nlp.window import special_ids

Vectors = npt.NDArray[np.float32]
MAX_TOKENS = 256
BATCH_TOKENS = 4096


class SentenceEncoder(Protocol):
    """Anything that gives texts unit vectors (n, d), d a multiple of 64."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, d) of n texts."""
        ...


class OnnxEncoder:
    """The exported encoder on onnxruntime. Raises ModelError if `directory` holds none."""

    def __init__(self, directory: Path, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(directory / models.TOKENIZER))
            self._session = session(directory / models.GRAPH, threads)
        except Exception as fault:  # neither library's errors have a base of their own
            raise ModelError(f"{directory}: not a sentence encoder that can be loaded: {fault}") from fault
        _, self._pad, _ = special_ids(self._tokenizer)
        self._dimensions = int(self._session.get_outputs()[0].shape[-1])
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, d) of n texts, read in batches of like lengths."""
        encoded = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(encoded), self._dimensions), dtype=np.float32)
        batch: list[int] = []
        for i in sorted(range(len(encoded)), key=lambda i: len(encoded[i])):
            if batch and (len(batch) + 1) * len(encoded[i]) > BATCH_TOKENS:
                vectors[batch] = self._run([encoded[j] for j in batch])
                batch = []
            batch.append(i)
        if batch:
            vectors[batch] = self._run([encoded[j] for j in batch])
        return vectors

    def _run(self, batch: Sequence[Sequence[int]]) -> Vectors:
        width = max(map(len, batch))
        ids = np.full((len(batch), width), self._pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        vectors: Vectors = self._session.run(
            ["embedding"], {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )[0]
        return vectors
