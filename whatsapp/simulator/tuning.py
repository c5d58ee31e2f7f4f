"""``PUT /_sim/settings``: how statuses are told, what is enforced, how templates are reviewed, who answers."""

from __future__ import annotations

from typing import Any, cast

from whatsapp.simulator.control_fields import choice, flag, optional_whole, share, text, whole
from whatsapp.simulator.latency import Ladder, read_span
from whatsapp.simulator.responding import read_replies
from whatsapp.simulator.rules import ENFORCEMENTS, Enforcement
from whatsapp.simulator.template_review import Review
from whatsapp.simulator.world import World

_DAY_MS = 86_400_000
_VERDICTS = ("APPROVED", "REJECTED", "PENDING")


def settings_of(world: World) -> dict[str, Any]:
    """Return the settings in force."""
    rules, review = world.rules, world.review
    return {
        "statuses": world.statuses,
        "delivered_ms": world.ladder.delivered_ms,
        "read_ms": world.ladder.read_ms,
        "batch_size": world.batch_size,
        "posts_in_flight": world.in_flight_limit,
        "user_ids": world.user_ids,
        "share_posts_doubled": world.share_doubled,
        "window": rules.window,
        "tier": rules.tier,
        "tier_code": rules.tier_code,
        "marketing_per_day": rules.marketing_per_day,
        "management_calls_per_hour": world.management_calls_per_hour,
        "review_ms": review.after_ms,
        "review_verdict": review.verdict,
        "review_reason": review.reason,
        "template_limit": review.template_limit,
        "replies": world.replies,
    }


def tune(world: World, spec: dict[str, Any]) -> dict[str, Any]:
    """Put settings in force and return all of them; those that are not named stay.

    Raises:
        ValueError: one makes no sense; nothing was changed then.
    """
    rules, review = world.rules, world.review
    delivered_ms = read_span(spec.get("delivered_ms", world.ladder.delivered_ms), "delivered_ms")
    read_ms = read_span(spec.get("read_ms", world.ladder.read_ms), "read_ms")
    statuses = flag(spec, "statuses", world.statuses)
    batch_size = whole(spec, "batch_size", world.batch_size, 1, 1000)
    in_flight = whole(spec, "posts_in_flight", world.in_flight_limit, 1, 64)
    doubled = share(spec, "share_posts_doubled", world.share_doubled)
    user_ids = flag(spec, "user_ids", world.user_ids)
    window = choice(spec, "window", rules.window, ENFORCEMENTS)
    tier = choice(spec, "tier", rules.tier, ENFORCEMENTS)
    tier_code = whole(spec, "tier_code", rules.tier_code, 1, 10**9)
    marketing = optional_whole(spec, "marketing_per_day", rules.marketing_per_day, 10**6)
    management = optional_whole(spec, "management_calls_per_hour", world.management_calls_per_hour, 10**6)
    new_review = Review(
        whole(spec, "review_ms", review.after_ms, 0, _DAY_MS),
        choice(spec, "review_verdict", review.verdict, _VERDICTS),
        text(spec, "review_reason", review.reason),
        whole(spec, "template_limit", review.template_limit, 1, 10**6),
    )
    replies = read_replies(spec.get("replies", world.replies))
    if doubled >= 1:
        raise ValueError("share_posts_doubled must be below 1, or the same POST would be told for ever")
    world.statuses, world.batch_size, world.in_flight_limit, world.share_doubled = (
        statuses, batch_size, in_flight, doubled,
    )  # fmt: skip
    rules.window, rules.tier = cast(Enforcement, window), cast(Enforcement, tier)
    rules.tier_code, rules.marketing_per_day = tier_code, marketing
    rules.settle()
    world.management_calls_per_hour, world.review, world.replies = management, new_review, replies
    world.user_ids = world.writer.user_ids = user_ids
    world.ladder = Ladder(world.seed, delivered_ms, read_ms)
    world.tune_outboxes()
    return settings_of(world)
