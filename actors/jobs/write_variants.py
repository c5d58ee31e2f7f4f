"""A language model proposes variants of a template, a question a step, until there are as many as were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.ai.variant_reasons import writing_words
from engine.ai.variants import MOST_VARIANTS, Original, refused
from engine.ids import ms_to_time
from engine.metrics import Delta
from storage.ai_writings import WritingRow, note_writing
from storage.pool import Connection
from storage.template_variants import Making, insert_variants, lock_template, variant_texts
from storage.templates import get_template

KIND = "write_variants"
_MOST_QUESTIONS = 3
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a model wrote (actors/writing.py:Written.shown)."""

    found: Mapping[str, Any]


class WriteVariants:
    """Its params are ``template_id, brief, count, agent_id?, hosts``; its cursor tells what was made and refused.

    A question whose step was lost is asked again: that costs once more, and makes nothing twice.
    """

    kind: ClassVar[str] = KIND

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        """Have the AI worker ask for what is still missing; None: there is nothing to write for any more."""
        template_id = UUID(job.params["template_id"])
        row = await get_template(self._tools.pool, job.company_id, template_id)
        if row is None or row["kind"] != "plain":
            return None
        others = await variant_texts(self._tools.pool, job.company_id, template_id)
        asked = {
            "agent_id": job.params.get("agent_id"),
            "body": row["body"],
            "language": row["language"],
            "defaults": row["defaults"],
            "brief": job.params["brief"],
            "count": job.params["count"] - job.cursor.get("made", 0),
            "others": list(others.values()),
        }
        return _Answer(await self._tools.write("variants", job.company_id, asked))

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        """Store what still holds against the template as it is now, and note what it took."""
        cursor = {"made": 0, "questions": 0, "refused": [], "tokens": 0, "cost_micro": 0, **job.cursor}
        template = await lock_template(connection, job.company_id, UUID(job.params["template_id"]))
        if not isinstance(prepared, _Answer) or template is None or template.kind != "plain":
            return Step(cursor, errors=1, finished=True, result=_result(cursor, "template_gone"))
        found, now = prepared.found, ms_to_time(self._tools.now_ms())
        original = Original(
            text=template.body,
            language=template.language,
            defaults=tuple(template.defaults.values()),
            hosts=tuple(job.params["hosts"]),
            brief=job.params["brief"],
        )
        others = list((await variant_texts(connection, job.company_id, template.id)).values())
        kept: dict[UUID, str] = {}
        told = [(one["text"], one["reason"]) for one in found["refused"]]
        refusals = Counter(found["refusals"])
        for text in found["texts"]:
            why = refused(text, original, [*others, *kept.values()])
            if why is not None:
                told.append((text, why))
                refusals[why.partition(":")[0]] += 1
            elif len(others) + len(kept) < MOST_VARIANTS and cursor["made"] + len(kept) < job.params["count"]:
                kept[self._tools.ids.make_uuid(self._tools.now_ms())] = text
        making = Making(state="proposed", origin="model", created_by=job.params["created_by"], writing_id=job.id)
        await insert_variants(connection, job.company_id, template, kept, making, now)
        writing = WritingRow(
            id=job.id,
            kind="variants",
            subject_id=template.id,
            by_model=bool(kept),
            reason=found["reason"],
            made=len(kept),
            refused=refusals,
            model=found["model"],
            prompt_version=found["prompt_version"],
            tokens=found["tokens"],
            cost_micro=found["cost_micro"],
            latency_ms=found["latency_ms"],
            created_by=job.params["created_by"],
        )
        await note_writing(connection, job.company_id, writing, now)
        if cursor["questions"] == 0:
            delta.count(job.company_id.bytes, "ai_writing_variants")
        worded = ({"text": text, "reason": why, "reason_text": writing_words(why)} for text, why in told)
        shown = [*cursor["refused"], *worded][:_MOST_TOLD]
        cursor |= {
            "made": cursor["made"] + len(kept),
            "questions": cursor["questions"] + 1,
            "refused": shown,
            "tokens": cursor["tokens"] + found["tokens"],
            "cost_micro": cursor["cost_micro"] + found["cost_micro"],
        }
        full = len(others) + len(kept) >= MOST_VARIANTS
        over = found["reason"] is not None or full or cursor["questions"] >= _MOST_QUESTIONS
        finished = over or cursor["made"] >= job.params["count"]
        return Step(
            cursor,
            done=len(kept),
            errors=int(found["reason"] is not None),
            total=job.params["count"],
            finished=finished,
            result=_result(cursor, found["reason"]) if finished else None,
        )

    async def after(self, job: Job, step: Step) -> None:
        """Nobody sends what is only proposed: there is nothing to announce."""


def _result(cursor: Mapping[str, Any], reason: str | None) -> dict[str, Any]:
    return {
        "made": cursor["made"],
        "questions": cursor["questions"],
        "refused": cursor["refused"],
        "tokens": cursor["tokens"],
        "cost": f"{cursor['cost_micro'] / 1_000_000:.6f}",
        "reason": reason,
        "reason_text": writing_words(reason),
    }
