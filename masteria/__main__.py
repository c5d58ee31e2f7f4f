"""``masteria`` and ``python -m masteria``."""

from __future__ import annotations

import sys

from masteria.commands import main

if __name__ == "__main__":
    sys.exit(main())
