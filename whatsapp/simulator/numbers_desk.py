"""The endpoints of Graph around numbers and accounts: health, registration, profile, subscriptions, blocked users."""

from __future__ import annotations

from typing import Any

import orjson

from whatsapp.simulator.graph_errors import GraphRefusal, unknown_object
from whatsapp.simulator.registry import HIGH_THROUGHPUT, Number, digits
from whatsapp.simulator.replies import Reply, Request, json_reply
from whatsapp.simulator.template_desk import chosen
from whatsapp.simulator.world import World

_DONE = Reply(200, b'{"success":true}')
_PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")


class NumbersDesk:
    """Answers what concerns a number; its token was checked by whoever calls."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._subscriptions: dict[str, dict[str, Any]] = {}

    def show(self, number: Number, fields: str | None) -> dict[str, Any]:
        """Return a number as Graph shows it; ``fields`` is Graph's comma-separated choice."""
        everything: dict[str, Any] = {
            "id": number.phone_number_id,
            "display_phone_number": f"+{number.phone}",
            "verified_name": number.name,
            "quality_rating": number.quality,
            "platform_type": "CLOUD_API",
            "account_mode": "LIVE",
            "is_official_business_account": False,
            "is_pin_enabled": bool(number.pin),
            "status": number.status,
            "name_status": number.name_status,
            "code_verification_status": "VERIFIED",
            "throughput": {"level": "HIGH" if number.bucket.rate >= HIGH_THROUGHPUT else "STANDARD"},
            "whatsapp_business_manager_messaging_limit": number.tier,
            "webhook_configuration": {"application": self._world.registry.apps[number.app_id].callback_url},
        }
        if fields is not None and "messaging_limit_tier" in fields:
            everything["messaging_limit_tier"] = number.tier
        return chosen(everything, fields)

    def account(self, waba_id: str, numbers: list[Number], fields: str | None) -> dict[str, Any]:
        """Return a WhatsApp Business Account as Graph shows it."""
        everything = {
            "id": waba_id,
            "name": numbers[0].name,
            "timezone_id": "25",
            "currency": "BRL",
            "message_template_namespace": "simulated_namespace",
            "account_review_status": "APPROVED",
            "business_verification_status": "verified",
            "country": "BR",
            "status": "ACTIVE",
            "whatsapp_business_manager_messaging_limit": numbers[0].tier,
        }
        return chosen(everything, fields)

    def write(self, number: Number, edge: str, request: Request) -> Reply:
        """Answer a POST or DELETE on a number's edge.

        Raises:
            GraphRefusal: what is asked for makes no sense, or there is no such edge.
        """
        spec = body_of(request)
        if edge == "register":
            return self._register(number, spec)
        if edge == "deregister":
            number.status, number.blocked = "DISCONNECTED", 133010
        elif edge == "request_code":
            if spec.get("code_method") not in ("SMS", "VOICE"):
                raise GraphRefusal(100, message="(#100) Param code_method must be one of {SMS, VOICE}")
        elif edge == "verify_code":
            if not str(spec.get("code", "")).isdigit():
                raise GraphRefusal(100, message="(#100) The parameter code is required.")
        elif edge == "settings":
            number.settings |= spec
        elif edge == "whatsapp_business_profile":
            number.profile |= {name: spec[name] for name in _PROFILE_FIELDS if name in spec}
        elif edge == "block_users":
            return self._block(number, spec, blocked=request.method == b"POST")
        elif edge == "":
            number.pin = str(spec.get("pin") or number.pin)
        else:
            raise unknown_object(number.phone_number_id)
        return _DONE

    def read(self, number: Number, edge: str, query: dict[str, str]) -> Reply:
        """Answer a GET on a number's edge.

        Raises:
            GraphRefusal: there is no such edge.
        """
        if edge == "":
            return json_reply(self.show(number, query.get("fields")))
        if edge == "settings":
            return json_reply(number.settings)
        if edge == "whatsapp_business_profile":
            return json_reply({"data": [number.profile]})
        if edge == "block_users":
            people = [{"messaging_product": "whatsapp", "wa_id": str(one)} for one in sorted(number.blocked_people)]
            return json_reply({"data": people, "paging": {"cursors": {"before": "MA", "after": "MA"}}})
        raise unknown_object(number.phone_number_id, "get")

    def subscribe(self, waba_id: str, app_id: str, request: Request) -> Reply:
        """Answer ``subscribed_apps``: kept and shown; webhooks go to the app's own callback all the same."""
        if request.method == b"POST":
            spec = body_of(request) if request.body else {}
            self._subscriptions[waba_id] = {"override_callback_uri": spec.get("override_callback_uri")}
            return _DONE
        if request.method == b"DELETE":
            self._subscriptions.pop(waba_id, None)
            return _DONE
        data = []
        if waba_id in self._subscriptions:
            app = {"id": app_id, "name": "Simulated app", "link": "https://example.org/"}
            override = self._subscriptions[waba_id]["override_callback_uri"]
            data = [{"whatsapp_business_api_data": app, **({"override_callback_uri": override} if override else {})}]
        return json_reply({"data": data})

    def _register(self, number: Number, spec: dict[str, Any]) -> Reply:
        pin = str(spec.get("pin", ""))
        if len(pin) != 6 or not pin.isdigit():
            raise GraphRefusal(100, message="(#100) Param pin must be 6 characters long.")
        if number.pin and number.pin != pin:
            raise GraphRefusal(133005)
        number.pin, number.status, number.blocked = pin, "CONNECTED", 0
        return _DONE

    def _block(self, number: Number, spec: dict[str, Any], *, blocked: bool) -> Reply:
        users = spec.get("block_users")
        if not isinstance(users, list) or not users:
            raise GraphRefusal(100, message="(#100) The parameter block_users is required.")
        done = []
        for user in users:
            try:
                phone = digits(user.get("user") if isinstance(user, dict) else None)
            except ValueError:
                raise GraphRefusal(131009, "block_users['user'] is not a valid phone number") from None
            (number.blocked_people.add if blocked else number.blocked_people.discard)(phone)
            done.append({"input": user["user"], "wa_id": str(self._world.people.wa_id(phone))})
        told = {"added_users" if blocked else "removed_users": done}
        return json_reply({"messaging_product": "whatsapp", "block_users": told})


def body_of(request: Request) -> dict[str, Any]:
    """Return a JSON object of a request's body.

    Raises:
        GraphRefusal: it is none.
    """
    try:
        data = orjson.loads(request.body) if request.body else {}
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise GraphRefusal(100, message="(#100) Param body must be a valid JSON object.")
    return data
