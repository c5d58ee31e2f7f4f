from __future__ import annotations

from uuid import UUID

import pytest

from engine.matching import RuleRow, RuleSet, TemplateRow
from engine.rule_schema import validate_rule
from engine.samples import SAMPLE_TEMPLATES, sample_rules
from engine.template_schema import validate_template
from tests.unit.rule_builders import SESSION, SESSIONS, evaluate, grapfy, grapfy_event

IDS = {sample["name"]: UUID(int=number) for number, sample in enumerate(SAMPLE_TEMPLATES, start=1)}
RULES = sample_rules(str(SESSION), {name: str(identifier) for name, identifier in IDS.items()})


def sample_set() -> RuleSet:
    templates = {IDS[sample["name"]]: TemplateRow(id=IDS[sample["name"]], **sample) for sample in SAMPLE_TEMPLATES}
    rows = [RuleRow(UUID(int=10 + n), sample["name"], True, 1, sample) for n, sample in enumerate(RULES)]
    return RuleSet.build(rows, templates, SESSIONS)


def test_the_samples_are_valid() -> None:
    assert [validate_template(sample) for sample in SAMPLE_TEMPLATES] == [[], []]
    assert [validate_rule(sample) for sample in RULES] == [[], []]
    assert sample_set().problems == {}


@pytest.mark.parametrize("event_type", ["pix_created", "order_approved"])
def test_each_of_the_two_events_sends_one_message(event_type: str) -> None:
    (draft,) = evaluate(sample_set(), grapfy_event(event_type=event_type)).drafts
    assert (draft.status, draft.lane, draft.type) == ("queued", "transactional", "template")
    assert "Olá, Cliente!" in draft.text
    assert "R$ 97,00" in draft.text
    assert (grapfy()["qrCode"] in draft.text) is (event_type == "pix_created")


def test_other_events_send_nothing() -> None:
    assert evaluate(sample_set(), grapfy_event(event_type="lead_created")).drafts == []


def test_a_card_sale_without_a_name_still_reads_well() -> None:
    (draft,) = evaluate(sample_set(), grapfy_event(event_type="order_approved", customer_name=None)).drafts
    assert draft.status == "queued"
    assert draft.text.startswith("Olá, cliente!")


def test_a_pix_without_its_code_is_held() -> None:
    (draft,) = evaluate(sample_set(), grapfy_event(pix_code=None)).drafts
    assert (draft.status, draft.reason) == ("held", "missing_variable:pix_code")
