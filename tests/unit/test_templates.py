from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.fields import compile_field
from engine.template_syntax import MAX_FILTERS, SyntaxProblem, parse_template
from engine.templates import Filling, cleaned, compile_template, recipient_problem, text_problems
from engine.zones import zone_named
from tests.unit.rule_builders import any_json, grapfy, grapfy_event

SAO_PAULO = zone_named("America/Sao_Paulo")


def fill(text: str, payload: object = None, defaults: dict[str, str] | None = None, **event: Any) -> str:
    rendered = compile_template(text).render(
        grapfy_event(**event), grapfy() if payload is None else payload, SAO_PAULO, defaults
    )
    assert rendered.missing == ()
    return rendered.text


def missing(text: str, payload: object = None, **event: Any) -> tuple[str, ...]:
    body = grapfy() if payload is None else payload
    return compile_template(text).render(grapfy_event(**event), body, SAO_PAULO).missing


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Sem variáveis } { }}", "Sem variáveis } { }}"),
        ("{{customer_name}}", "Cliente Exemplo"),
        ("Oi {{ customer_name | first_name }}!", "Oi Cliente!"),
        ("{{order_value}} {{order_value|money}}", "R$ 97,00 R$ 97,00"),
        ("{{$.total}} {{$.total|money}} {{$.installmentValue|money}}", "97 R$ 97,00 R$ 97,00"),
        ("{{pix_expires_at|date}} às {{pix_expires_at|time}}", "20/12/2099 às 12:00"),
        ("{{pix_expires_at}}", "20/12/2099 12:00"),
        ("{{$.createdAt|datetime}}", "20/12/2025 11:00"),
        ("{{$.plan.name}}", "Plano Exemplo"),
        ("{{$.isOrderBump}}", "não"),
        ('{{$.cupomCode|default:"sem cupom"}}', "sem cupom"),
        ("{{$.cupomCode|default:'{{a}}'}}", "{{a}}"),
        ("{{$.cupomCode|default:d'água}}", "d'água"),
        ("{{$.cupomCode|default:“10% a menos”|upper}}", "10% A MENOS"),
        ('a{{$.cupomCode|default:""}}b', "ab"),
        ("{{customer_name|upper}} {{customer_name|lower}}", "CLIENTE EXEMPLO cliente exemplo"),
        ("{{product_name|truncate:8}}", "Produto…"),
        ("{{customer_phone|digits}}", "5511900000000"),
    ],
)
def test_texts_are_filled(text: str, filled: str) -> None:
    assert fill(text) == filled


def test_dates_are_told_in_the_companys_zone() -> None:
    event = grapfy_event(pix_expires_at=datetime(2026, 1, 1, 2, 30, tzinfo=UTC))
    template = compile_template("{{pix_expires_at}}")
    assert template.render(event, {}, zone_named("America/Sao_Paulo")).text == "31/12/2025 23:30"
    assert template.render(event, {}, zone_named("America/Manaus")).text == "31/12/2025 22:30"
    assert template.render(event, {}, zone_named("No/Where")).text == "31/12/2025 23:30"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{customer_email}} {{$.x.y}} {{customer_email|upper}}", ("customer_email", "$.x.y")),
        ("{{$.customer}}", ("$.customer",)),
        ("{{$.cupomCode|money}}", ("$.cupomCode",)),
        ("{{customer_name|money}}", ("customer_name",)),
        ("{{customer_name|date}}", ("customer_name",)),
        ("{{$.blank}}", ("$.blank",)),
        ("{{$.invisible}}", ("$.invisible",)),
    ],
)
def test_what_has_no_value_is_named_once_and_in_order(text: str, names: tuple[str, ...]) -> None:
    payload = grapfy() | {"blank": "  ", "invisible": "\u202e\u0007"}
    assert missing(text, payload, customer_email=None) == names


def test_the_templates_default_counts_last_and_as_written() -> None:
    defaults = {"product_name": "seu pedido", "$.cupomCode": "BEMVINDO"}
    assert fill("{{product_name|upper}} {{$.cupomCode}}", None, defaults, product_name=None) == "seu pedido BEMVINDO"
    assert fill('{{product_name|default:"x"}}', None, defaults, product_name=None) == "x"


def test_a_value_is_never_read_as_a_template() -> None:
    assert fill("{{customer_name}}", customer_name="{{pix_code}}") == "{{pix_code}}"


def test_control_and_direction_marks_do_not_reach_a_customer() -> None:
    assert fill("{{customer_name}}", customer_name=" Ana\x00\u202e\r\nMaria\ud800 ") == "Ana\nMaria"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a\nb", "a b"),
        ("a \r\n\t b", "a b"),
        ("a    b", "a    b"),
        ("a     b", "a b"),
        ("José da Silva 👩‍👧", "José da Silva 👩‍👧"),
    ],
)
def test_metas_parameters_stand_on_one_line(value: str, line: str) -> None:
    assert cleaned(value, one_line=True) == line


@given(value=st.text())
def test_cleaned_values_keep_metas_rules_whatever_they_are(value: str) -> None:
    line = cleaned(value, one_line=True)
    assert not {"\n", "\r", "\t"} & set(line)
    assert "     " not in line
    assert line == line.strip()
    assert cleaned(line, one_line=True) == line
    line.encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1 to 4096"),
        ("   ", "1 to 4096"),
        ("x" * 4097, "1 to 4096"),
        ("a\0", "1 to 4096"),
        (None, "1 to 4096"),
        ("{{custmer_name}}", "did you mean 'customer_name'"),
        ("{{customer-name}}", "did you mean 'customer_name'"),
        ("{{customer_name|frist_name}}", "did you mean 'first_name'"),
        ("{{plan.name}}", "$.plan.name"),
        ("{{$.a[}}", "$.a["),
        ("{{}}", "names no variable"),
        ("{{ |money}}", "names no variable"),
        ("{{customer_name|}}", "without a filter's name"),
        ("{{customer_name", "not closed"),
        ('{{customer_name|default:"x}}', "not closed"),
        ("{{customer_name|truncate}}", "truncate:20"),
        ("{{customer_name|truncate:1}}", "truncate:20"),
        ("{{customer_name|default}}", "needs a text"),
        ("{{order_value|money:BRL}}", "takes no argument"),
        ("{{order_value" + "|money" * (MAX_FILTERS + 1) + "}}", "filters"),
        ("{{order_id}}" * 61, "60 variables"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(text: object, words: str) -> None:
    problems = text_problems(text)
    assert words in " ".join(problems)


def test_every_wrong_variable_is_named_at_once() -> None:
    assert len(text_problems("{{nome}} {{customer_name}} {{valor}} {{order_value|dinheiro}}")) == 3


def test_what_is_wrong_does_not_compile() -> None:
    for text in ("{{nome}}", "{{customer_name|x}}", "{{"):
        with pytest.raises(ValueError, match=r"\{\{"):
            compile_template(text)
    with pytest.raises(ValueError, match="unknown field"):
        compile_field("nome")


def test_the_same_expression_in_two_spellings_is_one() -> None:
    template = compile_template("{{customer_name|default:'a'}} {{ customer_name | default:a }} {{customer_name}}")
    assert template.variables == ("customer_name",)
    assert template.expressions == ('customer_name|default:"a"', "customer_name")


@pytest.mark.parametrize(
    ("to", "valid"),
    [("+5511900000000", True), ("11 90000-0000", True), ("{{$.seller.phone}}", True), ("x", False), (1, False),
     ("{{nome}}", False)],
)  # fmt: skip
def test_recipients(to: object, valid: bool) -> None:
    assert (recipient_problem(to) is None) is valid


@given(text=st.text(alphabet="{}|:\"'$.a ", max_size=40))
def test_any_text_is_parsed_or_refused_in_words(text: str) -> None:
    try:
        pieces = parse_template(text)
    except SyntaxProblem as error:
        assert str(error)
        return
    written = "".join(piece if isinstance(piece, str) else f"{{{{{piece.written()}}}}}" for piece in pieces)
    assert parse_template(written) == pieces


@given(value=any_json)
def test_no_payload_raises_or_leaves_a_gap(value: object) -> None:
    filters = ("", "|money", "|date", "|first_name", "|title", "|digits", "|truncate:5", "|upper|money")
    for expression in filters:
        rendered = compile_template(f"[{{{{$.a{expression}}}}}]").render(grapfy_event(), {"a": value}, SAO_PAULO)
        assert bool(rendered.missing) is (rendered.text == "[]")


def test_a_value_is_worked_out_once_for_all_the_places_it_stands_in() -> None:
    filling = Filling(grapfy_event(), {}, SAO_PAULO, one_line=True)
    first, second = compile_template("{{$.x}}{{order_id}}"), compile_template("{{$.x}} {{$.y}}")
    assert first.fill(filling).startswith("8f0c2a51")
    assert second.fill(filling) == " "
    assert tuple(filling.missing) == ("$.x", "$.y")
