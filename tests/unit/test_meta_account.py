"""What Meta tells of templates, numbers, accounts and people's wishes: every known event, and any nonsense."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.meta_account import (
    Effect,
    LimitsTold,
    NoticeTold,
    Preference,
    SendingTold,
    TemplateTold,
    read_account_update,
    read_preferences,
    template_told,
)
from engine.meta_notices import Notice
from engine.meta_updates import read_updates
from gateway.reasons import in_words

TEMPLATE = {
    "message_template_id": 1689556908129835,
    "message_template_name": "pix",
    "message_template_language": "pt_BR",
}
ID = "1689556908129835"


def effects(field: str, value: Any) -> list[Effect]:
    return list(read_account_update("9", field, value, 1).effects)


def told(**more: Any) -> TemplateTold:
    return TemplateTold("pix", "pt_BR", ID, **more)


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("APPROVED", "approved"),
        ("REINSTATED", "approved"),
        ("REJECTED", "rejected"),
        ("PENDING", "pending"),
        ("PAUSED", "paused"),
        ("DISABLED", "disabled"),
        ("DELETED", "deleted"),
        ("FLAGGED", None),
        ("SOMETHING_NEW", None),
    ],
)
def test_a_templates_status_by_every_event(event: str, status: str | None) -> None:
    value = {**TEMPLATE, "event": event, "reason": "NONE"}
    assert effects("message_template_status_update", value) == [told(meta_status=event, status=status)]


def test_why_a_template_was_refused_or_paused() -> None:
    refused = {**TEMPLATE, "event": "REJECTED", "reason": "INVALID_FORMAT", "rejection_info": {"reason": "Variável"}}
    paused = {**TEMPLATE, "event": "PAUSED", "reason": None, "other_info": {"title": "FIRST_PAUSE"}}
    [first], [second] = (effects("message_template_status_update", value) for value in (refused, paused))
    assert isinstance(first, TemplateTold)
    assert isinstance(second, TemplateTold)
    assert (first.reason, second.reason) == ("INVALID_FORMAT", "FIRST_PAUSE")


def test_a_templates_quality_and_category() -> None:
    quality = {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "RED"}
    assert effects("message_template_quality_update", quality) == [told(quality="RED")]
    category = {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"}
    assert effects("template_category_update", category) == [told(category="marketing")]
    assert effects("template_category_update", {**TEMPLATE, "new_category": "OTHER"}) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"event": "THROUGHPUT_UPGRADE"}, LimitsTold("+5511987654321", None, 1000)),
        (
            {"event": "DOWNGRADE", "old_limit": "TIER_10K", "current_limit": "TIER_1K"},
            LimitsTold("+5511987654321", "TIER_2K"),
        ),
        (
            {"event": "UPGRADE", "max_daily_conversations_per_business": "TIER_100K"},
            LimitsTold("+5511987654321", "TIER_100K"),
        ),
        ({"event": "ONBOARDING"}, None),
    ],
)
def test_a_numbers_limits(value: dict[str, Any], expected: LimitsTold | None) -> None:
    for phone in ("5511987654321", "+5511987654321", "551187654321"):  # the last one without its ninth digit
        found = effects("phone_number_quality_update", {"display_phone_number": phone, **value})
        assert found == ([] if expected is None else [expected])


def test_a_portfolios_limit_is_every_numbers() -> None:
    assert effects("business_capability_update", {"max_daily_conversations_per_business": 2000}) == [
        LimitsTold(None, "TIER_2K")
    ]
    assert effects("business_capability_update", {"max_daily_conversations_per_business": -1}) == [
        LimitsTold(None, "TIER_UNLIMITED")
    ]


def restriction(*entries: tuple[str, int | None]) -> dict[str, Any]:
    return {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": kind, "expiration": until} for kind, until in entries],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            SendingTold("pause", "account_disabled"),
        ),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, None),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
            SendingTold("resume", "account_disabled"),
        ),
        ({"event": "ACCOUNT_DELETED"}, SendingTold("stop", "account_deleted")),
        ({"event": "VERIFIED_ACCOUNT"}, None),
        (restriction(("RESTRICTED_ADD_PHONE_NUMBER_ACTION", 9)), None),
        (restriction(("RESTRICTED_BIZ_INITIATED_MESSAGING", 9)), SendingTold("pause", "account_restricted", 9000)),
        (
            restriction(("RESTRICTED_BIZ_INITIATED_MESSAGING", 9), ("RESTRICTED_CUSTOMER_INITIATED_MESSAGING", None)),
            SendingTold("pause", "account_restricted", None),
        ),
    ],
)
def test_an_accounts_restrictions(value: dict[str, Any], expected: SendingTold | None) -> None:
    found = [effect for effect in effects("account_update", value) if not isinstance(effect, NoticeTold)]
    assert found == ([] if expected is None else [expected])


def test_a_persons_word_about_marketing() -> None:
    entry = {"wa_id": "551187654321", "detail": "…", "category": "marketing_messages", "timestamp": 1731705721}
    value = {"user_preferences": [{**entry, "value": word} for word in ("stop", "resume", "signup", "what")]}
    at_ms = 1_731_705_721_000
    assert read_preferences(value, 5) == [Preference("+5511987654321", stop, at_ms) for stop in (True, False, False)]
    other = {"user_preferences": [{**entry, "value": "stop", "category": "calls"}, 7, {**entry, "wa_id": None}]}
    assert read_preferences(other, 5) == []


def test_a_body_with_every_field_is_sorted_out() -> None:
    changes = [
        {"field": "message_template_status_update", "value": {**TEMPLATE, "event": "PAUSED"}},
        {"field": "flows", "value": {"event": "x"}},
        {
            "field": "user_preferences",
            "value": {
                "metadata": {"phone_number_id": "100"},
                "user_preferences": [{"wa_id": "5511987654321", "category": "marketing_messages", "value": "stop"}],
            },
        },
    ]
    body = {"object": "whatsapp_business_account", "entry": [{"id": "9", "time": 1731705721, "changes": changes}]}
    found = read_updates(orjson.dumps(body), 1)
    assert [(update.waba_id, update.field, update.told_ms) for update in found[""].account] == [
        ("9", "message_template_status_update", 1_731_705_721_000),
        ("9", "flows", 1_731_705_721_000),
    ]
    assert [update.effects == () for update in found[""].account] == [False, True]
    assert (found[""].other, found["100"].other) == (1, 0)
    assert found["100"].preferences == [Preference("+5511987654321", True, 1)]


def test_what_graphs_list_says_of_a_template() -> None:
    listed = {
        "id": "7",
        "name": "pix",
        "language": "pt_BR",
        "status": "PAUSED",
        "category": "MARKETING",
        "quality_score": {"score": "YELLOW", "date": 1},
        "rejected_reason": "NONE",
    }
    assert template_told(listed) == TemplateTold("pix", "pt_BR", "7", "PAUSED", "paused", None, "YELLOW", "marketing")
    assert template_told({"name": "pix"}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [
                *TEMPLATE, "event", "reason", "rejection_info", "other_info", "title", "new_quality_score", "ban_info",
                "new_category", "display_phone_number", "current_limit", "max_daily_conversations_per_business",
                "restriction_info", "restriction_type", "expiration", "user_preferences", "wa_id", "category", "value",
            ]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=15,
)  # fmt: skip


@given(JSON)
def test_any_value_of_any_field_is_survived(value: Any) -> None:
    for field in (
        "message_template_status_update",
        "message_template_quality_update",
        "template_category_update",
        "phone_number_quality_update",
        "business_capability_update",
        "account_update",
        "nothing_known",
    ):
        effects(field, value)
    if isinstance(value, dict):
        read_preferences(value, 1)
        template_told(value)


def test_a_flagged_number_is_red_and_an_unflagged_one_unknown_again() -> None:
    phone = {"display_phone_number": "5511987654321"}
    [flagged] = effects("phone_number_quality_update", {**phone, "event": "FLAGGED"})
    [unflagged] = effects("phone_number_quality_update", {**phone, "event": "UNFLAGGED"})
    assert flagged == NoticeTold(Notice("number_flagged"), "+5511987654321", "RED")
    assert unflagged == NoticeTold(Notice(None, ("number_flagged",)), "+5511987654321", "UNKNOWN")
    both = {**phone, "event": "FLAGGED", "max_daily_conversations_per_business": "TIER_2K"}
    assert [type(one) for one in effects("phone_number_quality_update", both)] == [LimitsTold, NoticeTold]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            "account_update",
            {
                "event": "DISABLED_UPDATE",
                "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "1/2"},
            },
            Notice("account_disable_scheduled", (), "1/2", critical=True),
        ),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
            Notice("account_violation", (), "ADULT", critical=True),
        ),
        ("account_update", {"event": "ACCOUNT_VIOLATION"}, Notice("account_violation", critical=True)),
        (
            "account_alerts",
            {"alert_severity": "WARNING", "alert_status": "ACTIVE", "alert_type": "A", "alert_description": "b"},
            Notice("account_alert", (), "A: b"),
        ),
        (
            "account_alerts",
            {"alert_info": {"alert_severity": "CRITICAL", "alert_type": "A"}},
            Notice("account_alert", (), "A", critical=True),
        ),
        ("account_alerts", {"alert_info": {"alert_status": "RESOLVED"}}, Notice(None, ("account_alert",))),
        ("account_review_update", {"decision": "REJECTED"}, Notice("account_review_rejected", critical=True)),
        ("account_review_update", {"decision": "APPROVED"}, Notice(None, ("account_review_rejected",))),
        ("account_review_update", {"decision": "PENDING"}, None),
        (
            "phone_number_name_update",
            {"display_phone_number": "5511987654321", "decision": "REJECTED", "rejection_reason": "NAME_X"},
            Notice("name_rejected", (), "NAME_X"),
        ),
        (
            "phone_number_name_update",
            {"display_phone_number": "5511987654321", "decision": "APPROVED", "rejection_reason": "NONE"},
            Notice(None, ("name_rejected",)),
        ),
        ("phone_number_name_update", {"display_phone_number": "5511987654321", "decision": "DEFERRED"}, None),
        ("phone_number_name_update", {"display_phone_number": "", "decision": "REJECTED"}, None),
    ],
)
def test_what_a_person_should_know(field: str, value: dict[str, Any], expected: Notice | None) -> None:
    found = [one.notice for one in effects(field, value) if isinstance(one, NoticeTold)]
    assert found == ([] if expected is None else [expected])
    if expected is not None and expected.code is not None:
        assert in_words(expected.code) is not None


def test_a_reinstated_account_has_nothing_to_be_told_of() -> None:
    found = effects("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})
    assert NoticeTold(Notice(None, ("account_disable_scheduled", "account_violation"))) in found
