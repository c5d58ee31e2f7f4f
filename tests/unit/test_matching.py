from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import CanonicalEvent
from engine.matching import MessageDraft, Outcome
from engine.rule_reasons import HOLD, RUN, hold_words
from tests.unit.rule_builders import (
    NOW_MS,
    RULE,
    SESSION,
    TEMPLATE,
    WEB_SESSION,
    any_json,
    evaluate,
    grapfy,
    grapfy_event,
    rule,
    rule_set,
    sending,
    template_row,
)

BY_TEMPLATE = rule(action=sending(template_id=str(TEMPLATE)))


def only_draft(outcome: Outcome) -> MessageDraft:
    (draft,) = outcome.drafts
    return draft


def told(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(run["outcome"], run["reason"]) for run in outcome.runs]


def test_a_rule_that_holds_makes_a_message_for_the_customer() -> None:
    outcome = evaluate(rule_set(rule()))
    assert outcome.runs == [{"rule_id": str(RULE), "version": 3, "outcome": "fired", "reason": None, "detail": None}]
    assert only_draft(outcome) == MessageDraft(
        rule_id=RULE,
        rule_version=3,
        session_id=SESSION,
        to_phone="+5511900000000",
        type="text",
        text="Olá, Cliente!",
        template_id=None,
        template_name=None,
        template_language=None,
        components=None,
        category=None,
        lane="transactional",
        delay_s=0,
        due_ms=NOW_MS,
        cancel_on=(),
        order_id="8f0c2a51-0000-4000-8000-000000000002",
        per_order=None,
        status="queued",
        reason=None,
    )


def test_a_meta_template_is_sent_with_its_parameters_and_shown_filled() -> None:
    draft = only_draft(evaluate(rule_set(BY_TEMPLATE, template=template_row())))
    assert (draft.type, draft.template_id, draft.template_name) == ("template", TEMPLATE, "pix_criado")
    assert (draft.template_language, draft.category, draft.lane) == ("pt_BR", "utility", "transactional")
    assert draft.text == "Olá, Cliente: R$ 97,00."
    assert draft.components == [
        {"type": "body", "parameters": [{"type": "text", "text": "Cliente"}, {"type": "text", "text": "R$ 97,00"}]}
    ]


def test_a_plain_template_is_sent_as_text() -> None:
    draft = only_draft(evaluate(rule_set(BY_TEMPLATE, template=template_row(kind="plain", components=[]))))
    assert (draft.type, draft.template_id, draft.template_name) == ("text", TEMPLATE, None)
    assert (draft.text, draft.components) == ("Olá, Cliente: R$ 97,00.", None)


def test_a_web_session_sends_the_filled_text_of_a_meta_template_approved_or_not() -> None:
    by_web = rule(action={"send": {"session_id": str(WEB_SESSION), "template_id": str(TEMPLATE)}})
    draft = only_draft(evaluate(rule_set(by_web, template=template_row(status="PENDING"))))
    assert (draft.type, draft.components, draft.status) == ("text", None, "queued")


def test_marketing_goes_by_the_bulk_lane() -> None:
    draft = only_draft(evaluate(rule_set(BY_TEMPLATE, template=template_row(category="marketing"))))
    assert draft.lane == "bulk"


def test_a_delay_schedules_the_message_and_carries_what_cancels_it() -> None:
    delayed = rule(delay_s=600, cancel_on=["order.paid"], caps={"per_order": 1})
    rules = rule_set(delayed)
    draft = only_draft(evaluate(rules))
    assert (draft.status, draft.delay_s, draft.due_ms) == ("scheduled", 600, NOW_MS + 600_000)
    assert (draft.cancel_on, draft.per_order) == (("order_approved",), 1)
    assert rules.cancel_types == {"order_approved"}


@pytest.mark.parametrize(
    ("to", "phone"),
    [
        ("+55 (21) 98888-7777", "+5521988887777"),
        ("{{$.seller}}", "+5521988887777"),
        ("{{customer_phone}}", "+5511900000000"),
    ],
)
def test_a_rule_may_name_its_recipient(to: str, phone: str) -> None:
    outcome = evaluate(rule_set(rule(action=sending(text="Venda!", to=to))), payload={"seller": "21988887777"})
    assert only_draft(outcome).to_phone == phone


@pytest.mark.parametrize("to", ["{{$.nobody}}", "{{customer_name}}"])
def test_a_recipient_that_comes_out_empty_or_wrong_holds_the_message(to: str) -> None:
    outcome = evaluate(rule_set(rule(action=sending(text="Venda!", to=to))))
    assert only_draft(outcome).reason == "no_phone"


@pytest.mark.parametrize(
    ("event", "changes", "reason"),
    [
        ({"customer_phone": None}, {}, "no_phone"),
        ({"customer_name": None}, {}, "missing_variable:customer_name"),
        ({"customer_name": None, "order_value_cents": None}, {}, "missing_variable:customer_name,order_value"),
        ({}, {"status": "PENDING"}, "template_not_approved"),
        ({}, {"kind": "plain", "body": '{{$.cupomCode|default:""}}'}, "empty_text"),
        ({"customer_name": "x" * 4097}, {"kind": "plain", "body": "{{customer_name}}"}, "text_too_long"),
    ],
)
def test_what_must_not_reach_a_customer_is_held_with_a_reason(
    event: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    outcome = evaluate(rule_set(BY_TEMPLATE, template=template_row(**changes)), grapfy_event(**event))
    draft = only_draft(outcome)
    assert (draft.status, draft.reason) == ("held", reason)
    assert told(outcome) == [("held", reason)]
    assert len(draft.text) <= 4096
    assert hold_words(reason) is HOLD[reason.partition(":")[0]]


@pytest.mark.parametrize("text", ["Pague: {{pix_code}}", '{{pix_code|default:"sem código"}}'])
def test_a_pix_code_that_no_bank_would_take_is_held_as_flows_hold_it(text: str) -> None:
    wrong = grapfy()["qrCode"][:-4] + "0000"
    (draft,) = evaluate(rule_set(rule(action=sending(text=text))), grapfy_event(pix_code=wrong)).drafts
    assert (draft.status, draft.reason) == ("held", "invalid_pix_code:checksum")
    (sound,) = evaluate(rule_set(rule(action=sending(text=text))), grapfy_event()).drafts
    assert (sound.status, sound.reason) == ("queued", None)


def test_a_text_that_does_not_show_the_code_or_has_none_is_not_held_for_it() -> None:
    (draft,) = evaluate(rule_set(rule()), grapfy_event(pix_code="000201")).drafts
    assert draft.status == "queued"
    text = '{{pix_code|default:"sem código"}}'
    (draft,) = evaluate(rule_set(rule(action=sending(text=text))), grapfy_event(pix_code=None)).drafts
    assert (draft.status, draft.text) == ("queued", "sem código")


def test_only_rules_of_this_event_type_are_told() -> None:
    rules = rule_set(rule(trigger={"event_type": "order_approved"}), rule(trigger={"event_type": ["a", "pix_created"]}))
    assert [run["rule_id"] for run in evaluate(rules).runs] == [str(UUID(int=RULE.int + 1))]
    assert evaluate(rules, grapfy_event(event_type="lead_created")) == Outcome([], [])


def test_a_rule_for_every_event_runs_for_every_type_but_not_for_unparsed_events() -> None:
    rules = rule_set(rule(trigger={"event_type": "*"}), rule())
    assert len(evaluate(rules).drafts) == 2
    assert len(evaluate(rules, grapfy_event(event_type="never_heard_of")).drafts) == 1
    assert evaluate(rules, grapfy_event(event_type=None)).runs == []


def test_why_a_rule_did_not_run_is_told() -> None:
    when = {"field": "order_value", "op": "greater", "value": 100}
    assert evaluate(rule_set(rule(when=when))).runs == [
        {
            "rule_id": str(RULE),
            "version": 3,
            "outcome": "not_matched",
            "reason": "condition_false",
            "detail": {"path": "when", "field": "order_value", "op": "greater", "wanted": 100, "found": "97.00"},
        }
    ]
    assert told(evaluate(rule_set(rule(), active=False))) == [("skipped", "inactive")]


def test_a_source_is_compared_without_case() -> None:
    rules = rule_set(rule(trigger={"event_type": "pix_created", "source": "Grapfy"}))
    assert told(evaluate(rules)) == [("fired", None)]
    other = evaluate(rules, source="hotmart")
    assert other.runs[0]["detail"] == {"wanted": "grapfy", "found": "hotmart"}
    assert told(other) == [("skipped", "other_source")]


@pytest.mark.parametrize(
    ("definition", "template", "reason"),
    [
        (rule(action={"send": {"session_id": str(TEMPLATE), "text": "a"}}), None, "unknown_session"),
        (BY_TEMPLATE, None, "unknown_template"),
        (BY_TEMPLATE, template_row(body="{{nome}}"), "invalid_template"),
        (rule(when={"field": "nome", "op": "equals", "value": 1}), None, "invalid_definition"),
        (rule(action={}), None, "invalid_definition"),
    ],
)
def test_a_rule_that_cannot_send_is_an_error_and_disturbs_no_other(
    definition: dict[str, Any], template: Any, reason: str
) -> None:
    outcome = evaluate(rule_set(definition, rule(), template=template))
    assert told(outcome) == [("error", reason), ("fired", None)]
    assert len(outcome.drafts) == 1


def test_what_could_not_be_compiled_is_listed_for_the_log() -> None:
    rules = rule_set(
        {"trigger": "?"}, rule(when={"field": "nome", "op": "is", "value": 1}), template=template_row(body="{{")
    )
    assert set(rules.problems) == {RULE, UUID(int=RULE.int + 1), TEMPLATE}
    assert "unknown field 'nome'" in rules.problems[UUID(int=RULE.int + 1)]


class _Broken(CanonicalEvent):
    """An event whose phone cannot be read, as a defect of ours would be."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name == "customer_phone":
            raise RuntimeError("defect")
        return super().__getattribute__(name)


def test_a_rule_that_raises_disturbs_no_other() -> None:
    event = _Broken(datetime(2026, 1, 1, tzinfo=UTC), "pix_created")
    outcome = evaluate(rule_set(rule(), rule(action=sending(text="Venda!", to="+5521988887777"))), event)
    assert told(outcome) == [("error", "raised"), ("fired", None)]
    assert outcome.runs[0]["detail"] == {"error": "RuntimeError: defect"}


def test_every_reason_has_words() -> None:
    assert {"inactive", "other_source", "raised", "unknown_session"} <= set(RUN)
    assert all(words.pt and words.en for words in (RUN | HOLD).values())
    assert hold_words("quiet_hours") is None


FIELD = st.sampled_from(["$.a", "$.a.b[0]", "$.c", "order_value", "pix_expires_at"])
LEAF = st.fixed_dictionaries(
    {"field": FIELD, "op": st.sampled_from(["equals", "greater", "contains", "not_equals"]), "value": st.just("1")}
)


@given(payload=any_json, when=LEAF, source=st.text(max_size=5))
def test_whatever_comes_in_goes_out_as_json_that_postgres_can_hold(
    payload: object, when: dict[str, Any], source: str
) -> None:
    send = sending(text='{{$.a}} {{$.c|default:"-"}}')
    everywhere = rule(trigger={"event_type": "*"}, action=send)
    rules = rule_set(rule(when=when), everywhere, rule(trigger={"event_type": "pix_created", "source": "x"}))
    outcome = evaluate(rules, payload=payload, source=source)
    assert "error" not in {run["outcome"] for run in outcome.runs}
    assert b"\\u0000" not in orjson.dumps(outcome.runs)
    for draft in outcome.drafts:
        assert "\0" not in draft.text
        draft.text.encode()
        assert (draft.status == "held") is (draft.reason is not None)
