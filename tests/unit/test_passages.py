"""Texts become passages: nothing is lost, none is too long, and what people shorten is spelled out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ai.passages import fold, fuse, search_words, split_question, split_rows, split_text
from engine.ai.plain_words import spelled_out

_TEXTS = st.text(st.sampled_from('abcé .!?\n#;,"\f\r\tçZ9'), max_size=3_000)


@given(_TEXTS)
def test_no_word_is_lost_and_none_is_made_up(text: str) -> None:
    passages = split_text(text, "nome")
    told = fold("".join(one.text for one in passages))
    letters = [character for character in fold(text) if character.isalnum()]
    # A heading stands above each of its passages; what stands under none is there exactly once.
    if "#" not in text:
        assert [character for character in told if character.isalnum()] == letters
    assert all(one.text.strip() for one in passages)
    assert all(len(one.text) <= 1_420 for one in passages)


@given(_TEXTS)
def test_any_text_can_be_read_as_rows(text: str) -> None:
    for one in split_rows(text, "nome"):
        assert one.text.strip() or one.approved


def test_headings_stand_above_their_passages_and_belong_to_their_meaning() -> None:
    passages = split_text("# Frete\nChega em dois dias.\n\n## Norte\nChega em dez dias.", "Loja")
    assert [one.text for one in passages] == ["Frete\nChega em dois dias.", "Norte\nChega em dez dias."]
    assert passages[1].meaning == "Loja. Norte. Chega em dez dias."


def test_long_paragraphs_are_cut_behind_sentences() -> None:
    sentence = "Esta frase tem um tamanho bem comum e termina aqui."
    passages = split_text(" ".join([sentence] * 60), "n")
    assert len(passages) > 3
    assert all(one.text.endswith("aqui.") for one in passages)


def test_rows_of_questions_are_approved_answers_and_others_are_told_by_their_columns() -> None:
    asked = split_rows("Pergunta;Resposta\nQuanto custa?;Custa dez.\n", "n")
    assert [(one.text, one.approved) for one in asked] == [("Custa dez.", True)]
    plain = split_rows("produto,preço\ncaneca,20\n\n,\ncopo,10\n", "n")
    assert [(one.text, one.approved) for one in plain] == [
        ("produto: caneca; preço: 20", False),
        ("produto: copo; preço: 10", False),
    ]


def test_a_question_is_one_passage_whose_meaning_is_both() -> None:
    (one,) = split_question("Tem estoque? ", " Tem sim.")
    assert one == ("Tem sim.", "Tem estoque? Tem sim.", True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vcs entregam qdo?", "vocês entregam quando?"),
        ("da pra parcelar", "dá para parcelar"),
        ("nota da loja", "nota da loja"),
        ("Q horas", "que horas"),
    ],
)
def test_what_is_shortened_is_spelled_out(typed: str, meant: str) -> None:
    assert spelled_out(typed) == meant


def test_words_of_every_question_are_left_out() -> None:
    assert search_words("Oi, você tem ração pra cão?") == ["racao", "cao"]


def test_what_both_rankings_know_comes_first() -> None:
    assert [thing for thing, _ in fuse([(1.0, [1, 2, 3]), (1.0, [2, 3])])] == [2, 3, 1]
    assert fuse([]) == []
