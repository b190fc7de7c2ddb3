"""Words that a native reader stumbles over, in comments, messages and pages (docs/style.md, "English")."""

import ast
import io
import re
import tokenize

from tree import CPP


def word(pattern, advice):
    return re.compile(pattern), advice


ANYWHERE = [
    word(
        r"\b(?:[Ll]eav\w+|left)(?:\s+\w+){0,2}\s+behind\b|(\b[Bb]ehind\b)"
        r"(?! (?:a|an|the|its|their|another)\s+(?:[\w']+ )?(?:firewall|NAT|proxy|balancer))",
        '"behind" is a place: write "after", or "beyond"',
    ),
    word(
        r"(?<![Tt]here )(?<![Tt]here\n)\b(?:is|are|was|were)\s+none\b",
        '"is none": write "is not a …", or "there is none"',
    ),
    word(
        r"(?<![Tt]here )(?<![Tt]here\n)\b(?:is|are|was|were)\s+no\s+"
        r"(?!better|fewer|larger|less|longer|more|other|smaller|such)\w",
        '"is no …": write "is not a …"',
    ),
    word(r"\bbeside\s+the\s+call\b", '"beside the call": write "in the background"'),
    word(r"\b[Tt]ime-outs?\b", 'write "timeout"'),
    word(r"\b(?:he|his|him|himself|He|His)\b", 'a caller is "they"'),
    word(
        r"\b[Ww]ho\s+ask(?:s|ed)\b", '"who asks": write the noun, as "the caller" or "the issuer"'
    ),
    word(r"\b[Ww]hat\s+is\s+more\s+than\b", '"what is more than": write the noun, as "the rest"'),
    word(r"\bthat\s+cannot\s+be(?=[,.;:)]|$)", '"that cannot be": write "invalid"'),
]

OPENINGS = [
    word(r"\A(?:///?|/\*\*?)\s*Of\s", 'a comment that opens with "Of": begin with its subject'),
    word(
        r"\A(?:///?|/\*\*?)\s*(?:Null|None|Empty|False|True|Nothing|Zero):\s",
        'a label without a verb: write "Returns null if …", "Empty if …"',
    ),
]


PYTHON_OPENINGS = [word(r"\A(?:# )?Of\s", 'a comment that opens with "Of": begin with its subject')]

TEST_NAME = re.compile(r"^TEST(?:_[FP])?\(\w+,\s*(\w+)\)|^    def test_(\w+)", re.MULTILINE)


def words(tree):
    """Forbidden words in comments, in strings of sources, in names of tests, and in pages but for code."""
    for path, _ in tree.of(*CPP):
        room = path.split("/")[0]
        for piece in tree.pieces(path):
            if piece.kind == "code" or (
                piece.kind == "string" and room not in ("src", "tools", "include")
            ):
                continue  # strings of tests are what customers may send
            yield from search(tree, path, piece.line, plain(piece), ANYWHERE)
            if piece.kind == "comment":
                yield from search(tree, path, piece.line, piece.text, OPENINGS)
    for path, text in tree.of("_test.cpp", "_test.py", under="tests/"):
        for match in TEST_NAME.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            name = (match.group(1) or match.group(2)).replace("_", " ")
            yield from search(tree, path, line, name, ANYWHERE)
    for path, text in tree.of(".py"):
        for line, said in prose_of_python(text):
            yield from search(tree, path, line, said, ANYWHERE + PYTHON_OPENINGS)
    for path, text in tree.of(".md"):
        yield from search(tree, path, 1, without_code(text), ANYWHERE)


def search(tree, path, first_line, text, patterns):
    """A pattern with a group also knows an innocent use of its words, which has none."""
    for pattern, advice in patterns:
        for match in pattern.finditer(text):
            if pattern.groups and match.group(1) is None:
                continue
            line = first_line + text.count(
                "\n", 0, match.start() + len(match.group()) - len(match.group().lstrip())
            )
            yield tree.finding("words", path, line, advice)


def plain(piece):
    """The text without comment marks at the start of lines, so that a phrase is found across a line's end."""
    return (
        re.sub(r"\n[ \t]*(?://+|\*) ?", "\n", piece.text) if piece.kind == "comment" else piece.text
    )


def prose_of_python(text):
    """Comments and docstrings, each with its line."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            yield node.body[0].lineno, ast.get_docstring(node, clean=False)


def without_code(page):
    """A page whose blocks and quotations of code are blank."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    page = re.sub(r"^```.*?^```", blank, page, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", blank, page)
