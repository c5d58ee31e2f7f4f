"""What the faults cost: seconds until full rate, uncertain messages, refusals. Printed at the end of the run."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.e2e.judging import Verdict
from tests.e2e.load import Load


@dataclass(slots=True)
class Figures:
    """One line per fault."""

    lines: list[str] = field(default_factory=list)

    def note(self, fault: str, recovered_s: float, verdict: Verdict, load: Load) -> None:
        """Keep what one fault did."""
        again = sum(1 for delivery in load.sent if delivery.attempts > 1)
        slowest = max((delivery.acked - delivery.due for delivery in load.acknowledged), default=0.0)
        self.lines.append(
            f"{fault:<34} full rate after {recovered_s:5.1f} s, slowest ack {slowest:5.2f} s, sent again {again:4d}, "
            f"acknowledged {verdict.acknowledged:5d}, accepted {verdict.accepted:5d}, "
            f"uncertain {verdict.uncertain:3d}, lost {len(verdict.lost)}, doubled {len(verdict.doubled)}"
        )
