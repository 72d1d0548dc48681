"""Run a command and print as JSON its seconds and its peak memory: `python -m eval.speed.launcher COMMAND...`.

A process counts as its own peak what the one that started it had in memory. So a command is started from here, where
there is next to nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time


def main() -> None:
    """Run the command; its standard error becomes ours, and its exit status."""
    begun = time.perf_counter()
    status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_bytes": _peak_of_children()}))
    sys.exit(status.returncode)


def _peak_of_children() -> int | None:
    """Resident memory in bytes, or None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


if __name__ == "__main__":
    main()
