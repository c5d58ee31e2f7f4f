"""UUIDs as asyncpg makes them: equal to the standard ones, fourteen times cheaper to build (0.11 against 1.6 µs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from asyncpg.pgproto import pgproto

uuid_of = cast("Callable[[bytes], UUID]", pgproto.UUID)
