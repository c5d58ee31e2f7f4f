"""People of companies and browsers that remember cookies. Used by the tests of signing in and of who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from engine.credentials import hash_password
from engine.ids import id_time
from gateway.services import Services
from storage.users import insert_user, set_membership
from tests.asgi import Answer, Client

PASSWORD = "cavalo correto bateria"
_HASH = hash_password(PASSWORD)


async def add_person(services: Services, email: str, roles: Mapping[UUID, str]) -> UUID:
    """Store a person whose password is ``PASSWORD``; return the id."""
    user_id = services.ids.make_uuid(services.clock())
    async with services.pool.acquire() as connection, connection.transaction():
        await insert_user(
            connection, user_id, email=email, name="Pessoa", password_hash=_HASH, created_at=id_time(user_id)
        )
        for company_id, role in roles.items():
            await set_membership(connection, user_id, company_id, role)
    return user_id


@dataclass(slots=True)
class Browser:
    """Keeps the cookie and the CSRF token as a browser with the dashboard does."""

    client: Client
    host: str = "masteria.example"
    cookie: str = ""
    csrf: str = ""
    company: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict)
    peer: str = "127.0.0.1"

    async def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> Answer:
        answer = await self.call("POST", "/api/v1/auth/sign-in", {"email": email, "password": password, **more})
        if answer.status == 200:
            self.csrf = answer.json["csrf_token"]
        return answer

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request; header names are written with underscores, an empty value leaves a header out."""
        sent = {"host": self.host, "origin": f"https://{self.host}", "cookie": self.cookie, "x-csrf-token": self.csrf}
        sent |= self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.company is not None:
            sent["x-company-id"] = str(self.company)
        kept = {name: value for name, value in sent.items() if value}
        answer = await self.client.call(method, path, body=body, headers=kept, peer=self.peer)
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        written = answer.headers.get("set-cookie")
        if written is not None:
            self.cookie = "" if "Max-Age=0" in written else written.split(";", 1)[0]
        if answer.status == 200 and b'"csrf_token"' in answer.body:
            self.csrf = answer.json["csrf_token"] or ""
