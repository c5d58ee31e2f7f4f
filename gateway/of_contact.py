"""Lists of events and messages by a contact: who sees numbers masked cannot ask for them by the number."""

from __future__ import annotations

from typing import Any

from engine.errors import FieldProblem
from gateway.calls import Call
from gateway.operations import id_query
from storage.contacts import find_phones

CONTACT = id_query("contact_id", "The contact it is about, by their phone; instead of `phone`.")
_NO_PHONE = ""  # nothing is stored under it


async def by_phone(call: Call) -> dict[str, Any]:
    """Return the request's parameters with a contact's phone where ``contact_id`` asks for them.

    Raises:
        FieldProblem: there is no such contact, or a phone is asked for as well.
    """
    query = dict(call.query)
    contact_id = query.pop("contact_id", None)
    if contact_id is None:
        return query
    if "phone" in query:
        raise FieldProblem([{"field": "contact_id", "reason": "cannot go together with phone"}])
    known = await find_phones(call.services.pool, call.company_id, [contact_id])
    if contact_id not in known:
        raise FieldProblem([{"field": "contact_id", "reason": "is no contact of this company"}])
    return {**query, "phone": known[contact_id] or _NO_PHONE}
