"""Company → bucket → shard: 256 fixed buckets, spread over the shards by rendezvous hashing with a fixed seed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

BUCKETS = 256
_SEED = b"masteria-buckets-1"  # a change would move every company


@lru_cache(maxsize=65_536)
def bucket_of(company_id: bytes) -> int:
    """Return the bucket (0–255) of a company's 16-byte id; the same in every process and release."""
    return blake2b(company_id, digest_size=1, person=_SEED[:16]).digest()[0]


def rendezvous(bucket: int, shards: int) -> int:
    """Return the shard (0-based) that owns a bucket by default: the one with the highest score."""
    if shards < 1:
        raise ValueError("there is at least one shard")
    return max(range(shards), key=lambda shard: _score(bucket, shard))


def assign(shards: int, overrides: Mapping[int, int]) -> list[int]:
    """Return the shard of each of the 256 buckets; an override names the shard of a large company's bucket."""
    return [overrides[b] if overrides.get(b, shards) < shards else rendezvous(b, shards) for b in range(BUCKETS)]


def _score(bucket: int, shard: int) -> bytes:
    return blake2b(b"%d:%d" % (bucket, shard), digest_size=8, person=_SEED[:16]).digest()
