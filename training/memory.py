"""Memory: an allocator that keeps what it was given.

A step's larger tensors are mapped anew by the C library every time, and the kernel clears every page of them. Kept,
they are cleared once.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""Parameters of glibc's mallopt."""
_NEVER = 2**31 - 1
_STEP = 1 << 28


def keep_freed_memory() -> bool:
    """Have the C library keep freed memory for this process; False where it is another library than glibc."""
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    return all(
        library.mallopt(name, value) == 1
        for name, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _STEP))
    )
