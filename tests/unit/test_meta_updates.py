"""Meta's webhooks in every shape: read what is known, count the rest, never raise."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from engine.meta_updates import InboundMessage, hidden_people, read_updates

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
OURS = "01a204be-fb10-70aa-84d4-e6f3e2d3d3a7"


def body(*changes: dict[str, object]) -> bytes:
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": list(changes)}]})


def change(number: str, **value: object) -> dict[str, object]:
    return {"field": "messages", "value": {"metadata": {"phone_number_id": number}, **value}}


def test_statuses_of_several_numbers_are_kept_apart() -> None:
    first = change("100", statuses=[{"id": "w1", "status": "sent", "timestamp": "1698266945"}])
    second = change(
        "200",
        statuses=[
            {"id": "w2", "status": "read", "timestamp": "1698266946", "biz_opaque_callback_data": OURS},
            {"id": "w3", "status": "failed", "timestamp": "1698266947", "errors": [{"code": 131026}]},
        ],
    )
    found = read_updates(body(first, second), 1)
    assert [status.provider_id for status in found["100"].statuses] == ["w1"]
    assert [str(status.message_id) for status in found["200"].statuses] == [OURS, "None"]
    assert found["200"].statuses[0].at_ms == 1_698_266_946_000
    assert found["200"].statuses[1].errors == '[{"code":131026}]'


def test_who_writes_without_a_number_is_named_by_the_user_id() -> None:
    told = [
        {"id": "w1", "from": "5511900000000", "from_user_id": "BR.1", "type": "text"},
        {"id": "w2", "from_user_id": "BR.2", "type": "text"},
        {"id": "w3", "from": "BR.3", "from_user_id": "BR.3", "type": "text"},
        {"id": "w4", "type": "text"},
    ]
    assert hidden_people(read_updates(body(change("100", messages=told)), 1)) == {"BR.2", "BR.3"}
    told = [{"id": "w5", "type": "text"}]
    assert hidden_people(read_updates(body(change("100", messages=told, contacts=[{"user_id": "BR.4"}])), 1)) == {
        "BR.4"
    }
    system = {"type": "user_changed_number", "wa_id": "5511987654322", "user_id": "BR.6"}
    changed = [{"id": "w6", "from_user_id": "BR.5", "type": "system", "system": system}]
    assert hidden_people(read_updates(body(change("100", messages=changed)), 1)) == {
        "BR.5"
    }  # the old id; the new number has a new one
    statuses = [{"id": "w1", "status": "read", "recipient_user_id": "BR.1"}]
    assert (
        hidden_people(read_updates(body(change("100", statuses=statuses, contacts=[{"user_id": "BR.1"}])), 1)) == set()
    )
    assert hidden_people(read_updates(b'{"messages":', 1)) == set()


def test_every_message_of_a_batch_is_read_not_only_the_first() -> None:
    messages = [{"id": f"w{n}", "from": "5511900000000", "timestamp": "1698266945", "type": "text"} for n in range(3)]
    contacts = [{"wa_id": "5511900000000", "profile": {"name": "Maria"}}]
    found = read_updates(body(change("100", messages=messages, contacts=contacts)), 1)["100"]
    assert [(message.provider_id, message.name) for message in found.inbound] == [
        ("w0", "Maria"),
        ("w1", "Maria"),
        ("w2", "Maria"),
    ]


def test_unknown_fields_are_counted() -> None:
    found = read_updates(body({"field": "flows", "value": {}}, change("100", messages=[{"type": "text"}])), 1)
    assert (found[""].other, found["100"].other) == (1, 1)


def test_a_foreign_opaque_value_is_no_message_id() -> None:
    status = {"id": "w1", "status": "sent", "biz_opaque_callback_data": "pedido-7"}
    [update] = read_updates(body(change("100", statuses=[status])), 5)["100"].statuses
    assert (update.message_id, update.at_ms) == (None, 0)


def test_prices_and_conversations_are_read_where_meta_tells_them() -> None:
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    statuses = [
        {"id": "w1", "status": "sent", "pricing": pricing, "conversation": {"id": "7", "origin": {"type": "utility"}}},
        {"id": "w2", "status": "read"},
        {"id": "w3", "status": "read", "pricing": "free"},
        {"id": "w4", "status": "sent", "pricing": {"type": "a\0b"}},
    ]
    found = read_updates(body(change("100", statuses=statuses)), 1)["100"].statuses
    assert [orjson.loads(one.pricing) if one.pricing else None for one in found] == [
        {"pricing": pricing, "conversation": {"id": "7", "origin": {"type": "utility"}}},
        None,
        None,
        None,
    ]


@given(JSON)
def test_any_json_is_survived(value: object) -> None:
    try:
        raw = orjson.dumps(value)
    except (TypeError, ValueError):
        return
    read_updates(raw, 1)
    read_updates(body({"field": "messages", "value": value}), 1)
    read_updates(body(change("1", statuses=[value], messages=[value], contacts=value)), 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(raw: bytes) -> None:
    assert isinstance(read_updates(raw, 1), dict)


def inbound(message: dict[str, object], *contacts: dict[str, object]) -> InboundMessage:
    [found] = read_updates(body(change("100", messages=[{"id": "w1", **message}], contacts=list(contacts))), 1)[
        "100"
    ].inbound
    return found


def test_a_person_who_hides_the_number_is_known_by_the_user_id() -> None:
    ana: dict[str, object] = {"user_id": "BR.abc123", "profile": {"name": "Ana", "username": "ana"}}
    rui: dict[str, object] = {"user_id": "BR.def456", "profile": {"name": "Rui"}}
    found = inbound({"from_user_id": "BR.def456", "type": "text"}, ana, rui)
    assert (found.wa_id, found.user_id, found.name) == (None, "BR.def456", "Rui")
    assert (found.value["user_id"], found.value["contact"]) == ("BR.def456", rui)
    both = inbound({"from": "5511987654321", "type": "text"}, {**ana, "wa_id": "5511987654321"}, rui)
    assert (both.wa_id, both.user_id, both.name) == ("5511987654321", "BR.abc123", "Ana")
    assert inbound({"from_user_id": "no id", "type": "text"}, ana, rui).user_id is None
    assert "user_id" not in inbound({"from": "5511987654321", "type": "text"}).value


def test_a_changed_number_is_no_message_of_the_person() -> None:
    system = {"type": "user_changed_number", "body": "…", "wa_id": "551187654322", "user_id": "BR.abc123"}
    found = inbound({"from": "5511987654321", "type": "system", "system": system})
    assert (found.changed, found.changed_to, found.user_id) == (True, "+5511987654322", "BR.abc123")
    assert (found.wa_id, found.value["changed_to"]) == ("5511987654321", "+5511987654322")
    older = {"type": "customer_changed_number", "new_wa_id": "5511987654322", "customer": "5511987654321"}
    assert inbound({"from": "5511987654321", "type": "system", "system": older}).changed_to == "+5511987654322"
    other = {"type": "customer_identity_changed", "wa_id": "5511987654322"}
    assert not inbound({"from": "5511987654321", "type": "system", "system": other}).changed
    assert not inbound({"from": "5511987654321", "type": "text", "system": system}).changed
    hidden = inbound({"from": "5511987654321", "type": "system", "system": {"type": "user_changed_number"}})
    assert (hidden.changed, hidden.changed_to) == (True, None)
