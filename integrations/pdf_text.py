"""Text out of a PDF, in a process of its own: a hostile file costs it its life and nobody else anything.

Run as ``python -m integrations.pdf_text``: the file on standard input, UTF-8 text on standard output.
"""

from __future__ import annotations

import asyncio
import io
import resource
import sys

from pypdf import PdfReader

MOST_PAGES = 500
_SECONDS = 30
_MEMORY = 1_073_741_824


class UnreadablePdf(Exception):
    """The file is no PDF that can be read, or reading it takes too much."""


async def pdf_text(data: bytes, most: int) -> str:
    """Return a PDF's text, at most so many characters; pages are parted by form feeds.

    Raises:
        UnreadablePdf: broken, locked by a password, without text, or dearer than 30 s or 1 GiB.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "integrations.pdf_text", str(most)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(2 * _SECONDS):
            told, _ = await process.communicate(data)
    except TimeoutError as error:
        raise UnreadablePdf from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not told.strip():
        raise UnreadablePdf
    return told.decode("utf-8", "replace")[:most]


def _read(data: bytes, most: int) -> str:
    parts: list[str] = []
    size = 0
    for page in PdfReader(io.BytesIO(data)).pages[:MOST_PAGES]:
        parts.append(page.extract_text())
        size += len(parts[-1])
        if size > most:
            break
    return "\f".join(parts)[:most]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.stdout.buffer.write(_read(sys.stdin.buffer.read(), int(sys.argv[1])).encode("utf-8", "replace"))
