"""Quality: what is, or may be, wrong with an annotated corpus, each finding with its file and line."""

from training.quality.corpus import Corpus, Place, read_corpus
from training.quality.rules import Violation, check

__all__ = ["Corpus", "Place", "Violation", "check", "read_corpus"]
