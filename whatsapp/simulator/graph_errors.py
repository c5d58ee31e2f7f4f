"""Meta's error forms, of an answer and of a webhook, and their wordings (facts: whatsapp.md §1.4, §1.5)."""

from __future__ import annotations

from typing import Any

import orjson

# code → HTTP status, title, details. Statuses as in Meta's documentation of 12 Dec 2025.
_ERRORS: dict[int, tuple[int, str, str | None]] = {
    0: (401, "AuthException", "We were unable to authenticate the app user."),
    1: (400, "API Unknown", "Invalid request or possible server error."),
    2: (503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: (500, "API Method", "Capability or permissions issue."),
    4: (400, "Application request limit reached", "The app has reached its API call rate limit."),
    10: (403, "Permission Denied", "Permission is either not granted or has been removed."),
    33: (400, "Parameter value is not valid", "The business phone number has been deleted."),
    100: (400, "Invalid parameter", None),
    190: (401, "Invalid OAuth access token - Cannot parse access token", None),
    368: (403, "Temporarily blocked for policies violations", "The account has been restricted."),
    613: (400, "Calls to this api have exceeded the rate limit.", None),
    80007: (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: (400, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: (400, "User's number is part of an experiment", "User's number is part of an experiment"),
    130497: (
        403,
        "Business account is restricted from messaging users in this country.",
        "The WhatsApp Business account is restricted from messaging to users in certain countries.",
    ),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
    131005: (403, "Access denied", "Permission is either not granted or has been removed."),
    131008: (400, "Required parameter is missing", None),
    131009: (400, "Parameter value is not valid", None),
    131016: (500, "Service unavailable", "A service is temporarily unavailable."),
    131021: (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: (400, "Message undeliverable", "Message Undeliverable."),
    131030: (400, "Recipient phone number not in allowed list", "Recipient phone number not in allowed list."),
    131031: (403, "Business Account locked", "The account has been restricted or disabled."),
    131037: (400, "Display name approval needed", "The phone number has no approved display name."),
    131042: (400, "Business eligibility payment issue", "There was an error related to payment."),
    131045: (500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: (
        400,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages can be sent from this phone "
        "number. This may be because too many previous messages were blocked or flagged as spam.",
    ),
    131049: (
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: (
        400,
        "User has stopped marketing messages",
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp "
        "from your business.",
    ),
    131051: (400, "Unsupported message type", "Message type is currently not supported."),
    131052: (400, "Media download error", "Unable to download the media sent by the user."),
    131053: (400, "Media upload error", "Unable to upload the media used in the message."),
    131055: (400, "Method not allowed", "Marketing messages are sent to the marketing_messages endpoint only."),
    131056: (
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same "
        "phone number in a short period of time.",
    ),
    131057: (500, "Account in maintenance mode", "Business Account is in maintenance mode."),
    131062: (400, "Recipient not supported", "Business-scoped user ids are not supported for this message."),
    132000: (400, "Number of parameters does not match the expected number of params", None),
    132001: (404, "Template name does not exist in the translation", None),
    132005: (400, "Translated text too long", "The translated text is too long."),
    132007: (400, "Template content policy violated", "Template content violates a WhatsApp policy."),
    132008: (400, "Parameter value is not valid in the template", None),
    132012: (400, "Parameter format does not match format in the created template", None),
    132015: (400, "Template is Paused", "Template is paused due to low quality."),
    132016: (400, "Template is Disabled", "Template is disabled due to low quality."),
    132018: (400, "There was an issue with the parameters in template", None),
    133004: (503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
    133005: (400, "Two step verification PIN Mismatch", "Two-step verification PIN incorrect."),
    133010: (400, "Phone number Not Registered", "Phone number not registered on the platform."),
    134100: (400, "Only marketing messages supported", "Only marketing templates can be sent with this endpoint."),
    135000: (400, "Generic user error", "Message failed to send because of an unknown error with the request."),
}
_BARE = (0, 1, 2, 190, 368)  # these come without "(#code)" before their message
_SUBCODES = {130429: 2494055}
_HREF = "https:\\/\\/developers.facebook.com\\/docs\\/whatsapp\\/cloud-api\\/support\\/error-codes\\/"
_WEBHOOK_ERRORS: dict[int, str] = {}


class GraphRefusal(Exception):
    """A request that Graph answers with its error form.

    Args:
        code: Meta's error code; an unknown one gets HTTP 400 and a plain wording.
        details: Replaces the usual ``error_data.details``.
        status: Replaces the usual HTTP status.
        message: Replaces the usual message, ``(#code)`` included.
        user: ``error_user_title`` and ``error_user_msg``, which the template endpoints give.
    """

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        status: int | None = None,
        message: str | None = None,
        subcode: int | None = None,
        user: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        usual_status, title, usual_details = _ERRORS.get(code, (400, "Error", None))
        self.code = code
        self.status = status or usual_status
        self.retry_after_s: int | None = 1 if code == 130429 else None
        usual_message = title if code in _BARE else f"(#{code}) {title}"
        error: dict[str, Any] = {"message": message or usual_message, "type": "OAuthException", "code": code}
        details = details or usual_details
        if details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        subcode = subcode if subcode is not None else _SUBCODES.get(code)
        if subcode is not None:
            error["error_subcode"] = subcode
        if user is not None:
            error |= {"is_transient": False, "error_user_title": user[0], "error_user_msg": user[1]}
        error["fbtrace_id"] = "AsimulatedTraceIdentity"
        self.body = orjson.dumps({"error": error})


def unknown_object(identity: str, verb: str = "post") -> GraphRefusal:
    """Return what Graph says of an id that does not exist or that the token may not see."""
    return GraphRefusal(
        100,
        message=(
            f"Unsupported {verb} request. Object with ID '{identity}' does not exist, cannot be loaded due to "
            "missing permissions, or does not support this operation"
        ),
        subcode=33,
    )


def token_refused(why: str) -> GraphRefusal:
    """Return what Graph says of a missing, unknown or expired token."""
    return GraphRefusal(190, message=why, subcode=463 if "expired" in why else None)


def required(parameter: str) -> GraphRefusal:
    """Return what Graph says of a parameter that is missing."""
    return GraphRefusal(100, message=f"(#100) The parameter {parameter} is required.")


def too_long(parameter: str, limit: int) -> GraphRefusal:
    """Return what Graph says of a text above its limit."""
    return GraphRefusal(100, message=f"(#100) Param {parameter} must be at most {limit} characters long.")


def invalid(details: str) -> GraphRefusal:
    """Return what Graph says of a value that is not allowed."""
    return GraphRefusal(131009, details)


def webhook_error(code: int) -> str:
    """Return one member of a webhook's ``errors`` as JSON with non-ASCII escaped."""
    known = _WEBHOOK_ERRORS.get(code)
    if known is None:
        _, title, details = _ERRORS.get(code, (400, "Error", None))
        known = _WEBHOOK_ERRORS[code] = (
            f'{{"code":{code},"title":"{title}","message":"{title}",'
            f'"error_data":{{"details":"{details or title}"}},"href":"{_HREF}"}}'
        )
    return known
