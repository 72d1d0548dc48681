"""Side by side: long work done by several processes, each with its share of the cores.

The threads of one training wait for each other at every step; trainings in processes of their own do not.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import TypeVar

from nlp.errors import GongkaiError

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], courses: Sequence[Path], jobs: int
) -> Iterator[tuple[int, Result]]:
    """The number of an item and what `work` makes of it, each as it is done; `jobs` of them at a time.

    `courses` are files, one an item, to which its process adds what it prints. Items and results are pickled. Where one
    fails, or the caller stops, the others are stopped too: work that keeps what it has done can go on from there.
    Raises what `work` raises, and GongkaiError for a process that was killed, as happens when memory runs out.
    """
    from pebble import ProcessExpired, ProcessPool

    threads = max(1, (os.cpu_count() or 1) // jobs)
    # spawned: a fork would carry along the locks of this process's threads
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(jobs, initializer=_share_cores, initargs=[threads], context=context)
    try:
        numbers: dict[Future[Result], int] = {
            pool.schedule(_printing_to, [course, work, item]): number
            for number, (item, course) in enumerate(zip(items, courses, strict=True))
        }
        for future in as_completed(numbers):
            number = numbers[future]
            try:
                result = future.result()
            except ProcessExpired as death:
                raise GongkaiError(
                    f"{courses[number]}: the process that printed this was killed (exit code {death.exitcode}); "
                    "if memory ran out, try again with fewer jobs: what is done is kept"
                ) from death
            yield number, result
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _share_cores(threads: int) -> None:
    """Let the numeric libraries that this process is yet to load run so many threads."""
    os.environ["OMP_NUM_THREADS"] = str(threads)


def _printing_to(course: Path, work: Callable[[Item], Result], item: Item) -> Result:
    course.parent.mkdir(parents=True, exist_ok=True)
    with course.open("a", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        return work(item)
