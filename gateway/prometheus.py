"""The installation's numbers in Prometheus' text format. The aggregator gives plain values; this gives them names.

Expected: ``{"families": [{"name", "type": "counter"|"gauge"|"histogram", "help", "samples": [{"labels": {…},
"value": number}]}]}``; a histogram's samples have ``"buckets": [[upper bound in its unit, cumulative count]…]`` and
``"sum"`` in the place of ``value``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _Numbers(Collector):
    """One scrape's families."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(numbers: Mapping[str, Any]) -> bytes:
    """Return the text of a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(map(_family, numbers["families"])))
    return generate_latest(registry)


def _family(family: Mapping[str, Any]) -> Metric:
    samples = family["samples"]
    names = sorted({name for sample in samples for name in sample.get("labels", {})})
    if family["type"] == "histogram":
        histogram = HistogramMetricFamily(family["name"], family["help"], labels=names)
        for sample in samples:
            buckets = [("+Inf" if bound is None else str(bound), float(count)) for bound, count in sample["buckets"]]
            histogram.add_metric(_labels(names, sample), buckets, sample["sum"])
        return histogram
    made = CounterMetricFamily if family["type"] == "counter" else GaugeMetricFamily
    metric = made(family["name"], family["help"], labels=names)
    for sample in samples:
        metric.add_metric(_labels(names, sample), sample["value"])
    return metric


def _labels(names: list[str], sample: Mapping[str, Any]) -> list[str]:
    labels = sample.get("labels", {})
    return [str(labels.get(name, "")) for name in names]
