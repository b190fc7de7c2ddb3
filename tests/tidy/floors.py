"""Who may include whom, and which room and which namespace a file is in (docs/design.md has the house)."""

import re

from tree import CPP, code_of

# From the bottom up. Floors of one line are side by side and do not see each other.
HOUSE = [
    ["base"],
    ["reactor"],
    ["net"],
    ["http"],
    ["callflow", "twiml"],
    ["exchange"],
    ["session"],
    ["media", "rooms", "store"],
    ["execute"],
    ["engine"],
    ["abi"],
]

# Switches are hosts: they see the public face, and floors that do not take part in running a call.
HOST_FLOORS = {"base", "reactor", "net", "http"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<(pivot/[^>]+)>)', re.MULTILINE)


# `pivot serve` is a house of its own, in tools/pivot/serve.
SERVE = [
    ["service"],
    ["numbers", "recordings"],
    ["settings"],
    ["calls"],
    ["fronts"],
    ["asterisk", "kazoo", "scripted"],
    ["admin", "api"],
]
SERVE_FOLDER = "pivot/serve/"


def below(house, floor):
    """The floors of the house that files of `floor` may include, its own with them."""
    lower = set()
    for row in house:
        if floor in row:
            return lower | {floor}
        lower |= set(row)
    return lower | {floor}  # on none: whatever they need


def floors_below(floor):
    if floor == "switches":
        return HOST_FLOORS | {"switches"}
    on_a_floor = any(floor in row for row in HOUSE)
    return below(HOUSE, floor) | (set() if on_a_floor else {"switches"})


def is_above_in_serve(path, quoted):
    """Whether a file of `pivot serve` includes one of a floor that it may not know."""
    parts = path.removeprefix("tools/" + SERVE_FOLDER).split("/")
    if not path.startswith("tools/" + SERVE_FOLDER) or len(parts) < 2:
        return False
    if not quoted.startswith(SERVE_FOLDER):
        return False
    target = quoted.removeprefix(SERVE_FOLDER).split("/")[0]
    return target not in below(SERVE, parts[0])


ALL_FLOORS = {floor for row in HOUSE for floor in row} | {"switches"}


def includes(tree):
    """Includes point down or to the own folder."""
    for path, text in tree.of(*CPP):
        room, *rest = path.split("/")
        if room not in ("src", "include", "tests", "tools"):
            continue
        floor = rest[0] if len(rest) > 1 else ""
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(1 if match.group(1) else 2)) + 1
            quoted, public = match.groups()
            target = (quoted or public).split("/")[0] if "/" in (quoted or public) else ""
            message = None
            if room == "include" and quoted:
                message = f'a public header includes "{quoted}": it may include <pivot/…> and the standard library'
            elif quoted and is_above_in_serve(path, quoted):
                message = (
                    f'includes "{quoted}" from a floor of pivot serve that it may not know '
                    f"(docs/design.md): let a floor above hand over what is needed, or move it down"
                )
            elif quoted and ".." in quoted.split("/"):
                message = f'"{quoted}" climbs: name it from the source root'
            elif room == "src" and target == "pivot" and quoted:
                message = f"write <{quoted}>: quotes are for headers of src/"
            elif room == "src" and quoted and target not in ALL_FLOORS | {"pch"}:
                message = f'"{quoted}" is on no floor of src/: name it from the source root'
            elif (
                floor in ALL_FLOORS
                and target in ALL_FLOORS
                and (room == "src" or (room == "tests" and floor != "switches"))
            ):
                if target not in floors_below(floor):
                    message = (
                        f'{floor}/ includes "{quoted}" from a floor that it may not know: '
                        f"let a floor above hand over what is needed, or move it down"
                    )
            if message:
                yield tree.finding("includes", path, line, message)


NAMESPACE = re.compile(r"^namespace ((?:\w+)(?:::\w+)*) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
FORWARD = re.compile(r"^\s*(?:(?:enum )?(?:class|struct)|enum) \w+(?: : [\w:]+)?;\s*$")


def namespaces(tree):
    """A file's names are in the namespace of its folder. Others are only declared forward there, and
    `pivot` is where a source implements the public face."""
    for path, text in tree.of(".cpp", ".hpp", under="src/"):
        folders = path.split("/")[1:-1]
        expected = "pivot::" + "::".join(folders)
        implements_public = path.endswith(".cpp") and any(
            public for _, public in INCLUDE.findall(text)
        )
        code = code_of(text)
        for match in NAMESPACE.finditer(code):
            name, body = match.groups()
            if name == expected or name.startswith(expected + "::") or name in ("fmt", "std"):
                continue
            if name == "pivot" and implements_public:
                continue
            if all(FORWARD.match(line) for line in body.splitlines() if line.strip()):
                continue
            line = code.count("\n", 0, match.start()) + 1
            yield tree.finding(
                "namespaces",
                path,
                line,
                f"namespace {name} in {path.rsplit('/', 1)[0]}: write {expected}",
            )


PUBLIC_TYPE = re.compile(
    r"^(?:class|struct|enum class) (?:PIVOT_API )?(\w+)(?: [:{]|;| final)", re.MULTILINE
)
DECLARATION = re.compile(r"^\s*(?:class|struct|enum class) (\w+)(?: : [\w:]+)?;", re.MULTILINE)


def forward_declarations(tree):
    """A public type that src/ declared forward would be ambiguous, once the public face is versioned."""
    public = {
        name for _, text in tree.of(".hpp", under="include/") for name in PUBLIC_TYPE.findall(text)
    }
    for path, text in tree.of(".cpp", ".hpp", under="src/"):
        code = code_of(text)
        for match in DECLARATION.finditer(code):
            if match.group(1) in public:
                line = code.count("\n", 0, match.start(1)) + 1
                yield tree.finding(
                    "forward declarations",
                    path,
                    line,
                    f"{match.group(1)} is a public type: include its header of include/pivot, "
                    "or give the internal type a name of its own",
                )


def base_names(tree):
    """One concept, one name: on a floor, in the tool, and between the public face and src/."""
    homes = {}
    for path, _ in tree.of(*CPP):
        room, *rest = path.split("/")
        if room in ("src", "tools") and len(rest) > 1:
            folder, name = path.rsplit("/", 1)
            homes.setdefault((room, rest[0], name.rsplit(".", 1)[0]), {}).setdefault(folder, path)
    for (room, floor, stem), folders in homes.items():
        if len(folders) > 1:
            first, *others = sorted(folders.values())
            for other in others:
                yield tree.finding(
                    "base names",
                    other,
                    1,
                    f"{stem} is also the name of {first}: call one of them by what sets it apart",
                )
    public = {
        path.rsplit("/", 1)[1].rsplit(".", 1)[0]: path
        for path, _ in tree.of(".h", ".hpp", under="include/")
    }
    for path, _ in tree.of(".hpp", under="src/"):
        stem = path.rsplit("/", 1)[1].rsplit(".", 1)[0]
        if stem in public:
            yield tree.finding(
                "base names",
                path,
                1,
                f"{stem} is also the name of {public[stem]}: call the internal header by what it holds",
            )
