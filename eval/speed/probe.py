"""A cold start in its parts: `python -m eval.speed.probe MODEL BEGUN` prints them as JSON, in seconds.

BEGUN is the time, since the epoch, at which the process was started.
"""

from __future__ import annotations

import time

STARTED = time.time()


def main() -> None:
    """Do what `gongkai tag` does until the first window is tagged, and tell what each part took."""
    import json
    import sys
    from importlib import import_module

    model, begun = sys.argv[1], float(sys.argv[2])
    marks = {"begun": begun, "interpreter": STARTED}
    for module in ("nlp.cli", "nlp.cli.tag", "nlp.pipeline", "onnxruntime", "tokenizers"):
        import_module(module)
    marks["imports"] = time.time()

    from eval.speed.sample import sample_section
    from nlp.tagger import Tagger

    section = sample_section()
    marks["reading the report"] = time.time()
    tagger = Tagger.load(model)
    marks["loading the model"] = time.time()
    tagger.tag_sections([section])
    marks["first window"] = time.time()
    times = list(marks.values())
    print(json.dumps({name: b - a for name, a, b in zip(list(marks)[1:], times, times[1:], strict=False)}))


if __name__ == "__main__":
    main()
