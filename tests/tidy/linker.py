"""Functions that nobody calls, and functions that are the same: python3 tests/tidy/linker.py BUILD

`tools/test tidy` makes BUILD: nothing is inlined there and each function has a section of its own,
so the linker can tell. Calls come from the program pivot, from what the library exports, and from
linker_roots.txt. Prints a line for each finding; exit status 1 if there is one.
"""

import functools
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ARCHIVES = ["src/libpivot.a", "tools/pivot/libpivot_tools.a"]
UNUSED = re.compile(r"^removing unused section .*:\(\.text\.(_Z\w+)\)$", re.MULTILINE)
GROUP = re.compile(r"^selected section .*\n(?:  removing identical section .*\n?)+", re.MULTILINE)
SECTION = re.compile(r":\(\.text\.(_Z\w+)\)")

# Smaller functions are alike by nature: getters, and calls that are handed on. is_digit() has 44 bytes.
BYTES_MIN = 44


def output_of(*command, **options):
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


class Symbols:
    """The functions of the library and the tool: mangled names, their readable ones, and their sizes."""

    def __init__(self, build):
        listed = output_of("nm", "-S", "--defined-only", *ARCHIVES, cwd=build)
        self.sizes = {
            name: int(size, 16)
            for size, name in re.findall(
                r"^[0-9a-f]+ ([0-9a-f]+) [TtWw] (_Z\w+)$", listed, re.MULTILINE
            )
        }
        self.readable = dict(
            zip(self.sizes, output_of("c++filt", input="\n".join(self.sizes)).splitlines())
        )

    def mangled(self, name):
        return [symbol for symbol, readable in self.readable.items() if short(readable) == name]

    def written(self, symbols):
        return sorted(
            {
                short(self.readable[symbol])
                for symbol in symbols
                if is_written(self.readable.get(symbol, ""))
            }
        )


def short(readable):
    """A function without its parameters and unnamed namespaces."""
    readable = re.sub(r"\[abi:\w+\]", "", readable).replace("(anonymous namespace)::", "")
    return readable.split("(")[0]


@functools.lru_cache(maxsize=None)
def is_written(readable):
    """Whether a person wrote it: clones, templates, lambdas and special members do not count."""
    parts = short(readable).split("::")
    return (
        parts[0] == "pivot"
        and len(parts) > 1
        and "[clone" not in readable
        and "lambda" not in readable
        and not re.search(r"[<~]|\boperator\b", short(readable))
        and parts[-2] != parts[-1]
    )


def link(build, roots):
    """What lld says when it links the tool with all of the library, and drops and folds what it can."""
    commands = output_of("ninja", "-C", build, "-t", "commands", "tools/pivot/pivot")
    words = [word for word in shlex.split(commands.splitlines()[-1]) if word not in ARCHIVES]
    first = words.index("-Wl,--start-group")
    words[first:first] = ["-Wl,--whole-archive", *ARCHIVES, "-Wl,--no-whole-archive"]
    words += [
        "-fuse-ld=lld-19",
        "-Wl,--export-dynamic",
        "-Wl,--gc-sections",
        "-Wl,--print-gc-sections",
        "-Wl,--icf=all",
        "-Wl,--print-icf-sections",
        *(f"-Wl,--undefined={root}" for root in roots),
    ]
    with tempfile.TemporaryDirectory() as folder:
        words[words.index("-o") + 1] = f"{folder}/pivot"
        done = subprocess.run(words, cwd=build, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def unused(text, symbols):
    return symbols.written(UNUSED.findall(text))


def identical(text, symbols):
    groups = []
    for group in GROUP.findall(text):
        written = symbols.written(
            symbol for symbol in SECTION.findall(group) if symbols.sizes.get(symbol, 0) >= BYTES_MIN
        )
        if len(written) > 1:
            groups.append(written)
    return sorted(groups)


def named_roots():
    lines = (
        pathlib.Path(__file__)
        .with_name("linker_roots.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    return [line for line in lines if line and not line.startswith("#")]


def main():
    build = sys.argv[1]
    symbols = Symbols(build)
    roots = {name: symbols.mangled(name) for name in named_roots()}
    text = link(build, [symbol for found in roots.values() for symbol in found])
    found = [
        f"{name}: nothing in the product calls it: delete it, and the tests that do"
        for name in unused(text, symbols)
    ]
    found += [
        f"{', '.join(group)}: the same function: keep one" for group in identical(text, symbols)
    ]
    found += [
        f"linker_roots.txt: there is no {name}: delete the line"
        for name, mangled in roots.items()
        if not mangled
    ]
    for finding in found:
        print(finding)
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
