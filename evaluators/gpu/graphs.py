"""Work of several launches, replayed by one, so that launching costs no time on the clock."""

from collections.abc import Callable
from typing import Any


class Recorded:
    """Runs work once, records it as a CUDA graph, and replays that when it is called.

    The output is the same memory every time.
    """

    def __init__(self, run: Callable[[], Any]) -> None:
        import torch

        self._run = run  # it owns the memory that the graph reads
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            run()
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._out = run()

    def __call__(self) -> Any:
        """Queues all of it."""
        self._graph.replay()
        return self._out
