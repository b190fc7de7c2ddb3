"""Taste as a test: python3 tests/tidy/tidy.py [FOLDER]

Prints a line for each finding: where, what is wrong, what to do. Exit status 1 if there is one.
Lines that break a rule for a reason are in allowed.txt; known.txt is for what is being mended.
"""

import fnmatch
import pathlib
import sys

import floors
import layout
import words
from tree import Tree

RULES = [
    floors.includes,
    floors.namespaces,
    floors.forward_declarations,
    floors.base_names,
    layout.file_names,
    layout.long_lines,
    layout.purposes,
    layout.builds,
    layout.coroutines,
    layout.drawings,
    layout.links,
    layout.named_tests,
    layout.named_code,
    words.words,
]


def findings_of(tree, rules=RULES):
    found = [finding for rule in rules for finding in rule(tree)]
    return sorted(found, key=lambda finding: (finding.path, finding.line, finding.rule))


class Exceptions:
    """A list of exceptions: `RULE | PATH | TEXT` in each line, which reasons in comments precede.

    PATH may have `*`. TEXT is the whole offending line; `*` is all of them.
    """

    def __init__(self, name, text):
        self.name, self.entries = name, []
        reason = False
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("#"):
                reason = True
            elif line.strip():
                rule, path, wanted = (part.strip() for part in line.split("|", 2))
                self.entries.append(
                    {
                        "line": number,
                        "rule": rule,
                        "path": path,
                        "text": wanted,
                        "uses": 0,
                        "has_reason": reason,
                    }
                )
            else:
                reason = False

    def hold(self, finding):
        for entry in self.entries:
            if (
                entry["rule"] == finding.rule
                and fnmatch.fnmatchcase(finding.path, entry["path"])
                and entry["text"] in ("*", finding.text)
            ):
                entry["uses"] += 1
                return True
        return False

    def without_reason(self):
        for entry in self.entries:
            if not entry["has_reason"]:
                yield f"{self.name}:{entry['line']}: no reason is given: write it in a comment above"

    def without_use(self):
        for entry in self.entries:
            if not entry["uses"]:
                yield f"{self.name}:{entry['line']}: nothing breaks this rule any more: delete the line"


def main():
    here = pathlib.Path(__file__).resolve().parent
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent.parent
    allowed, known = (
        Exceptions(f"tests/tidy/{name}", file.read_text(encoding="utf-8") if file.exists() else "")
        for name in ("allowed.txt", "known.txt")
        for file in [here / name]
    )
    found = [
        finding
        for finding in findings_of(Tree.read(root))
        if not any([held.hold(finding) for held in (allowed, known)])
    ]
    found += [*allowed.without_reason(), *known.without_reason(), *allowed.without_use()]
    for finding in found:
        print(finding)
    for note in known.without_use():  # whoever mends something does not have to touch the list
        print(f"note: {note}")
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
