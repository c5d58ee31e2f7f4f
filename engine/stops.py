"""What a refusal of WhatsApp stops beyond its own message: a number, all of a token, app or account, or a template.

Called by senders for answers, and by the status fold for failures told by webhook (facts §1.4: a code may come
synchronously, by webhook, or both).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.error_classes import ErrorClass, error_brain
from engine.failures import whatsapp_reason

NUMBER_SCOPES = frozenset({"number", "token", "app", "account"})
TEMPLATE = "template"
# Above this a wait of the whole number is a pause of the session, which a restart remembers.
SHORT_S = 60.0
TEMPLATE_WAITS = "template_paused"
TEMPLATE_IS_OUT = "template_not_usable"
# Does not exist (132001): no message of it can pass. The other mistakes of a template may be one message's values.
_OUT_AT_ONCE = frozenset({132001})
_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Stop:
    """What has to stop.

    Attributes:
        scope: number, token, app, account or template.
        reason: the reason code, shown with what is stopped.
        wait_s: for how long; None: until somebody acts, or Meta tells that it is well again.
        alert: whether a person should be told.
    """

    scope: str
    reason: str
    wait_s: float | None
    alert: bool

    @property
    def template_reason(self) -> str:
        """Why messages of a stopped template wait."""
        return TEMPLATE_IS_OUT if self.wait_s is None else TEMPLATE_WAITS


def spoils_template(of: ErrorClass, code: int, in_a_row: int) -> bool:
    """Tell whether a mistake of a template concerns every message of it.

    Args:
        of: the code's class.
        code: as Meta told it.
        in_a_row: refusals of this template for such a mistake, this one included, with no acceptance between.
    """
    return of.name == "fix" and of.scope == TEMPLATE and (code in _OUT_AT_ONCE or in_a_row >= _IN_A_ROW)


def told_stop(code: int, subcode: int | None = None) -> Stop | None:
    """Return what a failure told by webhook stops; None where it concerns its message or person alone."""
    brain = error_brain()
    of = brain.classify(code, subcode)
    reason = whatsapp_reason(code)
    if spoils_template(of, code, 1):
        return Stop(TEMPLATE, reason, None, alert=True)
    decision = brain.refused(code, subcode, tries=1, strikes=0, retry_after_s=None, random=lambda: 1.0)
    if decision.kind not in ("hold", "stop"):
        return None
    stops_number = decision.scope in NUMBER_SCOPES and (decision.wait_s is None or decision.wait_s > SHORT_S)
    if stops_number or decision.scope == TEMPLATE:
        return Stop(decision.scope, reason, decision.wait_s, decision.alert)
    return None
