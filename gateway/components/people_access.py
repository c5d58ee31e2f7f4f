"""Who asks, who signed in, their sessions and second factors."""

from __future__ import annotations

from gateway.components.companies import QUIET_HOURS
from gateway.components.shared import MAYBE_TIME, ROLE, shown
from gateway.schema import Schema, boolean, choice, define, identifier, items, moment, nullable, ref

LANGUAGE = choice("pt-BR", "en")
THEME = choice("light", "dark", "system")
define(
    "Person",
    shown(
        {
            "id": identifier(),
            "email": {"type": "string"},
            "name": {"type": "string"},
            "language": LANGUAGE,
            "theme": THEME,
            "totp": boolean(description="Whether a second factor is needed to sign in."),
            "created_at": moment(),
        }
    ),
)
define(
    "OwnCompany",
    shown(
        {
            "id": identifier(),
            "name": {"type": "string"},
            "time_zone": {"type": "string"},
            "quiet_hours": QUIET_HOURS,
            "created_at": moment(),
            "role": ROLE,
        }
    ),
)
_CSRF = {"type": "string", "description": "Goes into the header `X-CSRF-Token` of every change."}
define(
    "SignedIn",
    shown({"user": ref("Person"), "companies": items(ref("OwnCompany"), 1_000), "csrf_token": _CSRF}),
)
define(
    "Me",
    shown(
        {
            "user": nullable(ref("Person")),
            "key": nullable(shown({"id": identifier(), "name": {"type": "string"}})),
            "role": nullable(ROLE),
            "installation": boolean(),
            "company": nullable(ref("Company")),
            "companies": items(ref("OwnCompany"), 1_000),
            "csrf_token": nullable(_CSRF),
        }
    ),
)
define(
    "SignInSession",
    shown(
        {
            "id": identifier(),
            "current": boolean(description="This one."),
            "address": {"type": "string"},
            "agent": {"type": "string", "description": "What the browser calls itself."},
            "created_at": moment(),
            "last_seen_at": moment(description="To the minute."),
            "expires_at": moment(description="Earlier if it is not used for 24 hours."),
        }
    ),
)
define("SignInSessions", shown({"data": items(ref("SignInSession"), 100)}))
define(
    "TotpProposal",
    shown(
        {
            "secret": {"type": "string"},
            "uri": {"type": "string"},
            "qr_png": {"type": "string", "description": "The address as a QR code's picture (PNG, base64)."},
        }
    ),
)
define(
    "TotpConfirmed",
    shown(
        {
            "recovery_codes": items({"type": "string"}, 10, description="Shown this once; each is good once."),
            "csrf_token": _CSRF,
        }
    ),
)
define("Rotated", shown({"csrf_token": _CSRF}))
define(
    "User",
    shown(
        {
            "id": identifier(),
            "email": {"type": "string"},
            "name": {"type": "string"},
            "role": ROLE,
            "totp": boolean(description="Whether a second factor is needed to sign in."),
            "last_seen_at": {**MAYBE_TIME, "description": "To the minute."},
            "created_at": moment(description="When they joined the company."),
            "you": boolean(),
        }
    ),
)
_INVITATION: dict[str, Schema] = {
    "id": identifier(),
    "email": {"type": "string"},
    "role": ROLE,
    "created_by": {"type": "string"},
    "created_at": moment(),
    "expires_at": moment(),
}
define("Invitation", shown(_INVITATION))
define("InvitationWithLink", shown({**_INVITATION, "link": {"type": "string", "description": "Shown this once."}}))
define(
    "InvitationAddress",
    shown(
        {
            "company": shown({"id": identifier(), "name": {"type": "string"}}),
            "email": {"type": "string"},
            "role": ROLE,
            "expires_at": moment(),
        }
    ),
)
