"""Windows: a section as token sequences that fit the encoder.

A section is tokenized once. It is cut into windows between sentences, each with the section's heading as the
first segment of the pair; where a section needs several, each window *owns* a stretch of tokens and sees some
context on both sides of it, and every token is owned exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nlp.boundary import Candidate, Evidence, candidates
from nlp.errors import ModelError
from nlp.labels import SectionKind
from nlp.report import Section

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

BOS, PAD, EOS = "<s>", "<pad>", "</s>"
NEVER, ALWAYS = 2.0, 0.0
"""Thresholds that no probability reaches, and that every one does."""
LONGEST_HEADING = 24
"""Tokens of a heading that the model sees."""

OperatingPoint = Mapping[Evidence, float]
"""The probability from which on a candidate of each evidence is a boundary."""


def heading_segment(section: Section) -> str:
    """What the model reads as the section's heading.

    The sections whose function is fixed by the form have one name however they are spelt; the others have
    the heading of the text.
    """
    if section.kind in (SectionKind.LEAD, SectionKind.OVERVIEW, SectionKind.PROBLEMS, SectionKind.OTHER):
        return section.kind.chinese
    return section.heading or ""


@dataclass(frozen=True, slots=True)
class EncodedSection:
    """A section's text as n tokens with k boundary candidates.

    `ids` (n,) token ids; `offsets` (n, 2) character offsets in the text; `heading` ids of the heading;
    `candidates` and `positions` (k,): a candidate, and the token after which it lies.
    """

    ids: Ints
    offsets: Ints
    heading: Ints
    candidates: tuple[Candidate, ...]
    positions: Ints


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens [start, end) of a section, of which [own_start, own_end) are this window's own to decide."""

    start: int
    end: int
    own_start: int
    own_end: int


def encode(
    sections: Sequence[Section],
    tokenizer: Tokenizer,
    find: Callable[[Section], list[Candidate]] = lambda section: candidates(section.text),
) -> list[EncodedSection]:
    """Tokenize sections, texts and headings, in one batch each; `find` gives a section's candidates."""
    texts = tokenizer.encode_batch([s.text for s in sections], add_special_tokens=False)
    headings = tokenizer.encode_batch([heading_segment(s) for s in sections], add_special_tokens=False)
    return [
        encoded_section(text, heading, find(section))
        for section, text, heading in zip(sections, texts, headings, strict=True)
    ]


def encoded_section(text: Encoding, heading: Encoding, found: Sequence[Candidate]) -> EncodedSection:
    """A section from the tokenizer's readings (without special tokens) of its text and of its heading."""
    spans = np.asarray(text.offsets, dtype=np.int64).reshape(-1, 2)
    ends = spans[:, 1]
    positions = np.searchsorted(ends, [c.end for c in found], side="right") - 1
    kept = [
        (candidate, position)
        for candidate, position in zip(found, positions, strict=True)
        if position >= 0 and (candidate.evidence is not Evidence.RUN_IN or ends[position] == candidate.end)
    ]
    return EncodedSection(
        ids=np.asarray(text.ids, dtype=np.int64),
        offsets=spans,
        heading=np.asarray(heading.ids[:LONGEST_HEADING], dtype=np.int64),
        candidates=tuple(candidate for candidate, _ in kept),
        positions=np.asarray([position for _, position in kept], dtype=np.int64),
    )


def windows(encoded: EncodedSection, max_tokens: int, context: int = 0) -> list[Window]:
    """Cut a section into windows of at most `max_tokens` tokens, heading and special tokens included.

    `context` is the number of tokens that a window may see on either side of its own, where the section
    does not fit into one window. Cuts are made at certain boundaries; a sentence too long for a window is
    cut at its last candidate that fits, or anywhere.
    """
    total = len(encoded.ids)
    room = max_tokens - len(encoded.heading) - 3
    if total <= room:
        return [Window(0, total, 0, total)] if total else []
    budget = room - 2 * context
    any_cut = encoded.positions + 1
    certain = any_cut[[candidate.certain for candidate in encoded.candidates]]
    found = []
    start = 0
    while start < total:
        end = _last_within(certain, start, start + budget) or _last_within(any_cut, start, start + budget)
        end = min(end or start + budget, total)
        before = _first_from(certain, max(0, start - context), start)
        after = _last_within(certain, end, end + context) or end
        found.append(Window(before, after, start, end))
        start = end
    return found


def _last_within(cuts: Ints, after: int, limit: int) -> int | None:
    """The last cut in (after, limit], or None."""
    at = int(np.searchsorted(cuts, limit, side="right")) - 1
    return int(cuts[at]) if at >= 0 and cuts[at] > after else None


def _first_from(cuts: Ints, start: int, otherwise: int) -> int:
    """The first cut in [start, otherwise), or `otherwise`; 0 counts as a cut."""
    if start == 0:
        return 0
    at = int(np.searchsorted(cuts, start))
    return int(cuts[at]) if at < len(cuts) and cuts[at] < otherwise else otherwise


@dataclass(frozen=True, slots=True)
class Rows:
    """Windows laid side by side: `<s> heading </s> text </s>`, the text with token type 1; arrays are (b, t).

    `text` holds, for every row, the columns of its window's tokens.
    """

    input_ids: Ints
    attention_mask: Ints
    token_type_ids: Ints
    text: tuple[slice, ...]


def lay_out(items: Sequence[tuple[EncodedSection, Window]], special: tuple[int, int, int]) -> Rows:
    """The rows of `items`, padded on the right to the longest; `special` as `special_ids` gives them."""
    bos, pad, eos = special
    shape = (len(items), max(row_length(encoded, window) for encoded, window in items))
    ids = np.full(shape, pad, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    types = np.zeros(shape, dtype=np.int64)
    text = []
    for row, (encoded, window) in enumerate(items):
        start, stop = text_start(encoded), row_length(encoded, window) - 1
        ids[row, : start - 1] = [bos, *encoded.heading]
        ids[row, start:stop] = encoded.ids[window.start : window.end]
        ids[row, [start - 1, stop]] = eos
        mask[row, : stop + 1] = 1
        types[row, start : stop + 1] = 1
        text.append(slice(start, stop))
    return Rows(ids, mask, types, tuple(text))


@dataclass(frozen=True, slots=True)
class Batch:
    """Model inputs for b windows padded to t tokens: all arrays are (b, t).

    A statement ends after a token whose boundary probability is at least its `thresholds` value.
    """

    input_ids: Ints
    attention_mask: Ints
    token_type_ids: Ints
    thresholds: Floats


def collate(
    items: Sequence[tuple[EncodedSection, Window]],
    special: tuple[int, int, int],
    operating_point: OperatingPoint,
) -> Batch:
    """The batch of `items`, whose candidates end statements at their evidence's operating point."""
    rows = lay_out(items, special)
    thresholds = np.full(rows.input_ids.shape, NEVER, dtype=np.float32)
    for row, ((encoded, window), text) in enumerate(zip(items, rows.text, strict=True)):
        shift = text.start - window.start
        first, last = np.searchsorted(encoded.positions, [window.start, window.end])
        for i in range(first, last):
            candidate, column = encoded.candidates[i], encoded.positions[i] + shift
            threshold = ALWAYS if candidate.certain else operating_point[candidate.evidence]
            thresholds[row, column] = min(thresholds[row, column], threshold)
        edges = [text.start - 1, window.own_start + shift - 1, window.own_end + shift - 1, text.stop - 1, -1]
        thresholds[row, edges] = ALWAYS
    return Batch(rows.input_ids, rows.attention_mask, rows.token_type_ids, thresholds)


def special_ids(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Ids of `<s>`, `<pad>`, `</s>`. Raises ModelError if the tokenizer lacks one."""
    ids = [tokenizer.token_to_id(token) for token in (BOS, PAD, EOS)]
    if None in ids:
        raise ModelError(f"the tokenizer lacks one of {BOS} {PAD} {EOS}")
    bos, pad, eos = (int(i) for i in ids if i is not None)
    return bos, pad, eos


def text_start(encoded: EncodedSection) -> int:
    """The column of a window's first text token: after `<s> heading </s>`."""
    return len(encoded.heading) + 2


def row_length(encoded: EncodedSection, window: Window) -> int:
    """Tokens of a window's row before padding."""
    return text_start(encoded) + window.end - window.start + 1
