"""People who answer by themselves, by the setting ``replies``: a share of those who read a message writes back."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from whatsapp.simulator.ledger import NO_PHONE
from whatsapp.simulator.replying import check_content, receive
from whatsapp.simulator.world import World

logger = logging.getLogger(__name__)

_WAIT_LIMIT_MS = 86_400_000
_FIELDS = {"share", "after_ms", "reply", "template", "phone_number_id"}


def read_replies(value: object) -> list[dict[str, Any]]:
    """Return the setting ``replies``: each ``{share, reply, after_ms?, template?, phone_number_id?}``.

    ``reply`` is the content of a ``POST /_sim/reply``; ``after_ms`` (``[low, high]``) counts from the reading.

    Raises:
        ValueError: one of them makes no sense, or the shares add up to more than 1.
    """
    if not isinstance(value, list):
        raise ValueError("replies must be a list")
    for one in value:
        if not isinstance(one, dict) or set(one) - _FIELDS or not isinstance(one.get("reply"), dict):
            raise ValueError(f"a reply takes {', '.join(sorted(_FIELDS))}")
        check_content(one["reply"])
        share = one.get("share")
        if not isinstance(share, (int, float)) or isinstance(share, bool) or not 0 < share <= 1:
            raise ValueError("a reply's share must be between 0 and 1")
        after = one.get("after_ms", [1000, 5000])
        if (
            not isinstance(after, list)
            or len(after) != 2
            or not all(isinstance(at, int) and 0 <= at <= _WAIT_LIMIT_MS for at in after)
            or after[0] > after[1]
        ):
            raise ValueError("a reply's after_ms must be two milliseconds, the least and the most")
    if sum(one["share"] for one in value) > 1 + 1e-9:
        raise ValueError("the shares of replies add up to more than 1")
    return value


def respond(world: World, index: int, phone_number_id: str, template: str | None, read_after_ms: int) -> None:
    """Decide by seed whether the person of this message answers, and with what."""
    phone = world.ledger.to[index]
    if phone >= NO_PHONE:
        return
    chance = world.people.chance(b"reply", index)
    for rule in world.replies:
        if (
            rule.get("template", template) != template
            or rule.get("phone_number_id", phone_number_id) != phone_number_id
        ):
            continue
        if chance < rule["share"]:
            low, high = rule.get("after_ms", (1000, 5000))
            wait_ms = read_after_ms + low + int((high - low) * world.people.chance(b"wait", index))
            spec = {**rule["reply"], "phone_number_id": phone_number_id, "from": str(phone)}
            world.timetable.after(wait_ms, partial(_answer, world, spec))
            return
        chance -= rule["share"]


def _answer(world: World, spec: dict[str, Any]) -> None:
    try:
        receive(world, spec)
    except ValueError as error:  # a content that only its making shows to be wrong
        logger.warning("a reply was not made: %s", error, extra={"action": "simulator.reply"})
