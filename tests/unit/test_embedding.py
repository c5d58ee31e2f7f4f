"""The embedded model: one meaning lies near, whatever stands in a text; what is known is not computed again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Unavailable
from integrations.embedding import DIMENSIONS, Embedder


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    made = Embedder(kept=64)
    yield made
    made.close()


async def test_what_means_the_same_lies_nearer_than_what_does_not(embedder: Embedder) -> None:
    paid, also_paid, price = await embedder.queries(
        ["ja fiz o pix ta pago", "paguei agora pouco, segue o comprovante", "quanto custa o curso?"]
    )
    assert paid @ also_paid > paid @ price


async def test_vectors_come_in_the_order_of_their_texts_and_do_not_depend_on_the_batch(embedder: Embedder) -> None:
    texts = ["oi", "quanto é?", "oi", "já paguei"]
    together = await embedder.queries(texts)
    one_by_one = np.concatenate([await embedder.queries([text]) for text in texts])
    assert together.shape == (4, DIMENSIONS)
    assert np.array_equal(together, one_by_one)
    assert (await embedder.queries([])).shape == (0, DIMENSIONS)


async def test_what_was_embedded_lately_is_not_embedded_again_and_the_memory_is_bounded(embedder: Embedder) -> None:
    await embedder.queries(["bom dia"])
    before = embedder.embedded
    await embedder.queries(["bom dia", "bom dia"])
    assert embedder.embedded == before
    await embedder.passages(["bom dia"])
    assert embedder.embedded == before + 1, "a passage has another vector than a question"
    await embedder.queries([f"mensagem {number}" for number in range(100)])
    assert len(embedder._kept) == 64


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
async def test_any_text_has_a_vector_of_length_one(embedder: Embedder, text: str) -> None:
    (vector,) = await embedder.queries([text])
    assert abs(float(vector @ vector) - 1.0) < 1e-3


async def test_a_model_that_could_not_be_loaded_is_nobodys_fault_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.e5.E5", _Broken)
    broken = Embedder()
    try:
        with pytest.raises(Unavailable, match="MemoryError"):
            await broken.queries(["oi"])
        monkeypatch.undo()
        with contextlib.suppress(Unavailable):  # what was begun before is of the broken one
            await broken.queries(["oi"])
        assert (await broken.queries(["oi"])).shape == (1, DIMENSIONS)
    finally:
        broken.close()


class _Broken:
    def __init__(self) -> None:
        raise MemoryError
