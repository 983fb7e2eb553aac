"""A fork server that is killed from outside costs time, and neither a score nor the run."""

import os
import signal
import threading
import time

import pytest

from evaluators.drive import Bench
from evaluators.job import Job
from evaluators.worker import measure
from problems.base import Split
from sandbox import ForkServer, ForkServerEnded, Mode

SOURCE = (
    "import time\ndef solve(task):\n    time.sleep(0.3)\n    return list(range(len(task.transactions)))\n"
)
JOB = Job(SOURCE, "txn", "generated", Split.SMOKE, (0,))


def killed(server: ForkServer, *, times: int, stop: threading.Event) -> None:
    seen: set[int] = set()
    while len(seen) < times and not stop.is_set():
        if server.pid not in seen:
            time.sleep(0.1)  # so that a child is at work
            seen.add(server.pid)
            os.kill(server.pid, signal.SIGKILL)
        time.sleep(0.01)


@pytest.mark.parametrize(("times", "survives"), [(2, True), (3, False)])
def test_a_group_is_measured_again_but_not_for_ever(times: int, survives: bool) -> None:
    stop = threading.Event()
    with ForkServer.start(Mode.AUTO) as server:
        killer = threading.Thread(target=killed, kwargs={"server": server, "times": times, "stop": stop})
        killer.start()
        try:
            if survives:
                (group,) = measure(Bench(server, 8.0), JOB).groups
                assert group[0].fault is None
            else:
                with pytest.raises(ForkServerEnded):
                    measure(Bench(server, 8.0), JOB)
        finally:
            stop.set()
            killer.join()
