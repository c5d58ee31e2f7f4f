"""The library of WhatsApp-Web sessions as the browser tests' instance finds it: WhatsApp itself is a script (phone.py).

Stands before the real one on the instance's PYTHONPATH and takes its place where it would reach for the network
(``client``) or its shared library (``_binder``, ``utils``); everything else, the protobuf messages above all, is the
real one's.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_elsewhere = [place for place in sys.path if Path(place or ".").resolve() != _HERE.parent]
_real = PathFinder.find_spec("neonize", _elsewhere)
if _real is None or _real.submodule_search_locations is None:
    raise ImportError("the extra 'web' is missing: the messages of the real neonize are needed")
__path__ = [str(_HERE), *_real.submodule_search_locations]
