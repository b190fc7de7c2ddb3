"""The tables of docs/performance/results.md, each between two comments that name it:

    <!-- results: pivot_cpu -->
    …
    <!-- end -->

`machine` and `overview` are about all benchmarks. A benchmark that the page does not name is
added at its end. `results` have the names of the benchmarks, in the page's order.
"""

import re

from harness.numbers import format_number, format_target


def filled(page, results, is_whole):
    """The page with the tables of these results. Machine and overview are about all benchmarks: they stay unless these are whole."""
    blocks = {}
    if is_whole:
        blocks["machine"] = _machine(results.values())
        blocks["overview"] = _overview(results.values())
    blocks.update({name: _claim(name, result) for name, result in results.items()})
    for name in blocks:
        if f"<!-- results: {name} -->" not in page:
            page += f"\n## {name}\n\n<!-- results: {name} -->\n<!-- end -->\n"
    for name, block in blocks.items():
        between = re.compile(
            rf"(<!-- results: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL
        )
        page = between.sub(lambda found: found[1] + block + found[2], page)
    return page


def _machine(results):
    return "".join(
        f"{machine}\n"
        for machine in sorted({result["machine"] for result in results if "machine" in result})
    )


def _overview(results):
    lines = []
    for result in results:
        for ratio in result["ratios"]:
            if ratio.get("target") is not None:
                lines.append(
                    [ratio["name"], _spread(ratio, "value"), format_target(ratio), _verdict(ratio)]
                )
    table = _table(["claim", "measured (least–greatest)", "target", ""], lines)
    return f"![Claims against their targets](overview.svg)\n\n{table}\n"


def _claim(name, result):
    command = result.get("command", f"tools/benchmark {name}")
    parts = [
        f"![{result['claim']}]({name}.svg)",
        f"{result['claim']}. Repeat with `{command}`.",
    ]
    if result["ratios"]:
        lines = [
            [ratio["name"], _spread(ratio, "value"), format_target(ratio), _verdict(ratio)]
            for ratio in result["ratios"]
        ]
        parts.append(_table(["ratio", "measured (least–greatest)", "target", ""], lines))
    for unit in dict.fromkeys(row["unit"] for row in result["rows"]):
        parts.append(_measured([row for row in result["rows"] if row["unit"] == unit], unit))
    parts += result.get("notes", [])
    return "\n\n".join(parts) + "\n"


def _measured(rows, unit):
    """A line for each group and a column for each name, where all groups have the same names; else a line for each."""
    groups = {}
    for row in rows:
        groups.setdefault(row.get("group", ""), {})[row["name"]] = row
    names = list(next(iter(groups.values())))
    if (
        len(groups) > 1
        and len(names) > 1
        and all(list(group) == names for group in groups.values())
    ):
        lines = [
            [name, *(_spread(row) for row in group.values())] for name, group in groups.items()
        ]
        return _table([unit, *names], lines)
    lines = [[row.get("group", ""), row["name"], _spread(row)] for row in rows]
    if not any(line[0] for line in lines):
        return _table(["", unit], [line[1:] for line in lines])
    return _table(["", "", unit], lines)


def _spread(row, key="median"):
    middle = format_number(row[key])
    if "min" not in row:
        return middle
    return f"**{middle}** ({format_number(row['min'])}–{format_number(row['max'])})"


def _verdict(ratio):
    if ratio.get("met") is None:
        return ""
    return "met" if ratio["met"] else "**missed**"


def _table(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
