"""What a file looks like, and whether the build knows it."""

import pathlib
import posixpath
import re

from tree import CPP, code_of

COLUMNS = 100  # as .clang-format has it


def long_lines(tree):
    """Lines fit into 100 columns. Raw strings are data, which a formatter cannot break."""
    for path, text in tree.of(*CPP):
        raw = set()
        for piece in tree.pieces(path):
            if piece.kind == "string" and piece.text.startswith("R"):
                raw.update(range(piece.line, piece.line + piece.text.count("\n") + 1))
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > COLUMNS and number not in raw:
                yield tree.finding(
                    "long lines",
                    path,
                    number,
                    f"{len(line)} columns, {COLUMNS} at most: break the line",
                )


def file_names(tree):
    """Files have names that every shell and every tool takes."""
    for path in tree.files:
        if not re.fullmatch(r"[A-Za-z0-9_./-]+", path):
            yield tree.finding(
                "file names",
                path,
                1,
                "a name of other signs than letters, digits, _, - and dots: rename or delete the file",
            )


def purposes(tree):
    """A header opens with a comment that says in a sentence what it is for."""
    for path, text in tree.of(".h", ".hpp"):
        opening = re.match(r"(?://[^\n]*\n)+|/\*.*?\*/", text, re.DOTALL)
        words = opening.group() if opening else ""
        if len(words.split()) < 4 or not re.search(r"[.:]", words):
            yield tree.finding(
                "purposes",
                path,
                1,
                "the header does not open with its purpose: write it as a sentence in the first line",
            )


NAMED = re.compile(r"'([^'\n]+)'")


def builds(tree):
    """Each source is in the meson.build of its folder, or of one above. Tests in Python and shell, too."""
    named = set()
    for path, text in tree.of("meson.build"):
        folder = posixpath.dirname(path)
        for name in NAMED.findall(text):
            entry = posixpath.normpath(posixpath.join(folder, name))
            named.add(entry)
            named.update(
                entry + suffix for suffix in (".cpp", ".c", ".py")
            )  # where names are in a list
    imported = {
        name
        for _, text in tree.of(".py")
        for name in re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)
    }
    for path, _ in tree.of(".c", ".cpp", "_test.py", "_test.sh"):
        if path not in named and not (
            path.endswith(".py") and pathlib.PurePath(path).stem in imported
        ):
            yield tree.finding(
                "builds",
                path,
                1,
                f"no meson.build names this file: add it to that of {posixpath.dirname(path)}, or delete it",
            )
    for path, _ in tree.of(".h", ".hpp", under="include/"):
        if path not in named:
            yield tree.finding(
                "builds",
                path,
                1,
                "a public header that is not installed: add it to include/pivot/meson.build",
            )


# GCC 12 miscompiles these silently (docs/style.md has the table).
DECIDING = re.compile(
    r"\b(?:if|while|switch)\s*\((?:[^;{}()]|\([^;{}()]*\))*\bco_await\b|(?:&&|\|\|)\s*!?\s*co_await\b"
)


def braces_of(code):
    """Where a brace is in the expression of a co_await."""
    for start in re.finditer(r"\bco_await\b", code):
        depth = 0
        for at in range(start.end(), len(code)):
            depth += {"(": 1, ")": -1}.get(code[at], 0)
            if depth < 0 or code[at] == ";":
                break
            if code[at] == "{":
                yield at
                break


def coroutines(tree):
    """What a co_await decides, or what needs braces, is named a line earlier."""
    for path, text in tree.of(".cpp", ".hpp"):
        code = code_of(text)
        if "co_await" not in code:
            continue
        found = [
            (
                match.end(),
                "a co_await decides a branch, which GCC 12 miscompiles: name its result a line earlier",
            )
            for match in DECIDING.finditer(code)
        ]
        found += [
            (
                at,
                "braces in a co_await expression, which GCC 12 miscompiles: name the value a line earlier, and move it",
            )
            for at in braces_of(code)
        ]
        for at, message in found:
            yield tree.finding("coroutines", path, code.count("\n", 0, at) + 1, message)


DRAWN = re.compile("[─│┌┐└┘├┤┬┴┼►◄▲▼]")


def drawings(tree):
    """A drawing in a comment is as it was drawn: a formatter breaks its last words off."""
    for path, _ in tree.of(*CPP):
        for piece in tree.pieces(path):
            lines = piece.text.splitlines() if piece.kind == "comment" else []
            for number, (line, following) in enumerate(zip(lines, lines[1:]), piece.line):
                rest = following.strip().lstrip("/* ")
                is_long = len(line.strip()) > COLUMNS - 25
                if is_long and DRAWN.search(line) and 0 < len(rest) < 15 and not DRAWN.search(rest):
                    yield tree.finding(
                        "drawings",
                        path,
                        number + 1,
                        f'"{rest}" is torn off the drawing above: draw it narrower',
                    )


LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


def links(tree):
    """A link of a page leads to a file, and to a heading where it names one."""
    for path, text in tree.of(".md"):
        for match in LINK.finditer(text):
            target, anchor = match.groups()
            if "://" in target:
                continue
            file = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                if target
                else path
            )
            line = text.count("\n", 0, match.start()) + 1
            if (
                file not in tree.files
                and not any(known.startswith(file + "/") for known in tree.files)
                and file not in ("CHANGELOG.md", "LICENSE")
            ):
                yield tree.finding("links", path, line, f"{target} is not there: mend the link")
            elif anchor and file.endswith(".md") and anchor not in headings(tree.files[file]):
                yield tree.finding(
                    "links", path, line, f"{file} has no heading #{anchor}: mend the link"
                )


CASE = re.compile(r"`([A-Z]\w+), (\w+_\w+)`")


def named_tests(tree):
    """A test that a page names is there."""
    there = {
        case
        for _, text in tree.of("_test.cpp")
        for case in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", text, re.MULTILINE)
    }
    for path, text in tree.of(".md", under="docs/"):
        for match in CASE.finditer(text):
            if match.groups() not in there:
                line = text.count("\n", 0, match.start()) + 1
                yield tree.finding(
                    "named tests",
                    path,
                    line,
                    f"there is no test {', '.join(match.groups())}: give its new name, or write it",
                )


TYPE = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")
SOURCE = re.compile(r"`([a-z_]+(?:/[a-z_0-9]+)*/[a-z_0-9]+\.(?:hpp|cpp|h|c|py))`")


def named_code(tree):
    """A source that a page names is there, and so is a type that docs/design.md shows."""
    known = set()
    for path, text in tree.of(*CPP):
        if path.startswith(("include/", "src/", "tests/")):
            known.update(TYPE.findall(text))
    for path, text in tree.of(".md", under="docs/"):
        for match in SOURCE.finditer(text):
            name = match.group(1)
            if not any(root + name in tree.files for root in ("", "src/", "include/")):
                line = text.count("\n", 0, match.start()) + 1
                yield tree.finding(
                    "named code", path, line, f"there is no {name}: give its new name"
                )
        if path != "docs/design.md":
            continue
        for match in TYPE.finditer(text):
            if match.group() not in known:
                line = text.count("\n", 0, match.start()) + 1
                yield tree.finding(
                    "named code", path, line, f"there is no {match.group()}: give its new name"
                )


def headings(text):
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
