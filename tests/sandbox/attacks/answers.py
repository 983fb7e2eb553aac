"""Attacks on trust: answers that are none, deaths that take others along, playing another's part."""

import math

from tests.sandbox.attacks.attack import Attack, Check, Leak, Scene, answered, guards, harmed

_SEND = (
    "import os, pickle, struct\n"
    "def send(body, length=None):\n"
    "    length = len(body) if length is None else length\n"
    "    os.write(3, struct.pack('<cI', b'a', length) + body)\n"
)


def _not_finite(scene: Scene) -> bool:
    return isinstance(scene.answer, float) and not math.isfinite(scene.answer)


def _broke(scene: Scene) -> bool:
    """The evaluator's own code raised, or worse."""
    return not scene.survived or (isinstance(scene.answer, str) and scene.answer.startswith("error: "))


def _forged(name: str, body: str, leak: Leak, answer: object = float) -> Attack:
    return Attack(name, body, leak, guards(Check.TYPES), answer=answer)


def _raw(name: str, sent: str, leak: Leak) -> Attack:
    return _forged(name, f"{_SEND}send({sent})\nreturn 0.5", leak)


NUMBERS = (
    _forged("answer NaN", "return float('nan')", _not_finite),
    _forged("answer infinity", "return float('inf')", _not_finite),
    _raw("send NaN past the encoder", "b'NaN'", _not_finite),
    _raw("send minus infinity past the encoder", "b'-Infinity'", _not_finite),
    _raw("send a number beyond all floats", "b'1e999'", _not_finite),
    _raw("send four thousand digits", "b'9' * 4000", lambda scene: isinstance(scene.answer, int)),
    _forged("answer true for a number", "return True", answered(True)),
    _forged("answer a word for a number", "return '1e9'", answered("1e9")),
    _forged("answer with a score of its own", "return {'score': 1e9}", answered({"score": 1e9})),
    _raw("send a name twice", 'b\'{"a": 0, "a": 9}\'', answered({"a": 9})),
    _forged(
        "answer NaN in an array",
        "import numpy\nreturn numpy.array([0.5, numpy.nan]).tolist()",
        lambda scene: isinstance(scene.answer, list),
        list[float],
    ),
    _forged(
        "answer an array of objects",
        "import numpy\nreturn numpy.array([0.5, 'x'], dtype=object).tolist()",
        answered([0.5, "x"]),
        list[float],
    ),
    _forged("answer a list of another depth", "return [[0.5]]", answered([[0.5]]), list[float]),
    _forged("answer half a character", "return '\\ud800'", lambda scene: scene.answer == "\ud800", str),
    _forged("answer nothing for a number", "return None", answered(None)),
)

FRAMES = (
    _raw(
        "send a pickle that runs",
        "pickle.dumps(type('E', (), {'__reduce__': lambda s: (eval, ('6 * 7',))})())",
        answered(42),
    ),
    _raw("send a pickle of a number", "pickle.dumps(0.25)", answered(0.25)),
    _raw("announce four gigabytes", "b'0.5', 0xffffffff", _broke),
    _raw("send brackets nested without end", "b'[' * 60_000", _broke),
    _raw("send what is no text", "bytes(range(128, 256))", _broke),
)


def _death(name: str, body: str) -> Attack:
    return Attack(name, body, harmed, guards(Check.PROCESS))


DEATHS = (
    _death("end the process", "import os\nos._exit(0)"),
    _death("end the program", "import sys\nsys.exit('bye')"),
    _death("read where nothing is", "import ctypes\nctypes.string_at(0)"),
    _death("abort", "import os\nos.abort()"),
    _death(
        "recurse until the stack ends",
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(_): return max([0], key=f)\nreturn f(0)",
    ),
    _death(
        "have deep lists written out",
        "import sys\nsys.setrecursionlimit(10**9)\nx = []\nfor _ in range(10**5): x = [x]\nreturn repr(x)",
    ),
    _death("raise what is no error", "class B(BaseException): pass\nraise B('x')"),
    _death(
        "raise what ends a program when it is read",
        "class B(Exception):\n    def __str__(self): raise SystemExit(7)\nraise B()",
    ),
    _death("close every descriptor", "import os\nos.closerange(0, 1000)\nreturn 1"),
    _death("interrupt whoever evaluates it", "import signal\nsignal.raise_signal(signal.SIGINT)\nreturn 1"),
    _death(
        "set an alarm that nobody expects",
        "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ntime.sleep(0.2)\nreturn 1",
    ),
    _death(
        "leave something that ends the process when it is forgotten",
        "class D:\n    def __del__(self):\n        import os\n        os._exit(3)\nreturn [D()] and 1",
    ),
)


def _intrusion(name: str, body: str, leak: Leak) -> Attack:
    return Attack(name, body, leak, guards(Check.PROCESS))


INTRUSIONS = (
    _intrusion(
        "find the hidden answer in the frames above",
        "import sys\nframe, found = sys._getframe(), ''\nwhile frame:\n"
        "    if 'HIDDEN' in frame.f_globals: found = 'found'\n    frame = frame.f_back\nreturn found",
        answered("found"),
    ),
    _intrusion(
        "find the hidden answer among all objects",
        "import gc\nname = 'hidden' + ' answer'\n"
        "hits = [o for o in gc.get_objects() if isinstance(o, dict) and name in o]\n"
        "return 'found' if hits else ''",
        answered("found"),
    ),
    _intrusion(
        "replace the evaluator's encoder",
        "import json\njson.dumps = lambda *a, **k: '123456.0'\nreturn 0.5",
        answered(123456.0),
    ),
    _intrusion(
        "replace the evaluator's decoder",
        "import json\njson.loads = lambda *a, **k: 123456.0\nreturn 0.5",
        answered(123456.0),
    ),
    _intrusion(
        "turn the evaluator's clocks back",
        "import time\nreal, end = time.process_time, time.process_time() + 0.3\n"
        "time.process_time = time.perf_counter = time.monotonic = time.time = lambda: 0.0\n"
        "while real() < end: pass\nreturn 1",
        lambda scene: scene.survived and scene.cpu_s < 0.2,
    ),
)

ANSWERS = (*NUMBERS, *FRAMES, *DEATHS, *INTRUSIONS)
