"""Files of knowledge that come in by HTTP: small enough to be held, two at a time. Used by routes/knowledge.py."""

from __future__ import annotations

from gateway.import_uploads import problem

MOST_BYTES = 8_388_608
FORMATS = {"txt": "txt", "text": "txt", "md": "md", "markdown": "md", "pdf": "pdf", "csv": "csv"}


class KnowledgeFile:
    """A file on its way in.

    Attributes:
        filename: as the form or the query tells it.
    """

    def __init__(self, filename: str) -> None:
        self._data = bytearray()
        self.filename = filename

    async def take(self, data: bytes) -> None:
        """Take more of the file.

        Raises:
            FieldProblem: it is too large.
        """
        if len(self._data) + len(data) > MOST_BYTES:
            raise problem("file", f"must have at most {MOST_BYTES // 1_048_576} MiB")
        self._data += data

    async def finish(self) -> None:
        """Look at what came.

        Raises:
            FieldProblem: it is empty, or of a format that is not read.
        """
        if not self._data:
            raise problem("file", "is empty")
        if self.format is None:
            raise problem("filename", "must end with .txt, .md, .pdf or .csv")
        if self.format == "pdf" and not self._data.startswith(b"%PDF-"):
            raise problem("file", "is no PDF, though its name says so")

    @property
    def format(self) -> str | None:
        """What the name's ending tells; None: nothing that is read."""
        return FORMATS.get(self.filename.rpartition(".")[2].lower()) if "." in self.filename else None

    @property
    def data(self) -> bytes:
        return bytes(self._data)
