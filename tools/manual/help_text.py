"""What `pivot --help` and `pivot COMMAND --help` print, in its parts."""

import dataclasses
import re
import subprocess

COLUMN = 30  # where the library of the command line begins descriptions


@dataclasses.dataclass
class Entry:
    label: str  # `--call CALL.json`
    text: str


@dataclasses.dataclass
class Help:
    about: list  # paragraphs, each a list of lines
    usage: str  # `pivot run [OPTIONS] ACTION.json`
    tables: dict  # entries by their heading: `Options`
    notes: list  # paragraphs


def paragraphs_of(lines):
    found = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [lines for lines in found if lines]


def entries_of(lines):
    found = []
    for line in lines:
        label, text = line[:COLUMN].strip(), line[COLUMN:]
        if not label:
            found[-1].text = text
        elif line[COLUMN - 1 : COLUMN + 1].startswith(" ") and text:
            found.append(Entry(label, text))
        else:  # a long label has its text in the next line
            found.append(Entry(line.strip(), ""))
    return found


def read_help(program, *command):
    text = subprocess.run(
        [program, *command, "--help"], check=True, capture_output=True, text=True
    ).stdout
    lines = text.split("\n")
    [usage] = [n for n, line in enumerate(lines) if line.startswith("Usage: ")]
    paragraphs = paragraphs_of(lines[usage + 1 :])
    tables = {}
    while paragraphs and re.fullmatch(r"(Positionals|Options|Subcommands):", paragraphs[0][0]):
        heading, *rows = paragraphs.pop(0)
        tables[heading[:-1]] = entries_of(rows)
    about = paragraphs_of(lines[:usage])
    return Help(about, lines[usage].removeprefix("Usage: "), tables, paragraphs)
