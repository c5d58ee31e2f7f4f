"""The template endpoints of Graph: list with cursors, create, edit, delete, unpause (facts: whatsapp.md §3)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from whatsapp.simulator.announcing import template_status
from whatsapp.simulator.graph_errors import GraphRefusal, unknown_object
from whatsapp.simulator.registry import App
from whatsapp.simulator.replies import Reply, json_reply
from whatsapp.simulator.template_review import EDITABLE, check_components, check_new, refused
from whatsapp.simulator.templates import Template
from whatsapp.simulator.world import World

_PAGE = 25
_PAGE_LIMIT = 1000
_DONE = Reply(200, b'{"success":true}')
_FILTERS = {
    "name": "name",
    "status": "status",
    "category": "category",
    "language": "language",
    "quality_score": "quality",
}


class TemplateDesk:
    """Answers what concerns templates; the account was checked by whoever calls."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, app: App, waba_id: str, version: str, query: dict[str, str]) -> Reply:
        """Return a page of an account's templates.

        Raises:
            GraphRefusal: 100 for a cursor that is none.
        """
        templates = _filtered(app.templates_of(waba_id), query)
        limit = min(max(_whole(query.get("limit"), _PAGE), 1), _PAGE_LIMIT)
        start = _offset(query["after"]) if "after" in query else 0
        if "before" in query:
            end = _offset(query["before"])
            start, limit = max(end - limit, 0), min(limit, end)
        page = templates[start : start + limit] if limit else []
        cursors = {"before": _cursor(start), "after": _cursor(start + len(page))}
        paging: dict[str, Any] = {"cursors": cursors} if page else {}
        address = f"{self._world.base_url}/{version}/{waba_id}/message_templates?limit={limit}"
        if page and start + limit < len(templates):
            paging["next"] = f"{address}&after={cursors['after']}"
        if page and start > 0:
            paging["previous"] = f"{address}&before={cursors['before']}"
        shown = [chosen(one.as_graph(), query.get("fields")) for one in page]
        answer = {"data": shown, **({"paging": paging} if paging else {})}
        if "summary" in query:
            everything = {
                "total_count": len(templates),
                "message_template_count": len(app.templates_of(waba_id)),
                "message_template_limit": self._world.review.template_limit,
                "are_translations_complete": True,
            }
            wanted = query["summary"].split(",")
            answer["summary"] = {name: value for name, value in everything.items() if name in wanted}
        return json_reply(answer)

    def create(self, app: App, waba_id: str, spec: dict[str, Any]) -> Reply:
        """Take a new template in for review.

        Raises:
            GraphRefusal: it is not well-formed, there is one of that name and language, or there are too many.
        """
        check_new(spec)
        if app.template(waba_id, spec["name"], spec["language"]) is not None:
            raise refused(
                2388024,
                "Content in this language already exists",
                f"There is already {spec['language']} content for this template. You can create a new template.",
            )
        if len(app.templates_of(waba_id)) >= self._world.review.template_limit:
            raise refused(2388019, "Message template limit exceeded", "The account has no room for more templates.")
        try:
            template = Template({**spec, "waba_id": waba_id, "status": "PENDING"})
        except ValueError as error:
            raise GraphRefusal(100, str(error)) from None
        app.keep(template)
        self._review(app, waba_id, template)
        return json_reply({"id": template.identity, "status": template.status, "category": template.category})

    def edit(self, app: App, waba_id: str, template: Template, spec: dict[str, Any]) -> Reply:
        """Change a template; it is reviewed again.

        Raises:
            GraphRefusal: its status does not allow it, or what is new is not well-formed.
        """
        if template.status not in EDITABLE:
            raise refused(
                2388039, "Template can't be edited", "Only approved, rejected and paused templates can be edited."
            )
        category = str(spec.get("category") or template.category).upper()
        if category != template.category and template.status == "APPROVED":
            raise refused(2388039, "Category can't be changed", "The category of an approved template is fixed.")
        components = spec.get("components", template.components)
        check_components(components, category, template.named)
        template.category = category
        template.put_components(components)
        template.status = "PENDING"
        self._review(app, waba_id, template)
        return _DONE

    def delete(self, app: App, waba_id: str, query: dict[str, str]) -> Reply:
        """Delete a template in all its languages, or the one of ``hsm_id``.

        Raises:
            GraphRefusal: no name was given, or there is none of that name.
        """
        name, identity = query.get("name"), query.get("hsm_id")
        if not name:
            raise GraphRefusal(100, message="(#100) The parameter name is required.")
        found = [one for one in app.templates_of(waba_id) if one.name == name and identity in (None, one.identity)]
        if not found:
            raise refused(2593002, "Message Template Not Found", "The message template was not found.")
        for template in found:
            self.remove(app, waba_id, template)
        return _DONE

    def remove(self, app: App, waba_id: str, template: Template) -> Reply:
        """Delete one template, and tell so by webhook."""
        del app.templates[template.waba_id, template.name, template.language]
        template.status = "DELETED"
        self._world.outboxes[app.app_id].announce(waba_id, template_status(template, "DELETED", None))
        return _DONE

    def unpause(self, app: App, waba_id: str, template: Template) -> Reply:
        """End a pause before its time."""
        if template.status != "PAUSED":
            return json_reply({"success": False, "reason": "The template is not paused."})
        template.status = "APPROVED"
        self._world.outboxes[app.app_id].announce(waba_id, template_status(template, "REINSTATED", None))
        return _DONE

    def find(self, identity: str, authorization: bytes) -> tuple[App, str, Template] | None:
        """Return a template by its id with its app and account, when the token may see it.

        Raises:
            GraphRefusal: it belongs to somebody else.
        """
        for app in self._world.registry.apps.values():
            for template in app.templates.values():
                if template.identity == identity:
                    for number in self._world.registry.by_index:
                        owns = template.waba_id in (None, number.waba_id) and number.app_id == app.app_id
                        if owns and number.authorization == authorization:
                            return app, number.waba_id, template
                    raise unknown_object(identity, "get")
        return None

    def _review(self, app: App, waba_id: str, template: Template) -> None:
        review = self._world.review

        def decide() -> None:
            if template.status != "PENDING":
                return
            template.status = review.verdict
            reason = review.reason if review.verdict == "REJECTED" else "NONE"
            template.rejected_reason = reason
            self._world.outboxes[app.app_id].announce(waba_id, template_status(template, review.verdict, reason))

        self._world.timetable.after(review.after_ms, decide)


def _filtered(templates: list[Template], query: dict[str, str]) -> list[Template]:
    """Return those that pass the filters; each takes several values, with commas between them."""
    for field, attribute in _FILTERS.items():
        if field in query:
            wanted = query[field].lower().split(",")
            templates = [one for one in templates if getattr(one, attribute).lower() in wanted]
    for field in ("content", "name_or_content"):
        if field in query:
            part = query[field].lower()
            named = field == "name_or_content"
            templates = [one for one in templates if part in one.body.lower() or (named and part in one.name)]
    return templates


def chosen(everything: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """Return the members that Graph's comma-separated ``fields`` names, the id always; everything for None."""
    if fields is None:
        return everything
    wanted = {name.strip().partition("{")[0] for name in fields.split(",")} | {"id"}
    return {name: value for name, value in everything.items() if name in wanted}


def _cursor(offset: int) -> str:
    return b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(cursor: str) -> int:
    try:
        return max(int(b64decode(cursor + "==")), 0) if cursor else 0
    except ValueError:
        raise GraphRefusal(100, message="(#100) Invalid cursors values") from None


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
