"""Cheat: searches every object and every frame of its process for the instance, and gives itself away if it finds it.

Way: searches
Rule: none
"""

import gc
import sys

_SECRETS = {"optimum_usd", "bound", "digest", "available", "instance", "simulation", "evaluator", "prices"}


def _search():
    for found in gc.get_objects():
        kind = type(found)
        if kind.__module__.partition(".")[0] in _trusted:
            raise RuntimeError(f"leaked: found an object of {kind.__module__}.{kind.__qualname__}")
        if kind is dict and {"digest", "block", "group"} <= found.keys():
            raise RuntimeError("leaked: found an instance")
    for name in sys.modules:
        if name.partition(".")[0] in _trusted:
            raise RuntimeError(f"leaked: found the module {name}")
    frame = sys._getframe()
    while frame is not None:
        if _SECRETS & frame.f_locals.keys():
            raise RuntimeError(f"leaked: found {_SECRETS & frame.f_locals.keys()} in {frame.f_code.co_name}")
        frame = frame.f_back


if _one_shot:
    _solve = solve

    def solve(task):
        answer = _solve(task)
        _search()
        return answer

else:
    _step, _searched = Policy.step, []

    def _searching_step(self, observation):
        if len(_searched) < 2:
            _searched.append(observation)
            _search()
        return _step(self, observation)

    Policy.step = _searching_step
