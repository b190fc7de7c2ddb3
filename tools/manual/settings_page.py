"""Prints pivot.toml(5) from the tables of settings in the documentation: DOCS VERSION."""

import dataclasses
import pathlib
import re
import sys

from man_page import escape, line_of, section

# The pages, and what precedes the names in a table under a heading.
SOURCES = [
    ("serve.md", {"Configuration": "", "Asterisk": "asterisk."}),
    ("kazoo.md", {None: "kazoo."}),
    ("configuration.md", {}),
]

ABOUT = [
    "The configuration of \\fBpivot serve\\fR is TOML: /etc/pivot/pivot.toml, then",
    "/etc/pivot/conf.d/*.toml in the order of their names. A later file adds to the tables of an",
    "earlier one, and replaces all other values. No setting has to be there. A secret may be in a",
    "file of its own: append _file to the name of its setting, and name the file. The tables kazoo are",
    "an array: [[kazoo]].",
    ".PP",
    "\\fBpivot serve \\-\\-check\\fR says what is wrong, and \\fBpivot serve \\-\\-print\\-config\\fR",
    "prints what holds.",
]


@dataclasses.dataclass
class Setting:
    names: list
    meaning: str
    default: str
    limits: str

    def kind(self):
        """As TOML has it: by the default, or else by what the name and the meaning say."""
        if re.fullmatch(r"\d+", self.default) or re.search(r"_(max|s|ms|days)$", self.names[0]):
            return "integer"
        if self.default in ("true", "false"):
            return "boolean"
        for kind, sign in (("array", "["), ("table", "{")):
            if self.default.startswith(sign) or self.meaning.startswith(f"an {kind} "):
                return kind
        is_table = re.match(r"an object|as above, for|rules in addition", self.meaning)
        is_array = re.match(r"the brokers|where Asterisk connects", self.meaning)
        return "table" if is_table else "array" if is_array else "string"


def cells_of(line):
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [cell.strip().replace("\\|", "|") for cell in cells]


def prefix_of(heading):
    """The name of the table that the heading has, if it has just one."""
    names = re.findall(r"`(\w+)`", heading.partition(":")[0])
    return f"{names[0]}." if len(names) == 1 else ""


def settings_of(text, prefixes):
    """Each of a page, with its section."""
    found, heading, columns = [], None, None
    for line in text.split("\n"):
        if line.startswith("#"):
            heading, columns = line.lstrip("# "), None
        elif not line.startswith("|"):
            columns = None
        elif columns is None:
            columns = cells_of(line)
        elif columns[0] == "setting" and not line.startswith("|--"):
            row = dict(zip(columns, cells_of(line)))
            prefix = prefixes.get(heading, prefixes.get(None, prefix_of(heading)))
            prefix = prefix.replace("accounts.", "accounts.ID.")
            names = [prefix + name for name in re.findall(r"`([^`]+)`", row["setting"])]
            default = row.get("default", "").replace("`", "")
            found.append(Setting(names, row["meaning"], default, row.get("limits", "")))
    return found


def all_settings(docs):
    found = []
    for page, prefixes in SOURCES:
        found += settings_of((pathlib.Path(docs) / page).read_text(encoding="utf-8"), prefixes)
    return found


def prose_of(markdown):
    text = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"\*([^*`]+)\*", r"\1", text)
    parts = text.split("`")  # every second one is code
    return "".join(
        f"\\fB{escape(part)}\\fR" if n % 2 else escape(part) for n, part in enumerate(parts)
    )


def entry_of(setting):
    names = ", ".join(f"\\fB{escape(name)}\\fR" for name in setting.names)
    facts = [setting.kind()]
    if setting.default:
        facts.append(f"default: {setting.default}")
    if setting.limits:
        facts.append(prose_of(setting.limits).replace("\\fB", "").replace("\\fR", ""))
    text = prose_of(setting.meaning)
    facts = "; ".join(fact if "\\" in fact else escape(fact) for fact in facts)
    return [".TP", f"{names} ({facts})", text if not text.startswith((".", "'")) else "\\&" + text]


def group_of(setting):
    name = setting.names[0]
    return name.split(".")[0] if "." in name else ""


def page_of(docs, version):
    groups = {}
    for setting in all_settings(docs):
        groups.setdefault(group_of(setting), []).append(setting)
    page = [
        f'.TH PIVOT.TOML 5 "" "Pivot {version}"',
        ".SH NAME",
        "pivot.toml \\- the configuration of pivot serve",
        *section("description", ABOUT),
    ]
    for group in sorted(groups):
        entries = [line for setting in groups[group] for line in entry_of(setting)]
        page += section(group or "settings", entries)
    page += section("files", [line_of("/etc/pivot/pivot.toml, /etc/pivot/conf.d/*.toml")])
    page += section("see also", [".BR pivot\\-serve (8)"])
    return "\n".join(page) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page_of(sys.argv[1], sys.argv[2]))
