"""Which failures of a campaign are worth another try: by the class of WhatsApp's error, never by hope. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.error_classes import error_brain

_WHATSAPP = "whatsapp_"
# The platform or the number was in the way, and that passes. What has to be mended first ("fix") is tried again only
# where it is asked for by name; a number that is not on WhatsApp, or a person who said no, never is.
_PASSING = frozenset({"transient", "hold", "stop"})
_MENDABLE = frozenset({"fix"})
_OWN_MENDABLE = frozenset({"template_not_usable", "template_not_approved", "outside_window"})


def failure_class(reason: str) -> str:
    """Return the class of a failed message's reason code (engine/error_classes.py), ``own`` for our own reasons."""
    if not reason.startswith(_WHATSAPP):
        return "own"
    number = reason.removeprefix(_WHATSAPP)
    return error_brain().classify(int(number) if number.isdecimal() else -1).name


def worth_retrying(reason: str, named: Collection[str] | None = None) -> bool:
    """Tell whether a failed message should be tried again.

    Args:
        reason: its reason code.
        named: if given, only these reasons are wanted, and what can be mended counts too.
    """
    name = failure_class(reason)
    if named is None:
        return name in _PASSING
    mendable = name in _MENDABLE or reason in _OWN_MENDABLE
    return reason in named and (name in _PASSING or mendable)


def split_failures(
    counted: Iterable[tuple[str, str, int]], named: Collection[str] | None = None
) -> tuple[dict[str, int], dict[str, int]]:
    """Divide (status, reason, number) into what would be tried again and what is left out, by reason.

    Uncertain messages may have arrived: they are left out, under ``uncertain``.
    """
    would: dict[str, int] = {}
    skip: dict[str, int] = {}
    for status, reason, number in counted:
        if status == "uncertain":
            skip["uncertain"] = skip.get("uncertain", 0) + number
        elif worth_retrying(reason, named):
            would[reason] = would.get(reason, 0) + number
        else:
            skip[reason] = skip.get(reason, 0) + number
    return would, skip
