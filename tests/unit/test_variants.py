"""Variants: no variable may be lost, changed or added; nothing may be claimed anew; the same order is told the same."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ai.variants import Original, normalised, refused
from engine.drafts import MessageTemplate
from engine.matching import RuleSet, TemplateRow
from engine.template_syntax import Expression, parse_template
from engine.variants import VariantRow, chosen
from engine.zones import zone_named
from gateway.reasons import in_words
from tests.unit.rule_builders import (
    TEMPLATE,
    evaluate,
    grapfy_event,
    rule,
    rule_set,
    sending,
    template_row,
)

TEXT = (
    'Olá, {{customer_name|first_name|default:"cliente"}}! O PIX de {{order_value|money}} do pedido {{order_id}} '
    "vence em 30 minutos. Pague aqui: https://loja.com.br/p/{{order_id}}"
)
GOOD = (
    'Oi {{customer_name|first_name|default:"cliente"}}, tudo certo? Seu pedido {{order_id}} espera o PIX de '
    "{{order_value|money}}, que vence em 30 minutos. O link é https://loja.com.br/p/{{order_id}}"
)
ORIGINAL = Original(text=TEXT, hosts=("ajuda.loja.com.br",))


def code(text: str, original: Original = ORIGINAL, others: list[str] | None = None) -> str | None:
    reason = refused(text, original, others or [])
    return None if reason is None else reason.partition(":")[0]


def test_a_text_with_the_same_variables_and_nothing_new_may_stand_for_it() -> None:
    assert refused(GOOD, ORIGINAL) is None
    respelled = GOOD.replace("{{order_value|money}}", "{{ order_value | money }}")
    assert refused(respelled, ORIGINAL) is None
    assert refused(GOOD + " Dúvidas: https://ajuda.loja.com.br", ORIGINAL) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (GOOD.replace("{{order_value|money}}", "R$ 97,00"), "variant_variables"),
        (GOOD.replace("|money", ""), "variant_variables"),
        (GOOD.replace('"cliente"', '"amigo"'), "variant_variables"),
        (GOOD + " {{order_id}}", "variant_variables"),
        (GOOD + " {{customer_phone}}", "variant_variables"),
        (GOOD.replace("{{order_id}}", "{order_id}", 1), "variant_variables"),
        (GOOD + " {{", "variant_text"),
        (GOOD + " {{customer_document", "variant_text"),
        ("", "variant_text"),
        (GOOD + " Abraço, [seu nome]", "variant_blank"),
        (GOOD + " {nome}", "variant_blank"),
        (GOOD + " <link>", "variant_blank"),
        (GOOD + " \ue000", "variant_blank"),
        (GOOD.replace("{{order_value|money}}", "1{{order_value|money}}"), "variant_touches"),
        (GOOD.replace("{{order_value|money}}", "{{order_value|money}}0"), "variant_touches"),
        (GOOD.replace("{{order_value|money}}", "{{order_value|money}},50"), "variant_touches"),
        (TEXT.replace("Olá,", "OLÁ").replace("!", "."), "variant_same"),
        (GOOD.replace("loja.com.br/p", "loja-com.br/p"), "answer_link"),
        (GOOD + " Veja também www.golpe.com", "answer_link"),
        (GOOD + " Escreva para ana@golpe.com", "answer_link"),
        (GOOD + " Só R$ 10,00 de taxa.", "answer_amount"),
        (GOOD + " Com 50% de desconto.", "answer_amount"),
        (GOOD + " A chave é 11 91234-5678.", "answer_number"),
        (GOOD + " Cupom VOLTA2026X.", "answer_number"),
        (GOOD + " Entrega amanhã!", "answer_promise"),
        (GOOD + " Frete grátis!", "answer_promise"),
        (GOOD.replace("30 minutos", "2 horas"), "answer_promise"),
        (GOOD + " Eu sou uma pessoa, não sou um robô.", "answer_claims_to_be_human"),
        (GOOD + " Me mande a sua senha.", "answer_leaks"),
        (GOOD + " ```", "answer_unreadable"),
        (GOOD + " \u202eabc", "answer_unreadable"),
        (GOOD.replace("pedido", "pe\u200bdido"), "answer_unreadable"),
        (GOOD + " bla" * 400, "answer_too_long"),
        (
            "Hello {{customer_name|first_name|default:\"cliente\"}}, we have your order {{order_id}} and it is waiting "
            "for the payment of {{order_value|money}} with us: https://loja.com.br/p/{{order_id}}",
            "answer_language",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_why(changed: str, reason: str) -> None:
    told = refused(changed, ORIGINAL)
    assert told is not None and told.partition(":")[0] == reason
    assert in_words(told) is not None


def test_another_variant_is_not_made_twice() -> None:
    assert code(GOOD, others=[GOOD.replace("tudo certo?", "TUDO CERTO!")]) == "variant_same"
    assert normalised("Olá, {{a|b}}!") == normalised("ola {{ a | b }}")


def test_what_the_brief_names_may_be_named() -> None:
    sale = GOOD + " Hoje com 10% de desconto."
    assert code(sale) == "answer_amount"
    assert refused(sale, Original(text=TEXT, brief="hoje há 10% de desconto")) is None


_NAMES = st.sampled_from(["customer_name", "order_id", "order_value", "product_name", "$.a.b"])
_FILTERS = st.lists(st.sampled_from(["upper", "lower", 'default:"x"', "truncate:9", "title"]), max_size=2)
_EXPRESSIONS = st.builds(lambda name, filters: "{{" + "|".join([name, *filters]) + "}}", _NAMES, _FILTERS)
_WORDS = st.sampled_from(["Oi", "tudo bem", "seu pedido", "obrigado", "por favor", "veja", "aqui"])


@given(st.lists(_EXPRESSIONS, min_size=1, max_size=5), st.lists(_EXPRESSIONS, max_size=6), st.lists(_WORDS, min_size=7))
def test_placeholders_stay_exact(mine: list[str], other: list[str], words: list[str]) -> None:
    """Whatever is written around them: other placeholders, or another number of them, never pass."""
    template = " ".join(f"Texto {expression} e" for expression in mine) + " fim."
    proposed = " ".join(f"{word} {expression}" for word, expression in zip(words, other, strict=False)) + " pronto."

    def counted(text: str) -> Counter[str]:
        return Counter(piece.written() for piece in parse_template(text) if isinstance(piece, Expression))

    reason = refused(proposed, Original(text=template))
    if reason is None:
        assert counted(proposed) == counted(template)
    if counted(proposed) != counted(template):
        assert reason is not None and reason.startswith("variant_variables")


@given(st.data())
def test_a_mutated_variant_never_passes_with_other_placeholders(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    cut = data.draw(st.integers(0, 6))
    put = data.draw(st.text("{}|\"'ab1 _$.", max_size=4))
    mutated = GOOD[:place] + put + GOOD[place + cut :]
    if refused(mutated, ORIGINAL) is not None:
        return
    kept = [piece.written() for piece in parse_template(mutated) if isinstance(piece, Expression)]
    wanted = [piece.written() for piece in parse_template(TEXT) if isinstance(piece, Expression)]
    assert Counter(kept) == Counter(wanted)
    assert not {"{", "}"} & set("".join(piece for piece in parse_template(mutated) if isinstance(piece, str)))


@given(st.lists(st.uuids(), min_size=1, max_size=10, unique=True), st.text(max_size=40), st.integers(1, 9))
def test_the_same_subject_takes_the_same_and_keeps_it_when_others_go(
    ids: list[UUID], subject: str, version: int
) -> None:
    taken = chosen(ids, subject, version)
    assert taken in ids
    assert chosen(list(reversed(ids)), subject, version) == taken
    assert taken is not None
    for gone in ids:
        if gone != taken:
            assert chosen([one for one in ids if one != gone], subject, version) == taken


def test_variants_are_taken_evenly_and_none_is_left_out() -> None:
    ids = [UUID(int=number) for number in range(1, 5)]
    taken = Counter(chosen(ids, f"pedido-{number}", 1) for number in range(4_000))
    assert set(taken) == set(ids) and min(taken.values()) > 850
    assert chosen([], "x", 1) is None


def _varied() -> tuple[TemplateRow, RuleSet]:
    rows = tuple(
        VariantRow(UUID(int=number), f"Texto {number}: {{{{customer_name|first_name}}}}") for number in (1, 2, 3)
    )
    template = template_row(kind="plain", body="Olá, {{customer_name|first_name}}!", version=4, variants=rows)
    send = sending(template_id=str(TEMPLATE), variants=True)
    return template, rule_set(rule(action=send), template=template)


def test_a_firing_says_the_orders_variant_and_a_replay_says_it_again() -> None:
    _, rules = _varied()
    first, again = (evaluate(rules).drafts[0] for _ in range(2))
    assert first.variant is not None and first.variant == again.variant
    assert first.variant.template_version == 4
    assert first.text == f"Texto {first.variant.id.int}: Cliente" and first.text == again.text
    texts = {evaluate(rules, grapfy_event(order_id=str(n))).drafts[0].text for n in range(60)}
    assert len(texts) == 3


def test_without_being_asked_for_without_one_or_where_it_is_too_long_the_template_is_said() -> None:
    template, _ = _varied()
    plain = rule_set(rule(action=sending(template_id=str(TEMPLATE))), template=template)
    assert (evaluate(plain).drafts[0].text, evaluate(plain).drafts[0].variant) == ("Olá, Cliente!", None)
    none = rule_set(
        rule(action=sending(template_id=str(TEMPLATE), variants=True)),
        template=template_row(kind="plain", body="Olá, {{customer_name|first_name}}!"),
    )
    assert evaluate(none).drafts[0].text == "Olá, Cliente!"
    long = template_row(
        kind="plain", body="{{product_name}}", variants=(VariantRow(UUID(int=9), "a" * 50 + "{{product_name}}"),)
    )
    event = grapfy_event(product_name="p" * 4_090)
    content = MessageTemplate(long).fill(event, None, zone_named("America/Sao_Paulo"), False, "x")
    assert content.variant is None and content.text == "p" * 4_090


def test_a_meta_template_never_varies() -> None:
    rows = (VariantRow(UUID(int=1), "Outro {{customer_name|first_name}}: {{order_value}}"),)
    template = template_row(variants=rows)
    rules = rule_set(rule(action=sending(template_id=str(TEMPLATE), variants=True)), template=template)
    assert evaluate(rules).drafts[0].variant is None


def test_a_missing_value_holds_a_variant_as_it_does_the_template() -> None:
    _, rules = _varied()
    draft = evaluate(rules, grapfy_event(customer_name=None)).drafts[0]
    assert (draft.status, draft.reason) == ("held", "missing_variable:customer_name")
