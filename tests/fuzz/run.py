"""Runs the fuzz targets: `python tests/fuzz/run.py --seconds 60 [TARGET ...]`, all of them by default.

Each target runs in a process of its own, from its seeds and from what earlier runs found (under out/fuzz). An input
that breaks a promise is kept in out/fuzz/TARGET/, and the exit status is 1: make it small and keep it as a test in
tests/test_hostile.py.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "out" / "fuzz"
LONGEST = 16_384
"""Bytes of the longest input: what is slow or deep is so from a few thousand bytes on."""
WATCHED = ["nlp", "pdfminer", "pdfplumber", "openpyxl", "email"]
"""Packages whose branches tell the fuzzer where it has not been yet."""


def main() -> int:
    """Run the targets that the command line names."""
    sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1])]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("targets", nargs="*")
    arguments.add_argument("--seconds", type=int, default=60, help="for each target")
    arguments.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given, rest = arguments.parse_known_args()
    if given.inside:
        _fuzz(given.targets[0], rest)
        return 0
    from targets import TARGETS

    unknown = set(given.targets) - set(TARGETS)
    if unknown:
        arguments.error(f"no target {', '.join(sorted(unknown))}: there are {', '.join(TARGETS)}")
    broken = [target for target in given.targets or TARGETS if not _run(target, given.seconds)]
    print(f"broken: {', '.join(broken)}: see {OUT}" if broken else "nothing found")
    return 1 if broken else 0


def _run(target: str, seconds: int) -> bool:
    """Run a target in a process of its own; whether it held."""
    from seeds import seeds_of

    home = OUT / target
    (home / "seeds").mkdir(parents=True, exist_ok=True)
    (home / "corpus").mkdir(exist_ok=True)
    for seed in seeds_of(target):
        (home / "seeds" / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    print(f"{target}: {seconds} s", flush=True)
    command = [
        sys.executable, __file__, "--inside", target, f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=180",
        "-rss_limit_mb=3000", f"-artifact_prefix={home}/", "-print_final_stats=1", "-verbosity=0", str(home / "corpus"),
        str(home / "seeds"),
    ]  # fmt: skip
    with (home / "log.txt").open("w", encoding="utf-8") as log:
        held = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode == 0
    lines = (home / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    print(
        "\n".join(lines[-40:] if not held else [line for line in lines if "executed_units" in line]),
        flush=True,
    )
    return held


def _fuzz(target: str, options: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=WATCHED):
        from targets import TARGETS

        for name in ("nlp.reading.docx", "nlp.reading.html", "nlp.reading.mht", "nlp.reading.ofd", "nlp.reading.pdf",
                     "nlp.reading.rtf", "nlp.reading.xlsx", "striprtf", "openpyxl", "pdfplumber"):  # fmt: skip
            import_module(name)
    atheris.Setup([sys.argv[0], *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
