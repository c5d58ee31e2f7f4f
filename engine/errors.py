"""The one tree of errors. Each knows its HTTP status and whether trying again can help; all survive pickling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class MasteriaError(Exception):
    """Something went wrong that has a name."""

    status = 500
    retryable = False
    title = "Internal error"

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or (self.__doc__ or "").strip()
        super().__init__(self.detail)

    def __reduce__(self) -> tuple[type[MasteriaError], tuple[str]]:
        return type(self), (self.detail,)


class FieldProblem(MasteriaError):
    """One or more fields of a request are wrong; ``errors`` holds ``{"field", "reason"}`` pairs, and where WhatsApp
    said so ``reason_text`` in both languages."""

    status = 422
    title = "Invalid fields"

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{e['field']}: {e['reason']}" for e in errors))

    def __reduce__(self) -> tuple[type[FieldProblem], tuple[list[Mapping[str, Any]]]]:  # type: ignore[override]
        return type(self), (self.errors,)


class BadRequest(MasteriaError):
    """The request cannot be read."""

    status = 400
    title = "Bad request"


class EmptyBody(BadRequest):
    """The webhook has an empty body; send the event as JSON or as a form."""

    title = "Empty body"


class Unauthorized(MasteriaError):
    """Sign in, or send a valid API key as a bearer token."""

    status = 401
    title = "Unauthorized"


class SignInRefused(Unauthorized):
    """The e-mail address and the password do not fit together."""

    title = "Sign-in refused"


class CodeNeeded(Unauthorized):
    """This account has a second factor: send its six digits, or a recovery code, as `totp`."""

    title = "Code needed"


class CodeRefused(Unauthorized):
    """The code is wrong, too old, or was used before."""

    title = "Code refused"


class SignatureRefused(Unauthorized):
    """The webhook's signature is missing or does not match its body."""

    title = "Signature refused"


class Forbidden(MasteriaError):
    """This role may not do that."""

    status = 403
    title = "Forbidden"


class NotFound(MasteriaError):
    """There is nothing here."""

    status = 404
    title = "Not found"


class Conflict(MasteriaError):
    """The request contradicts the present state."""

    status = 409
    title = "Conflict"


class LastOwner(Conflict):
    """A company has an owner: make somebody else one first."""

    title = "Last owner"


class TooLarge(MasteriaError):
    """The body is larger than this door takes."""

    status = 413
    title = "Too large"


class TooMany(MasteriaError):
    """Too many requests; wait as long as Retry-After says."""

    status = 429
    retryable = True
    title = "Too many requests"
    retry_after_s = 1


class TooManyAttempts(TooMany):
    """Too many attempts to sign in; wait as long as Retry-After says."""

    title = "Too many attempts"

    def __init__(self, detail: str | None = None, retry_after_s: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[type[TooManyAttempts], tuple[str, int]]:  # type: ignore[override]
        return type(self), (self.detail, self.retry_after_s)


class Unavailable(MasteriaError):
    """A part of the system is away; wait as long as Retry-After says and send the same again."""

    status = 503
    retryable = True
    title = "Temporarily unavailable"


class StorageAway(Unavailable):
    """Postgres cannot be reached."""


class SpillAway(Unavailable):
    """The spill stream cannot take more: Redis is away or the stream is full."""


class SpillFull(SpillAway):
    """The spill stream has reached its bound; nothing was written."""


class NotOwner(Unavailable):
    """This shard, sender or session holder has lost its bucket or lease; ask the present owner."""
