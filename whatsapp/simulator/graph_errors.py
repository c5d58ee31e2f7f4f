"""Meta's error form and the wordings the simulator answers with (facts: whatsapp.md §1.4, captures and docs)."""

from __future__ import annotations

from typing import Any

import orjson

# code → HTTP status, message, details. Statuses as in Meta's documentation of 12 Dec 2025.
_ERRORS: dict[int, tuple[int, str, str | None]] = {
    0: (401, "AuthException", "We were unable to authenticate the app user."),
    1: (400, "API Unknown", "Invalid request or possible server error."),
    2: (503, "API Service", "Temporary due to downtime or due to being overloaded."),
    4: (400, "(#4) Application request limit reached", "The app has reached its API call rate limit."),
    100: (400, "(#100) Invalid parameter", None),
    190: (401, "Invalid OAuth access token - Cannot parse access token", None),
    368: (403, "Temporarily blocked for policies violations", "The account has been restricted."),
    130429: (400, "(#130429) Rate limit hit", "Cloud API message throughput has been reached."),
    130472: (400, "(#130472) User's number is part of an experiment", "User's number is part of an experiment"),
    131000: (500, "(#131000) Something went wrong", "Message failed to send due to an unknown error."),
    131008: (400, "(#131008) Required parameter is missing", None),
    131009: (400, "(#131009) Parameter value is not valid", None),
    131016: (500, "(#131016) Service unavailable", "A service is temporarily unavailable."),
    131021: (400, "(#131021) Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: (400, "(#131026) Message undeliverable", "Message Undeliverable."),
    131031: (403, "(#131031) Business Account locked", "The account has been restricted or disabled."),
    131042: (400, "(#131042) Business eligibility payment issue", "There was an error related to payment."),
    131047: (
        400,
        "(#131047) Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: (400, "(#131048) Spam rate limit hit", "Too many messages from this number were blocked or flagged."),
    131049: (
        400,
        "(#131049) This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131051: (400, "(#131051) Unsupported message type", "Message type is currently not supported."),
    131056: (
        400,
        "(#131056) (Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same "
        "phone number in a short period of time.",
    ),
    131057: (500, "(#131057) Account in maintenance mode", "The account is in maintenance mode."),
    132000: (400, "(#132000) Number of parameters does not match the expected number of params", None),
    132001: (404, "(#132001) Template name does not exist in the translation", None),
    132012: (400, "(#132012) Parameter format does not match format in the created template", None),
    132015: (400, "(#132015) Template is Paused", "Template is paused due to low quality."),
    132016: (400, "(#132016) Template is Disabled", "Template is disabled due to low quality."),
    133004: (503, "(#133004) Server Temporarily Unavailable", "Server is temporarily unavailable."),
    133010: (400, "(#133010) Phone number Not Registered", "Phone number not registered on the platform."),
}
_SUBCODES = {130429: 2494055}


class GraphRefusal(Exception):
    """A request that Graph answers with its error form.

    Args:
        code: Meta's error code; an unknown one gets HTTP 400 and a plain wording.
        details: Replaces the usual ``error_data.details``.
        status: Replaces the usual HTTP status.
    """

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        status: int | None = None,
        message: str | None = None,
        subcode: int | None = None,
    ) -> None:
        super().__init__(code)
        usual_status, usual_message, usual_details = _ERRORS.get(code, (400, f"(#{code}) Error", None))
        self.code = code
        self.status = status or usual_status
        error: dict[str, Any] = {"message": message or usual_message, "type": "OAuthException", "code": code}
        details = details or usual_details
        if details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        subcode = subcode if subcode is not None else _SUBCODES.get(code)
        if subcode is not None:
            error["error_subcode"] = subcode
        error["fbtrace_id"] = "AsimulatedTraceIdentity"
        self.body = orjson.dumps({"error": error})


def unknown_object(identity: str) -> GraphRefusal:
    """Return what Graph says of an id that does not exist or that the token may not see."""
    return GraphRefusal(
        100,
        message=(
            f"Unsupported post request. Object with ID '{identity}' does not exist, cannot be loaded due to "
            "missing permissions, or does not support this operation"
        ),
        subcode=33,
    )


def token_refused(why: str) -> GraphRefusal:
    """Return what Graph says of a missing, unknown or expired token."""
    return GraphRefusal(190, message=why, subcode=463 if "expired" in why else None)
