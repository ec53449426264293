"""Processes for bulk stages: results come in the order of the jobs, however many work.

How a stage uses it: cut the input into jobs by rules that look at the input alone (so that
the cut is the same whatever the number of processes); write a pure function over one job,
at the top level of a module and, with its settings, in a `functools.partial`, so that it
can be pickled; let it write its own shard and return a small `Shard`; and give both to
`masksearch.shards.each_shard`, which leaves out the jobs that an earlier, killed run had
finished. What is expensive to make and the same for every job (a compiled table, a pipeline)
is cached in the process by `functools.cache` on the settings.

Workers are spawned, so a script that asks for more than one process needs the usual
`if __name__ == "__main__":`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from typing import TypeVar

from masksearch.errors import MaskSearchError, StoreError

J = TypeVar("J")
T = TypeVar("T")

_WAITING = 2
"""Jobs a process may be ahead: enough that none idles, few enough to hold in memory."""


def ordered(work: Callable[[J], T], jobs: Iterable[J], processes: int = 1) -> Iterator[T]:
    """`work` over the jobs, in `processes` processes, results in the jobs' order.

    Jobs are drawn as they are needed. When drawing one raises a MaskSearchError, the
    results of those before it come first. An error of `work` is raised in its place in the
    order. One job, or one process, is worked on right here. Raises StoreError when a
    worker dies.
    """
    drawn = iter(jobs)
    first = list(islice(drawn, 2)) if processes > 1 else []
    drawn = chain(first, drawn)
    if len(first) < 2:
        yield from map(work, drawn)
    else:
        yield from _in_processes(work, drawn, processes)


def usable_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_processes(work: Callable[[J], T], jobs: Iterable[J], processes: int) -> Iterator[T]:
    try:
        with _workers(processes) as pool:
            begun = _begun(pool, work, jobs)
            waiting = deque(islice(begun, _WAITING * processes))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(islice(begun, 1))
    except BrokenProcessPool as error:
        raise StoreError(
            "a worker process was ended from outside, perhaps for want of memory: what was "
            "finished is kept; run the same command again, with fewer --processes"
        ) from error


@contextmanager
def _workers(processes: int) -> Iterator[ProcessPoolExecutor]:
    """A pool; what its workers are at is not waited for when anything goes wrong."""
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_begin_worker)
    try:
        yield pool
    except BaseException:
        for worker in {*multiprocessing.active_children()} - others:
            worker.kill()  # a shard that is half written is made again
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begun(
    pool: ProcessPoolExecutor, work: Callable[[J], T], jobs: Iterable[J]
) -> Iterator[Future[T]]:
    """A future per job; an error in drawing one becomes the last future's."""
    try:
        for job in jobs:
            yield pool.submit(work, job)
    except MaskSearchError as error:
        failed = Future[T]()
        failed.set_exception(error)
        yield failed


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it does: `kill -9` leaves nobody behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
