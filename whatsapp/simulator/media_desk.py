"""The media endpoints of Graph: upload, look up, download, delete (facts: whatsapp.md §1.1)."""

from __future__ import annotations

from urllib.parse import parse_qs

from whatsapp.simulator.graph_errors import GraphRefusal, unknown_object
from whatsapp.simulator.media import MIME_TYPES, Media, limit_of
from whatsapp.simulator.multipart import read_form
from whatsapp.simulator.registry import Number
from whatsapp.simulator.replies import Reply, Request, json_reply
from whatsapp.simulator.world import World

DOWNLOADS = b"/whatsapp_business/attachments/"


class MediaDesk:
    """Answers what concerns media; tokens are checked by whoever calls, but for downloads."""

    def __init__(self, world: World) -> None:
        self._world = world

    def upload(self, number: Number, request: Request) -> Reply:
        """Store the ``file`` of a form and return its id.

        Raises:
            GraphRefusal: 100 for a form that is not right or a type that Graph does not take, 131053 for a size.
        """
        try:
            form = read_form(request.content_type.decode("latin-1"), request.body)
        except ValueError as error:
            raise GraphRefusal(100, str(error)) from None
        product, file = form.get("messaging_product"), form.get("file")
        if product is None or product.content != b"whatsapp":
            raise GraphRefusal(100, message="(#100) The parameter messaging_product is required.")
        if file is None or not file.content:
            raise GraphRefusal(100, message="(#100) The parameter file is required.")
        declared = form.get("type")
        mime_type = file.content_type or (declared.content.decode("utf-8", "replace") if declared else "")
        limit = limit_of(mime_type)
        if limit is None or not mime_type.isprintable():
            raise GraphRefusal(
                100,
                message=(
                    f"(#100) Param file must be a file with one of the following types: {', '.join(MIME_TYPES)}. "
                    f"Received file of type '{mime_type or 'application/octet-stream'}'."
                ),
            )
        if len(file.content) > limit:
            raise GraphRefusal(131053, f"The file is larger than {limit} bytes.")
        world = self._world
        try:
            media = world.media.add(
                world.clock.now_ms(), number.phone_number_id, mime_type, file.content, file.filename
            )
        except ValueError as error:
            raise GraphRefusal(131053, str(error)) from None
        return json_reply({"id": media.identity})

    def find(self, identity: str, request: Request) -> Media | None:
        """Return the media of that id when the token's numbers may see it.

        Raises:
            GraphRefusal: ``phone_number_id`` is given and is another one.
        """
        world = self._world
        media = world.media.find(identity, world.clock.now_ms())
        if media is None:
            return None
        number = world.registry.numbers[media.phone_number_id]
        wanted = parse_qs(request.query.decode(errors="replace")).get("phone_number_id")
        if number.authorization != request.authorization or (wanted and wanted[-1] != media.phone_number_id):
            raise unknown_object(identity, "get")
        return media

    def show(self, media: Media) -> Reply:
        """Return what Graph tells of one, with an address that lives five minutes."""
        world = self._world
        key = world.media.address(media, world.clock.now_ms())
        return json_reply(
            {
                "url": f"{world.base_url}{DOWNLOADS.decode()}?mid={media.identity}&key={key}",
                "mime_type": media.mime_type,
                "sha256": media.sha256,
                "file_size": len(media.content),
                "id": media.identity,
                "messaging_product": "whatsapp",
            }
        )

    def remove(self, media: Media) -> Reply:
        """Delete one."""
        self._world.media.remove(media.identity)
        return Reply(200, b'{"success":true}')

    def download(self, request: Request) -> Reply:
        """Return the bytes behind a download address; it needs the number's token as Graph does."""
        world = self._world
        query = parse_qs(request.query.decode(errors="replace"))
        media = world.media.at_address(query.get("key", [""])[-1], world.clock.now_ms())
        if media is None or query.get("mid", [""])[-1] != media.identity:
            return Reply(404, b"Not Found", b"text/plain")
        if world.registry.numbers[media.phone_number_id].authorization != request.authorization:
            return Reply(401, b"Unauthorized", b"text/plain")
        return Reply(200, media.content, media.mime_type.encode("latin-1", "replace"))
