"""Where a WhatsApp-Web session keeps its credentials: one folder per session, for this system user alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

DATABASE = "store.db"


def session_folder(data_dir: str, session_id: str) -> Path:
    """Return ``<data-dir>/web/<session>`` (0700), made if need be; what lies in it links a device to an account.

    Raises:
        OSError: it cannot be made.
    """
    folder = Path(data_dir) / "web" / session_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in (folder.parent, folder):
        part.chmod(0o700)
    return folder


def protect(folder: Path) -> None:
    """Make every file of a session's folder 0600: SQLite creates its files by the process's mask."""
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink():
            path.chmod(0o600)


def private_umask() -> None:
    """Let this process create files for its own user alone; a session's process calls it before anything else."""
    os.umask(0o077)


def empty(folder: Path) -> None:
    """Remove a session's credentials; the folder stays."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def write_privately(path: Path, data: bytes) -> None:
    """Replace a file at once and durably, 0600."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
