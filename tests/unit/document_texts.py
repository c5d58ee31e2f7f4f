"""The project's documents taken apart for tests: their code, their links, and what of the code base they name."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.pt-BR.md")
_FENCE = re.compile(r"^[ \t]*```(\w*)\n(.*?)^[ \t]*```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file."""

    name: str
    text: str

    @property
    def prose(self) -> str:
        return _FENCE.sub("", self.text)

    @property
    def inline(self) -> list[str]:
        """Everything between single backticks."""
        return _INLINE.findall(self.prose)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    def blocks(self, language: str) -> list[str]:
        """Return the fenced blocks of a language, freed of their indentation in a list."""
        found = (body for name, body in _FENCE.findall(self.text) if name == language)
        return [re.sub(r"^ {3}", "", body, flags=re.MULTILINE) for body in found]

    def commands(self) -> list[str]:
        """Return every command of the shell blocks, each on one line as a shell reads it."""
        lines: list[str] = []
        for block in self.blocks("sh"):
            pending = ""
            for line in block.splitlines():
                pending += line
                if pending.count("'") % 2 or pending.endswith("\\"):
                    pending = pending.removesuffix("\\") + "\n"
                    continue
                lines.append(pending)
                pending = ""
        return [line for line in lines if line.strip() and not line.startswith("#")]

    @property
    def anchors(self) -> set[str]:
        """The headings as GitHub names them in addresses."""
        kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(self.prose))
        return {heading.strip().replace(" ", "-") for heading in kept}


@cache
def document(name: str) -> Document:
    """Return a document by its path from the project's root."""
    return Document(name, (ROOT / name).read_text(encoding="utf-8"))


def documents() -> list[Document]:
    """Return the documents of the root and of docs/."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return [document(path.relative_to(ROOT).as_posix()) for path in sorted(paths)]


@cache
def names_in(path: str) -> frozenset[str]:
    """Return what a Python file defines: functions, classes, ``Class.method`` and module-level names."""
    found: set[str] = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        found |= _defined(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _defined(inner)}
    return frozenset(found)


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
