"""Advice about dead letters, and which of them a retry leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from engine.dead_letters import CLASSES, SKIPS, advice_of, class_words, retry_refusal
from engine.message_states import STATUSES
from engine.phones import NOBODY
from gateway.reasons import in_words

GOOD: dict[str, Any] = {
    "resolved_at": None,
    "status": "failed",
    "session_gone": False,
    "to_phone": "+5511900000000",
    "stopped": None,
    "undeliverable": False,
    "barred": False,
    "replaced": False,
    "campaign_state": None,
    "template_id": None,
    "template_status": None,
    "template_kind": None,
}


def test_every_class_has_words_and_advice_in_both_languages() -> None:
    for name in CLASSES:
        words, advice = class_words(name), advice_of(name, None, name)
        assert words is not None and words["pt"] and words["en"]
        assert advice is not None and advice["pt"] and advice["en"]
        assert advice["pt"] != advice["en"]
    assert advice_of("nobody's", None, "x") is None


def test_the_nearest_advice_wins() -> None:
    own = {"advice": {"pt": "Faça isto.", "en": "Do this."}}
    assert advice_of("permanent", "131026", "whatsapp_131026", own) == {"pt": "Faça isto.", "en": "Do this."}
    by_code = advice_of("permanent", "131026", "whatsapp_131026")
    assert by_code is not None
    assert by_code != advice_of("permanent", None, "x")
    web = advice_of("permanent", "463", "web_463")
    assert web is not None
    assert web["en"] == "Write only to people who have answered; the others wait."


def test_what_is_left_alone_has_a_reason_in_words() -> None:
    assert retry_refusal(GOOD) is None
    for change, reason in (
        ({"resolved_at": 1}, "resolved_already"),
        ({"status": None}, "message_gone"),
        ({"session_gone": True}, "session_removed"),
        ({"to_phone": ""}, "no_phone"),
        ({"stopped": "opted_out"}, "opted_out"),
        ({"stopped": "marketing_stopped"}, "marketing_stopped"),
        ({"undeliverable": True}, "probably_not_on_whatsapp"),
        ({"barred": True}, "country_restricted"),
        ({"replaced": True}, "replaced_already"),
        ({"campaign_state": "paused"}, "campaign_paused"),
        ({"campaign_state": "cancelled"}, "campaign_cancelled"),
        ({"to_phone": NOBODY}, "erased"),
        ({"template_id": 1}, "template_removed"),
        ({"template_id": 1, "template_status": "PAUSED", "template_kind": "meta"}, "template_paused"),
        ({"template_id": 1, "template_status": "REJECTED", "template_kind": "meta"}, "template_not_approved"),
    ):
        assert retry_refusal({**GOOD, **change}) == reason
        assert in_words(reason) is not None, reason
    approved = {"template_id": 1, "template_status": "APPROVED", "template_kind": "meta"}
    assert retry_refusal({**GOOD, **approved}) is None
    assert all(in_words(reason) for reason in SKIPS)


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "failed"])
def test_a_message_that_did_not_stay_failed_is_never_tried_again(status: str) -> None:
    refusal = retry_refusal({**GOOD, "status": status})
    accepted = status in ("uncertain", "accepted", "sent", "delivered", "read")
    assert refusal == ("accepted_already" if accepted else "resolved_already")
