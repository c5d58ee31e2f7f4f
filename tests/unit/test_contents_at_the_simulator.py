"""Every type of content, let through by our check, sent by our transport, judged by the simulator's own reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.outgoing import read_content
from tests.unit.test_outgoing import EVERY_TYPE
from tests.unit.whatsapp_rig import NUMBER, TOKEN, WABA, Rig, running
from whatsapp.transport import Accepted, Outbound, SendAnswer

TO = "+5511987654321"
FILES = {"image": "image/png", "audio": "audio/ogg", "document": "application/pdf", "sticker": "image/webp"}


async def send(rig: Rig, content: dict[str, Any]) -> SendAnswer:
    kept = read_content(content)
    name, language, components = kept.template or (None, None, None)
    return await rig.session().send(Outbound("m-1", TO, kept.type, kept.text, name, language, components, kept.extra))


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def uploaded(rig: Rig, content: dict[str, Any], file: Path) -> dict[str, Any]:
    """Put the id of a real upload where a sample has an invented one."""
    kind = content["type"]
    if kind not in FILES or "id" not in content[kind]:
        return content
    write(file, b"RIFF....WEBP")
    admin = rig.client.admin(TOKEN, rig.base_url, "v23.0")
    media_id = await admin.upload_media(NUMBER, kind, FILES[kind], file, "arquivo")
    return {"type": kind, kind: {**content[kind], "id": media_id}}


@pytest.mark.parametrize(
    "content", [one for one in EVERY_TYPE if one["type"] != "template"], ids=lambda one: one["type"]
)
async def test_what_our_check_lets_through_is_accepted(content: dict[str, Any], tmp_path: Path) -> None:
    async with running() as rig:
        assert (await rig.sim("POST", "reply", {"phone_number_id": NUMBER, "from": TO, "text": "oi"})).status == 202
        copy = orjson.loads(orjson.dumps(content))
        assert isinstance(await send(rig, await uploaded(rig, copy, tmp_path / "upload")), Accepted)


async def test_a_number_and_its_account_are_found_with_the_right_token_only() -> None:
    async with running() as rig:
        good = await rig.client.admin(TOKEN, rig.base_url, "v23.0").check(NUMBER, WABA, "+5511400000001")
        assert (good.problems, good.number is not None) == ((), True)
        wrong = await rig.client.admin("outro", rig.base_url, "v23.0").check(NUMBER, WABA)
        assert [problem.field for problem in wrong.problems] == ["token"]
        missing = await rig.client.admin(TOKEN, rig.base_url, "v23.0").check("999", WABA)
        assert [problem.field for problem in missing.problems] == ["phone_number_id"]
        swapped = await rig.client.admin(TOKEN, rig.base_url, "v23.0").check(NUMBER, "999")
        assert [problem.field for problem in swapped.problems] == ["waba_id"]
