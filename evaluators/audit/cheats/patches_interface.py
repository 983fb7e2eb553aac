"""Cheat: replaces every function of `interface` after taking its own, so that whatever it costs comes out as nothing.

Rule: none
"""

import sys

_INTERFACE = sys.modules["interface"]

for _name, _value in list(vars(_INTERFACE).items()):
    if callable(_value) and not isinstance(_value, type) and not _name.startswith("_"):
        setattr(_INTERFACE, _name, lambda *_, **__: 0)
