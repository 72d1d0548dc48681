"""Batch runs: a directory of reports into a directory of shards, whatever happens on the way."""

from nlp.batch.manifest import Manifest, State
from nlp.batch.run import Outcome, tag_directory

__all__ = ["Manifest", "Outcome", "State", "tag_directory"]
