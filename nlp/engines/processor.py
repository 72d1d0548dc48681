"""The processor of this machine: its name, and the instructions that engines do not tell of."""

from __future__ import annotations

import platform
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
_MATRIX_UNITS = "amx_bf16"


def processor() -> str:
    """The processor's name."""
    return _cpuinfo("model name") or platform.processor() or platform.machine()


def has_matrix_units() -> bool:
    """Whether it multiplies tiles of bfloat16 (Intel's AMX), so far as the system tells (Linux does)."""
    return _MATRIX_UNITS in _cpuinfo("flags").split()


def _cpuinfo(entry: str) -> str:
    """The first value of an entry in the system's list of processors, empty if there is none."""
    if CPUINFO.is_file():
        for line in CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == entry:
                return value.strip()
    return ""
