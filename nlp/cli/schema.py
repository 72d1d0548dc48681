"""`gongkai schema`."""

from __future__ import annotations

import json

from nlp.schema import json_schema


def schema() -> None:
    """Print the JSON Schema (draft 2020-12) that every line of `gongkai tag --format jsonl` meets.

    Example:

        gongkai schema > gongkai.schema.json
    """
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
