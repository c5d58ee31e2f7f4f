"""What messages mean: stop words first, then the nearest examples, and nobody guesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ai.chat_words import grams, plain_words
from engine.ai.evaluation import Labelled, measure, own_set, read_labelled
from engine.ai.examples import built_in_texts
from engine.ai.intents import (
    BUILT_IN,
    OPT_OUT,
    OTHER,
    UNSURE,
    IntentReader,
    OwnIntent,
    Verdict,
    looked_at,
    stops_messages,
)
from integrations.embedding import DIMENSIONS, Embedder

_READER = IntentReader()


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    made = Embedder()
    yield made
    made.close()


async def _read(embedder: Embedder, *texts: str, reader: IntentReader = _READER) -> list[Verdict]:
    return reader.read(texts, await embedder.queries([looked_at(text) for text in texts]))


async def test_stop_words_decide_before_the_model(embedder: Embedder) -> None:
    stop, again = await _read(embedder, "PARAR", "voltar")
    assert (stop.intent, stop.confidence, stop.by) == (OPT_OUT, 1.0, "words")
    assert (again.intent, again.by) == (OTHER, "words")
    assert not stops_messages(stop), "the words themselves have done so already"


def test_letters_decide_what_examples_spell_alike_and_the_model_need_not_be_asked() -> None:
    told = _READER.begin("Qual o valor do curso?").verdict
    assert told is not None
    assert (told.intent, told.by) == ("price", "letters")
    assert told.confidence >= 0.8 and len(told.neighbours) == 5
    assert _READER.begin("o gato subiu no telhado da vizinha").verdict is None


def test_letters_decide_half_of_the_labelled_messages_and_are_right() -> None:
    rows = read_labelled((files("engine.ai") / "labelled_messages.jsonl").read_text("utf-8").splitlines())
    told = [(row, _READER.begin(row.text).verdict) for row in rows]
    decided = [(row, verdict) for row, verdict in told if verdict is not None and verdict.by == "letters"]
    right = sum(row.intent == verdict.intent for row, verdict in decided)
    assert len(decided) >= 0.45 * len(rows)
    assert right >= 0.98 * len(decided), f"{right} of {len(decided)}"


def test_letters_never_decide_about_an_opt_out() -> None:
    """None of the labelled ones is among the examples; half of a message may be one, wherever it stands."""
    rows = read_labelled((files("engine.ai") / "labelled_messages.jsonl").read_text("utf-8").splitlines())
    stops = [row.text for row in rows if row.intent == OPT_OUT]
    assert len(stops) > 80
    mixed = [f"{text}. qual o valor do curso?" for text in stops] + [f"qual o valor do curso? {text}" for text in stops]
    found = [
        (text, told) for text in [*stops, *mixed] if (told := _READER.begin(text).verdict) and told.by == "letters"
    ]
    assert [text for text, told in found if told.intent == OPT_OUT] == []
    assert len(found) <= 0.02 * len([*stops, *mixed]), found


def test_many_examples_of_a_companys_own_do_not_hide_an_opt_out() -> None:
    texts = [f"quero marcar um horario {day}" for day in range(20)]
    own = OwnIntent("booking", texts, np.ones((20, DIMENSIONS), np.float32))
    reader = IntentReader([own])
    plain = reader.begin("quero marcar um horario amanha").verdict
    assert plain is not None and plain.intent == "booking"
    assert reader.begin("quero marcar um horario nao, quero sair da lista, nao mande mais mensagens").verdict is None


@pytest.mark.parametrize("threshold", [0.1, 0.95, 1.01])
def test_an_intent_with_a_threshold_is_the_models_to_decide(threshold: float) -> None:
    text = "Qual o valor do curso?"
    price = OwnIntent("price", [text], np.ones((1, DIMENSIONS), np.float32), threshold=threshold)
    assert IntentReader([price]).begin(text).verdict is None


async def test_what_people_write_is_understood(embedder: Embedder) -> None:
    told = await _read(
        embedder,
        "ja fiz o pix moca olha ai",
        "qnto ta saindo o curso?",
        "me passa pra alguem de vdd",
        "comprei e n chegou nada no email",
        "devolve meu dinheiro seus golpista",
        "vlw demais",
        "tem certificado no final?",
    )
    assert [one.intent for one in told] == [
        "already_paid",
        "price",
        "wants_person",
        "no_access",
        "complaint_refund",
        "thanks",
        "product_question",
    ]
    assert all(one.neighbours[0].nearness >= one.neighbours[-1].nearness for one in told)


async def test_what_is_like_nothing_is_unsure_and_never_a_guess(embedder: Embedder) -> None:
    (told,) = await _read(embedder, "zxqv 8811 blorp wug fnord krill qux")
    assert told.intent == UNSURE


async def test_a_company_teaches_its_own_intents_with_a_few_examples(embedder: Embedder) -> None:
    examples = [
        "quero agendar um horário",
        "tem horário na quinta?",
        "dá pra marcar pra sábado?",
        "queria marcar um corte",
    ]
    own = OwnIntent("booking", examples, await embedder.queries(examples))
    reader = IntentReader([own])
    (told,) = await _read(embedder, "queria marcar um horario pra sexta", reader=reader)
    assert told.intent == "booking"
    strict = IntentReader([own._replace(threshold=1.01)])
    (doubted,) = await _read(embedder, "queria marcar um horario pra sexta", reader=strict)
    assert (doubted.intent, doubted.second) == (UNSURE, "booking")


async def test_stored_vectors_are_those_of_the_model(embedder: Embedder) -> None:
    from engine.ai.examples import built_in

    texts, _ = built_in_texts()
    known, by = built_in()
    places = list(range(0, len(texts), 97))
    fresh = by.direction(await embedder.queries([looked_at(texts[place]) for place in places]))
    alike = np.sum(known._directions[places] * fresh, axis=1)
    assert float(alike.min()) > 0.97, alike  # strangers lie at 0; rounding in a batch moves the second digit


async def test_the_labelled_set_is_understood_as_well_as_the_documents_say(embedder: Embedder) -> None:
    rows = [row for row in own_set() if row.part == "test"][::3]
    told = measure(rows, await _read(embedder, *(row.text for row in rows)))
    figures = {row["intent"]: row for row in told["intents"]}
    assert told["accuracy"] >= 0.9, told["wrong"]
    assert figures[OPT_OUT]["recall"] >= 0.95


def test_the_labelled_set_is_large_even_and_apart_from_the_examples() -> None:
    rows = own_set()
    counts = Counter(row.intent for row in rows)
    assert counts.keys() == BUILT_IN.keys()
    assert sum(counts.values()) >= 600 and min(counts.values()) >= 60
    assert {row.part for row in rows} == {"dev", "test"}
    texts, _ = built_in_texts()
    assert not {plain_words(row.text) for row in rows} & {plain_words(text) for text in texts}
    assert len({row.text for row in rows}) == len(rows)


@given(st.text(max_size=200))
def test_any_text_can_be_compared(text: str) -> None:
    assert all(count > 0 for count in grams(text).values())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_a_verdict_is_always_whole(texts: list[str], seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(texts), DIMENSIONS)).astype(np.float32)
    for told in _READER.read(texts, vectors):
        assert told.intent in {*BUILT_IN, UNSURE}
        assert 0.0 <= told.confidence <= 1.0 + 1e-6
        assert told.confidence + (told.second_confidence if told.intent != UNSURE else 0) <= 1.0 + 1e-6


def test_figures_are_what_they_say() -> None:
    rows = [Labelled("a", "price"), Labelled("b", "price"), Labelled("c", OTHER)]
    verdicts = [Verdict("price", 0.9, None, 0), Verdict(UNSURE, 0.3, "price", 0.3), Verdict("price", 0.5, None, 0)]
    told = measure(rows, verdicts)
    assert (told["accuracy"], told["unsure"], told["accuracy_when_sure"]) == (0.3333, 1, 0.5)
    assert told["intents"][0] == {"intent": "price", "messages": 2, "recall": 0.5, "precision": 0.5}
    assert told["confusion"] == {"price": {"price": 1, UNSURE: 1}, OTHER: {"price": 1}}


def test_a_wrong_line_of_a_labelled_file_is_named() -> None:
    assert read_labelled(['{"text": "oi", "intent": "other"}', ""]) == [Labelled("oi", "other")]
    with pytest.raises(ValueError, match="line 2"):
        read_labelled(['{"text": "oi", "intent": "other"}', '{"text": 3, "intent": "other"}'])
