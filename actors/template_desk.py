"""Templates at WhatsApp: handed in for review, changed, deleted, taken in; and the app subscribed to an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from actors.graph_access import GraphAccess
from engine.errors import BadRequest, Unavailable
from engine.ids import IdMaker, id_time, ms_to_time
from engine.meta_account import TemplateTold, template_status, template_told
from engine.meta_definitions import stored_from
from engine.meta_problems import ConnectProblem, template_problem
from storage.account_updates import hear_templates
from storage.templates import Review, TemplateChange, get_review, import_templates, list_languages
from whatsapp.cloud_admin import CloudAdmin, GraphAway, GraphRefused

_UNKNOWN_THERE = 2593002  # "Message Template Not Found"


class TemplateDesk:
    """Asks with the stored token of a number of the account. Refusals are answers: ``{"problems": [{…}]}``."""

    def __init__(self, access: GraphAccess) -> None:
        self._access = access
        self._ids = IdMaker()

    async def take_in(self, company_id: bytes, session_id: bytes, now_ms: int) -> Any:
        """Store what WhatsApp has and we do not, and hear what it says of the rest.

        Returns:
            ``{"problems", "told": n, "changed": bool, "imported": [[name, language]…],
            "left_out": [[name, language, reason]…]}``.

        Raises:
            Unavailable: WhatsApp gave no answer.
        """
        admin, waba_id = await self._admin(company_id, session_id)
        try:
            listed = await admin.all_templates(waba_id)
        except (GraphRefused, GraphAway) as error:
            return _refusal(error)
        company, now = UUID(bytes=company_id), ms_to_time(now_ms)
        told = [(one, heard) for one in listed if (heard := template_told(one)) is not None and heard.status]
        new, left_out = self._readable(told, now_ms)
        async with self._access.pool.acquire() as connection, connection.transaction():
            imported = await import_templates(connection, company, new)
            changed = await hear_templates(connection, company, [heard for _, heard in told], now, now)
        return {
            "problems": [],
            "told": len(told),
            "changed": changed or bool(imported),
            "imported": [list(one) for one in imported],
            "left_out": left_out,
        }

    def _readable(
        self, told: Sequence[tuple[dict[str, Any], TemplateTold]], now_ms: int
    ) -> tuple[list[tuple[UUID, TemplateChange, datetime]], list[list[str]]]:
        new, left_out = [], []
        for one, heard in told:
            if heard.status in ("deleted", "pending_deletion"):
                continue
            stored, trouble = stored_from(one)
            if trouble is not None:
                left_out.append([heard.name, heard.language, trouble])
                continue
            template_id = self._ids.make_uuid(now_ms)
            new.append((template_id, TemplateChange(**stored, status=heard.status or "pending"), id_time(template_id)))
        return new, left_out

    async def submit(
        self, company_id: bytes, session_id: bytes, template_id: bytes, definition: dict[str, Any], now_ms: int
    ) -> Any:
        """Hand a stored template in for review, or its change where WhatsApp has it already.

        Returns:
            ``{"problems", "edited": bool}``.

        Raises:
            Unavailable: WhatsApp gave no answer: it may have it or not, and a sync tells.
        """
        admin, waba_id = await self._admin(company_id, session_id)
        review = await self._review(company_id, template_id)
        told = TemplateTold(review.name, review.language, meta_status="PENDING", status="pending")
        known = review.meta_id is not None and review.status not in ("deleted", "pending_deletion")
        try:
            if known and review.meta_id is not None:
                await admin.edit_template(review.meta_id, _edit(definition, review))
            else:
                told = replace(told, **_answered(await admin.create_template(waba_id, definition)))
        except (GraphRefused, GraphAway) as error:
            return _refusal(error)
        await self._hear(company_id, [told], now_ms)
        return {"problems": [], "edited": known}

    async def withdraw(
        self, company_id: bytes, session_id: bytes, template_id: bytes, all_languages: bool, now_ms: int
    ) -> Any:
        """Delete a template at WhatsApp, in its language or in all; what is not there any more counts as deleted.

        Raises:
            Unavailable: WhatsApp gave no answer.
            BadRequest: WhatsApp's id of it is not known here.
        """
        admin, waba_id = await self._admin(company_id, session_id)
        review = await self._review(company_id, template_id)
        if review.meta_id is None and not all_languages:
            raise BadRequest("WhatsApp's id of this template is not known: sync the templates first")
        try:
            await admin.delete_template(waba_id, review.name, None if all_languages else review.meta_id)
        except GraphRefused as refused:
            if refused.fault.subcode != _UNKNOWN_THERE:
                return _refusal(refused)
        except GraphAway as error:
            return _refusal(error)
        languages = [review.language]
        if all_languages:
            languages = await list_languages(self._access.pool, UUID(bytes=company_id), review.name)
        told = [TemplateTold(review.name, one, meta_status="DELETED", status="deleted") for one in languages]
        await self._hear(company_id, told, now_ms)
        return {"problems": []}

    async def subscribe(self, company_id: bytes, session_id: bytes) -> Any:
        """Have the token's app told by webhook of what happens in the number's account.

        Raises:
            Unavailable: WhatsApp gave no answer.
        """
        admin, waba_id = await self._admin(company_id, session_id)
        try:
            await admin.subscribe(waba_id)
        except (GraphRefused, GraphAway) as error:
            return _refusal(error)
        return {"problems": []}

    async def _admin(self, company_id: bytes, session_id: bytes) -> tuple[CloudAdmin, str]:
        session, token = await self._access.stored(UUID(bytes=company_id), UUID(bytes=session_id))
        if not session.waba_id:
            raise BadRequest("the session has no account at the Cloud API (waba_id)")
        try:
            return self._access.admin(session.transport, token), session.waba_id
        except (GraphAway, ValueError) as error:
            raise BadRequest(str(error)) from error

    async def _review(self, company_id: bytes, template_id: bytes) -> Review:
        review = await get_review(self._access.pool, UUID(bytes=company_id), UUID(bytes=template_id))
        if review is None:
            raise BadRequest("the template is gone, or is none of WhatsApp's")
        return review

    async def _hear(self, company_id: bytes, told: Sequence[TemplateTold], now_ms: int) -> None:
        now = ms_to_time(now_ms)
        async with self._access.pool.acquire() as connection, connection.transaction():
            await hear_templates(connection, UUID(bytes=company_id), told, now, now)


def _answered(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what Graph's ``{id, status, category}`` changes of a :class:`TemplateTold`."""
    found: dict[str, Any] = {}
    if isinstance(answer.get("id"), str | int):
        found["meta_id"] = str(answer["id"])[:100]
    if status := template_status(answer.get("status")):
        found |= {"status": status, "meta_status": str(answer["status"])[:50]}
    return found


def _edit(definition: dict[str, Any], review: Review) -> dict[str, Any]:
    """Return what may be changed: the category of an approved template is fixed (facts §3)."""
    names = ("components",) if review.status == "approved" else ("components", "category")
    return {name: definition[name] for name in names}


def _refusal(error: GraphRefused | GraphAway) -> dict[str, Any]:
    problem: ConnectProblem | None = None
    if isinstance(error, GraphRefused):
        problem = template_problem(error.fault)
    if problem is None:
        raise Unavailable(f"WhatsApp takes no changes at the moment: {error}") from error
    return {"problems": [{**problem.as_problem(), "pt": problem.pt}]}
