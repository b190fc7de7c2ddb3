"""Prints the manual page of a command of Pivot, from its --help: PROGRAM VERSION [COMMAND]."""

import itertools
import re
import sys

from help_text import read_help

SERVE_SECTION = 8


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)


def line_of(text):
    """Text that must not look like a request."""
    return ("\\&" if text.startswith(".") else "") + escape(text)


def prose(lines):
    """A paragraph, in which what is indented stays as it is."""
    page = []
    for is_example, group in itertools.groupby(lines, lambda line: line.startswith("  ")):
        if is_example:
            kept = [line_of(line.removeprefix("  ")) for line in group]
            page += [".PP", ".nf", ".RS 4", *kept, ".RE", ".fi"]
        else:
            page += [".PP", *map(line_of, group)]
    return page


def section(heading, page):
    """The first paragraph needs no request."""
    return [".SH " + heading.upper(), *(page[1:] if page[0] == ".PP" else page)]


def name_of(command):
    return f"pivot-{command}" if command else "pivot"


def section_of(command):
    return SERVE_SECTION if command == "serve" else 1


def reference(command):
    return f".BR {escape(name_of(command))} ({section_of(command)})"


def table_of(heading, entries):
    page = []
    for entry in entries:
        label = f"\\fB{escape(entry.label.removesuffix(' REQUIRED'))}\\fR"
        title = reference(entry.label) if heading == "Subcommands" else label
        page += [".TP", title, line_of(entry.text)]
    return section(heading, page)


def parts_of(notes):
    """The paragraphs of the description, and the sections: `Examples:`, `Exit status: 0 …`."""
    described, sections = [], []
    for lines in notes:
        if re.fullmatch(r"[A-Z]\w+:", lines[0]):
            sections += section(lines[0][:-1], prose(lines[1:]))
            continue
        before, is_there, status = " ".join(lines).partition("Exit status: ")
        if is_there:
            sections += section("exit status", prose([status]))
            lines = [before.strip()] if before else []
        described += prose(lines)
    return described, sections


def page_of(program, version, command):
    help_ = read_help(program, *([command] if command else []))
    [summary, *_], *more = help_.about
    described, sections = parts_of(help_.notes)
    for lines in reversed(more):
        described = prose(lines) + described
    tables = [table_of(*table) for table in help_.tables.items()]
    others = [""] if command else [entry.label for entry in help_.tables["Subcommands"]]
    references = [reference(other) + " ," for other in others]
    if command == "serve":
        references.insert(0, ".BR pivot.toml (5) ,")
    title = f'{escape(name_of(command).upper())} {section_of(command)} "" "Pivot {version}"'
    page = [
        f".TH {title}",
        ".SH NAME",
        f"{escape(name_of(command))} \\- {escape(summary.removesuffix('.'))}",
        *section("synopsis", [f"\\fB{escape(help_.usage)}\\fR"]),
        *section("description", prose([summary.removesuffix(".") + "."]) + described),
        *itertools.chain(*tables),
        *sections,
        *section("see also", [*references[:-1], reference(others[-1])]),
    ]
    return "\n".join(page) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page_of(sys.argv[1], sys.argv[2], *sys.argv[3:] or [""]))
