"""The frame of cheats that answer honestly but for one part: `_fits` says which part, `_change` what becomes of it."""

_NOWHERE = object()


def _parts(value):
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, (tuple, list)):
        return list(enumerate(value))
    return [(name, getattr(value, name)) for name in getattr(value, "__dataclass_fields__", ())]


def _with(value, key, part):
    if isinstance(value, dict):
        return {**value, key: part}
    if isinstance(value, (tuple, list)):
        return [*value[:key], part, *value[key + 1 :]]
    object.__setattr__(value, key, part)
    return value


def _edited(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if _fits(value):
        return _change(value)
    for key, part in _parts(value):
        changed = _edited(part)
        if changed is not _NOWHERE:
            return _with(value, key, changed)
    return _NOWHERE


def _edit(answer):
    changed = _edited(answer)
    if changed is _NOWHERE:
        raise LookupError("not applicable: the answer has no such part")
    return changed


if _one_shot:
    _honest = solve

    def solve(task):
        return _edit(_honest(task))

else:
    _honest = Policy.step

    def _step(self, observation):
        return _edit(_honest(self, observation))

    Policy.step = _step
