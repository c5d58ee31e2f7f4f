"""An independent judge: the public client library pywa sends to the simulator, and reads what the simulator tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from pywa import errors as wa_errors
from pywa import types as pywa_types
from pywa.client import WhatsApp
from pywa.types import templates as pywa_templates

from tests.unit.whatsapp_rig import NUMBER, SECRET, TOKEN, VERIFY_TOKEN, WABA, Rig, running

T = TypeVar("T")
wa_types: Any = pywa_types  # as a stranger uses the library: it does not export its names to a type checker,
wa_templates: Any = pywa_templates  # and some of its methods are typed for a decorator that mypy does not follow
PERSON = "5511987654321"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass
class Judge:
    """pywa on the simulator's address; its calls block, so they run in a thread."""

    rig: Rig
    wa: Any

    async def call(self, act: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        return await asyncio.to_thread(act, *args, **kwargs)

    async def only(self, query: str) -> dict[str, Any]:
        (row,) = (await self.rig.messages(query))["data"]
        assert isinstance(row, dict)
        return row

    def read(self, caplog: pytest.LogCaptureFixture) -> None:
        """Let pywa check and read every webhook that came; what it cannot construct it only logs."""
        caplog.clear()
        for body, signature in zip(self.rig.receiver.bodies, self.rig.receiver.signatures, strict=True):
            assert self.wa.webhook_update_validator(body, signature) is None
            assert self.wa.webhook_update_handler(body) == ("ok", 200)
        assert not [one for one in caplog.records if one.levelname in ("WARNING", "ERROR")]


@asynccontextmanager
async def judging() -> AsyncIterator[Judge]:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"batch_size": 1, "posts_in_flight": 1})  # pywa reads one update per POST
        wa = WhatsApp(NUMBER, TOKEN, server=None, app_secret=SECRET, verify_token=VERIFY_TOKEN, waba_id=WABA, app_id=1)
        wa.api._session.base_url = f"{rig.base_url}/v23.0"
        try:
            yield Judge(rig, wa)
        finally:
            wa.api._session.close()


async def test_pywa_sends_every_type_of_free_form_message() -> None:
    async with judging() as judge:
        wa, call = judge.wa, judge.call
        sent = await call(wa.send_message, PERSON, "Olá ✅", tracker="text", preview_url=True)
        assert (await judge.only("opaque=text"))["wamid"] == sent.id
        await call(wa.send_message, PERSON, "Re", reply_to_message_id=sent.id, tracker="reply")
        assert (await judge.only("opaque=reply"))["reply_to"] == sent.id
        buttons = [wa_types.Button("Sim", "yes"), wa_types.Button("Não", "no")]
        await call(wa.send_message, PERSON, "Confirma?", "Pedido", "Loja", buttons, tracker="buttons")
        rows = [wa_types.SectionRow("Boleto", "boleto", "à vista"), wa_types.SectionRow("PIX", "pix")]
        sections = wa_types.SectionList("Escolher", [wa_types.Section("Pagamento", rows)])
        await call(wa.send_message, PERSON, "Como paga?", buttons=sections, tracker="list")
        link = wa_types.URLButton("Abrir", "https://example.org/p")
        await call(wa.send_message, PERSON, "Veja", buttons=link, tracker="link")
        await call(wa.send_location, PERSON, -23.5, -46.6, "Loja", "Rua A", tracker="location")
        contact = wa_types.Contact(
            name=wa_types.Contact.Name(formatted_name="Ana", first_name="Ana"),
            phones=[wa_types.Contact.Phone(phone="+5511900000000")],
        )
        await call(wa.send_contact, PERSON, contact, tracker="contacts")
        await call(wa.send_reaction, PERSON, "👍", sent.id, tracker="reaction")
        await call(wa.remove_reaction, PERSON, sent.id)
        rows_by = {row["opaque"]: row for row in (await judge.rig.messages())["data"]}
        assert rows_by["buttons"]["content"]["action"]["buttons"][1]["reply"] == {"id": "no", "title": "Não"}
        assert rows_by["list"]["content"]["action"]["sections"][0]["rows"][0]["description"] == "à vista"
        assert rows_by["link"]["content"]["type"] == "cta_url"
        assert rows_by["location"]["text"] == "Loja"
        assert rows_by["contacts"]["text"] == "Ana"
        assert rows_by["reaction"]["content"] == {"message_id": sent.id, "emoji": "👍"}
        assert rows_by[None]["content"]["emoji"] == ""


async def test_pywa_uploads_sends_fetches_and_deletes_media() -> None:
    async with judging() as judge:
        wa, call = judge.wa, judge.call
        uploaded = await call(wa.upload_media, PICTURE, "image/png", "a.png")
        await call(wa.send_image, PERSON, uploaded, "Foto", tracker="image")
        assert (await judge.only("opaque=image"))["content"]["id"] == uploaded.id
        address = await call(wa.get_media_url, uploaded.id)
        assert (address.mime_type, address.file_size) == ("image/png", len(PICTURE))
        assert await call(wa.get_media_bytes, address.url) == PICTURE
        for send, kind, mime_type, rest in (
            (wa.send_video, "video", "video/mp4", {}),
            (wa.send_audio, "audio", "audio/ogg", {}),
            (wa.send_document, "document", "application/pdf", {"filename": "a.pdf"}),
            (wa.send_sticker, "sticker", "image/webp", {}),
        ):
            media = await call(wa.upload_media, b"some bytes", mime_type, f"a.{kind}")
            await call(send, PERSON, media, tracker=kind, **rest)
            assert (await judge.only(f"opaque={kind}"))["type"] == kind
        assert await call(wa.delete_media, uploaded.id)
        with pytest.raises(wa_errors.WhatsAppError) as caught:
            await call(wa.send_image, PERSON, uploaded)
        assert caught.value.code == 100
        assert "is not a valid whatsapp business account media attachment ID" in caught.value.message


async def test_pywa_knows_the_simulators_refusals_as_its_own_errors() -> None:
    async with judging() as judge:
        wa, call, rig = judge.wa, judge.call, judge.rig
        await rig.sim("PUT", "settings", {"window": "sync"})
        with pytest.raises(wa_errors.ReEngagementMessage):
            await call(wa.send_message, PERSON, "fora da janela")
        await rig.sim("POST", "reply", {"phone_number_id": NUMBER, "from": PERSON, "text": "oi"})
        await call(wa.send_message, PERSON, "dentro da janela")
        for code, error in (
            (130429, wa_errors.RateLimitHit),
            (131056, wa_errors.TooManyMessages),
            (131048, wa_errors.SpamRateLimitHit),
            (131031, wa_errors.AccountLocked),
            (80007, wa_errors.RateLimitIssues),
        ):
            await rig.sim("POST", "faults", {"then": {"error_code": code}, "count": 1})
            with pytest.raises(error):
                await call(wa.send_message, PERSON, "oi")
        portuguese = wa_templates.TemplateLanguage.PORTUGUESE_BR
        with pytest.raises(wa_errors.TemplateParamCountMismatch):
            await call(wa.send_template, PERSON, "pix", portuguese, [wa_templates.BodyText.params("só um")])
        with pytest.raises(wa_errors.TemplateNotExists):
            await call(wa.send_template, PERSON, "nenhum", portuguese, [])
        await rig.sim("POST", "templates", {"name": "pix", "status": "PAUSED"})
        with pytest.raises(wa_errors.TemplatePaused):
            await call(wa.send_template, PERSON, "pix", portuguese, [wa_templates.BodyText.params("a", "b")])


async def test_pywa_creates_lists_sends_edits_and_deletes_templates(caplog: pytest.LogCaptureFixture) -> None:
    async with judging() as judge:
        wa, call, rig = judge.wa, judge.call, judge.rig
        states = list[Any]()
        wa.on_template_status_update(lambda _, update: states.append(update))
        body = wa_templates.BodyText("Olá {{nome}}, seu pedido {{pedido}} saiu hoje.", nome="Ana", pedido="7")
        link = wa_templates.URLButton(text="Rastrear", url="https://example.org/{{1}}", example="https://example.org/1")
        template = wa_templates.Template(
            name="pedido_saiu",
            language=wa_templates.TemplateLanguage.PORTUGUESE_BR,
            category=wa_templates.TemplateCategory.UTILITY,
            parameter_format=wa_templates.ParamFormat.NAMED,
            components=[
                wa_templates.HeaderText("Pedido {{loja}}", loja="Loja"),
                body,
                wa_templates.FooterText(text="Responda PARAR para sair"),
                wa_templates.Buttons(buttons=[wa_templates.QuickReplyButton(text="Ok"), link]),
            ],
        )
        created = await call(wa.create_template, template)
        assert created.status == wa_templates.TemplateStatus.PENDING
        params = [
            wa_templates.HeaderText.params(loja="Sul"),
            body.params(nome="João", pedido="99"),
            wa_templates.QuickReplyButton.params(callback_data="ok", index=0),
            wa_templates.URLButton.params(url_variable="99", index=1),
        ]
        language = wa_templates.TemplateLanguage.PORTUGUESE_BR
        with pytest.raises(wa_errors.TemplateNotExists):
            await call(wa.send_template, PERSON, "pedido_saiu", language, params)
        await rig.receiver.until(lambda: bool(rig.receiver.told("message_template_status_update")))
        await call(wa.send_template, PERSON, "pedido_saiu", language, params, tracker="named")
        row = await judge.only("opaque=named")
        assert row["text"] == "Olá João, seu pedido 99 saiu hoje."
        kinds = [part["type"].lower() for part in row["content"]["components"]]
        assert kinds == ["header", "body", "button", "button"]
        names = [one.name for one in await call(wa.get_templates)]
        assert names == ["pix", "pedido_saiu"]
        assert (await call(wa.get_template, created.id)).status == wa_templates.TemplateStatus.APPROVED
        assert await call(wa.delete_template, "pedido_saiu")
        await rig.receiver.until(lambda: len(rig.receiver.told("message_template_status_update")) == 2)
        judge.read(caplog)
        assert [(one.new_status.value, one.template_name) for one in states] == [
            ("APPROVED", "pedido_saiu"),
            ("DELETED", "pedido_saiu"),
        ]


async def test_pywa_verifies_and_reads_every_status(caplog: pytest.LogCaptureFixture) -> None:
    async with judging() as judge:
        rig, found = judge.rig, list[Any]()
        judge.wa.on_message_status(lambda _, status: found.append(status))
        await rig.sim("POST", "people", {"unregistered": ["5511911111111"]})
        fault = {"match": {"to": "5511922222222"}, "then": {"statuses": "failed_late", "error_code": 131049}}
        await rig.sim("POST", "faults", fault)
        for to, tracker in ((PERSON, "read"), ("5511911111111", "nobody"), ("5511922222222", "late")):
            await judge.call(judge.wa.send_message, to, "ação", tracker=tracker)
        await rig.sim("POST", "clock", {"advance_ms": 60_000})
        await rig.until_stats(lambda stats: stats["statuses"]["pending"] == 0)
        judge.read(caplog)
        by_tracker: dict[str, list[str]] = {}
        for one in found:
            by_tracker.setdefault(str(one.tracker), []).append(one.status.value)
        assert sorted(by_tracker["read"]) == ["delivered", "read", "sent"]
        assert by_tracker["nobody"] == ["failed"]
        assert sorted(by_tracker["late"]) == ["delivered", "failed", "sent"]
        failures = {str(one.tracker): one.error for one in found if one.error is not None}
        assert isinstance(failures["nobody"], wa_errors.MessageUndeliverable)
        assert failures["late"].code == 131049
        sent = next(one for one in found if one.status.value == "sent")
        assert sent.pricing is not None
        assert sent.from_user.wa_id == PERSON


async def test_pywa_reads_everything_that_people_write(caplog: pytest.LogCaptureFixture) -> None:
    async with judging() as judge:
        rig, wa = judge.rig, judge.wa
        messages, pressed, chosen = list[Any](), list[Any](), list[Any]()
        wa.on_message(lambda _, message: messages.append(message))
        wa.on_callback_button(lambda _, button: pressed.append(button))
        wa.on_callback_selection(lambda _, selection: chosen.append(selection))
        asked = await judge.call(wa.send_message, PERSON, "?")
        person = {"phone_number_id": NUMBER, "from": PERSON}
        contents: tuple[dict[str, Any], ...] = (
            {"text": "Não quero mais 🙏"},
            {"image": {"caption": "foto"}},
            {"document": {}},
            {"audio": {}},
            {"sticker": {}},
            {"video": {}},
            {"location": {"latitude": -23.5, "longitude": -46.6}},
            {"contacts": [{"name": {"formatted_name": "Ana", "first_name": "Ana"}}]},
            {"reaction": {"message_id": asked.id, "emoji": "😮"}},
            {"unsupported": True},
            {"button": {"text": "Sim", "payload": "YES"}},
            {"button_reply": {"id": "yes", "title": "Sim"}},
            {"list_reply": {"id": "pix", "title": "PIX", "description": "na hora"}},
        )
        for content in contents:
            answer = await rig.sim("POST", "reply", {**person, **content})
            assert answer.status == 202, answer.body
        await rig.receiver.until(lambda: len(rig.receiver.inbound) == 13)
        judge.read(caplog)
        kinds = [message.type.value for message in messages]
        assert kinds[:6] == ["text", "image", "document", "audio", "sticker", "video"]
        assert kinds[6:] == ["location", "contacts", "reaction", "unsupported"]
        assert messages[0].text == "Não quero mais 🙏"
        assert messages[0].from_user.wa_id == PERSON
        assert [one.data for one in pressed] == ["YES", "yes"]
        assert pressed[0].reply_to_message is not None
        assert pressed[0].reply_to_message.id == asked.id
        assert (chosen[0].data, chosen[0].description) == ("pix", "na hora")
        picture = messages[1].image
        assert picture is not None
        address = await judge.call(wa.get_media_url, picture.id)
        assert (await judge.call(wa.get_media_bytes, address.url)).startswith(b"\xff\xd8")
        await judge.call(wa.mark_message_as_read, messages[0].id)
        await judge.call(wa.indicate_typing, messages[1].id)
        rows = (await rig.sim("GET", "inbound")).json["data"]
        assert [bool(row["read_at"]) for row in rows[:3]] == [True, True, False]
        assert [bool(row["typing_at"]) for row in rows[:3]] == [False, True, False]


async def test_pywa_reads_what_meta_tells_of_accounts(caplog: pytest.LogCaptureFixture) -> None:
    async with judging() as judge:
        rig, wa, told = judge.rig, judge.wa, list[Any]()
        wa.on_template_quality_update(lambda _, update: told.append(update.new_quality_score.value))
        wa.on_template_category_update(lambda _, update: told.append(update.new_category.value))
        wa.on_user_marketing_preferences(lambda _, update: told.append(update.value.value))
        wa.on_account_update(lambda _, update: told.append(update.event.value))
        await rig.sim("POST", "templates", {"name": "pix", "quality": "RED"})
        await rig.sim("POST", "templates", {"name": "pix", "category": "MARKETING"})
        await rig.sim("POST", "preferences", {"phone_number_id": NUMBER, "from": PERSON, "value": "stop"})
        ban = {"waba_ban_state": "DISABLE", "waba_ban_date": "November 22, 2026"}
        await rig.sim("POST", "accounts", {"waba_id": WABA, "event": "DISABLED_UPDATE", "ban_info": ban})
        await rig.sim("POST", "numbers", {"phone_number_id": NUMBER, "throughput": 2000})
        await rig.receiver.until(lambda: len(rig.receiver.changes) == 5)
        judge.read(caplog)
        assert told == ["RED", "MARKETING", "stop", "DISABLED_UPDATE"]
        assert rig.receiver.told("phone_number_quality_update")[0]["event"] == "THROUGHPUT_UPGRADE"
        number = await judge.call(wa.get_business_phone_number)
        assert number.id == NUMBER


async def test_pywa_takes_the_handshake() -> None:
    async with judging() as judge:
        assert judge.wa.webhook_challenge_handler(VERIFY_TOKEN, "1158201444") == ("1158201444", 200)
        again = await judge.rig.sim("PUT", "apps/app1", {"callback_url": judge.rig.receiver.url})
        assert again.json["handshake"]["ok"] is True
