"""The files that tidy reads, what their text consists of, and what a rule finds in them."""

import dataclasses
import functools
import pathlib
import re

ROOMS = ("bench", "docs", "include", "src", "tests", "tools")
CPP = (".c", ".cpp", ".h", ".hpp")


@dataclasses.dataclass(frozen=True)
class Finding:
    rule: str
    path: str
    line: int
    message: str  # what is wrong, a colon, and what to do
    text: str = ""  # the offending line, by which allowed.txt names it

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


@dataclasses.dataclass(frozen=True)
class Piece:
    """A run of comment lines, a string literal, or code with both of them blanked out."""

    kind: str  # comment, string, code
    line: int
    text: str


class Tree:
    def __init__(self, files):
        self.files = dict(sorted(files.items()))

    @classmethod
    def read(cls, root):
        root = pathlib.Path(root)
        paths = [path for room in ROOMS for path in (root / room).rglob("*") if path.is_file()]
        paths += [root / "README.md", root / "meson.build"]
        kinds = CPP + (".build", ".md", ".py", ".sh", ".js", ".svg")
        read = {}
        for path in paths:
            name = path.relative_to(root).as_posix()
            if path.suffix in kinds:
                read[name] = path.read_text(encoding="utf-8")
            elif "/seeds/" not in name:
                read[name] = ""
        return cls(read)

    def of(self, *suffixes, under=""):
        return (
            (path, text)
            for path, text in self.files.items()
            if path.startswith(under) and path.endswith(suffixes)
        )

    def line(self, path, number):
        lines = self.files[path].splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def finding(self, rule, path, line, message):
        return Finding(rule, path, line, message, self.line(path, line))

    def pieces(self, path):
        return split(self.files[path])


TOKEN = re.compile(
    r"(?P<line>//[^\n]*(?:\n[ \t]*//[^\n]*)*)"
    r"|(?P<block>/\*.*?\*/)"
    r'|(?P<raw>R"(?P<mark>[^( ]*)\(.*?\)(?P=mark)")'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<char>(?<![0-9A-Za-z])'(?:[^'\\\n]|\\.)+')",
    re.DOTALL,
)


@functools.lru_cache(maxsize=None)
def split(text):
    """C or C++ as pieces: comments and strings, then the code, whose lines keep their numbers."""
    pieces, code, end = [], [], 0
    for token in TOKEN.finditer(text):
        line = text.count("\n", 0, token.start()) + 1
        kind = token.lastgroup if token.lastgroup != "mark" else "raw"
        if kind in ("line", "block"):
            pieces.append(Piece("comment", line, token.group()))
        elif kind in ("raw", "string"):
            pieces.append(Piece("string", line, token.group()))
        code.append(text[end : token.start()])
        blank = "" if kind in ("line", "block") else '""'
        code.append(blank + "\n" * token.group().count("\n"))
        end = token.end()
    code.append(text[end:])
    pieces.append(Piece("code", 1, "".join(code)))
    return pieces


def code_of(text):
    return split(text)[-1].text
