"""Charts as SVG: bars with the spread of their rounds, percentile curves, and ratios against their
targets.

A reader's light or dark scheme is followed by the style sheet inside each file.
"""

import math
import re
from html import escape

from harness.numbers import format_number, format_target

WIDTH = 820
_LEFT = 300  # where bars begin
_RIGHT = 640  # where the longest one ends; its number is to the right of it
_LINE = 24
_COLOURS = 5

_STYLE = """
svg { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 13px; }
.paper { fill: #ffffff; } text { fill: #24292f; } .quiet { fill: #57606a; } .title { font-size: 16px; font-weight: 600; }
.group { font-weight: 600; } .grid { stroke: #d0d7de; stroke-width: 1; } .spread { stroke: #24292f; stroke-width: 1.2; }
.target { stroke: #24292f; stroke-width: 1.6; stroke-dasharray: 5 3; } .missed { fill: #cf222e; } .met { fill: #1a7f37; }
.bar0 { fill: #0969da; } .bar1 { fill: #8c959f; } .bar2 { fill: #bf8700; } .bar3 { fill: #8250df; } .bar4 { fill: #bc4c00; }
.line { fill: none; stroke-width: 2.2; } .line0 { stroke: #0969da; } .line1 { stroke: #8c959f; } .line2 { stroke: #bf8700; }
.line3 { stroke: #8250df; } .line4 { stroke: #bc4c00; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; } text { fill: #e6edf3; } .quiet { fill: #9198a1; } .grid { stroke: #30363d; }
.spread { stroke: #e6edf3; } .target { stroke: #e6edf3; } .missed { fill: #ff7b72; } .met { fill: #3fb950; }
.bar0 { fill: #4493f8; } .bar2 { fill: #d29922; } .bar3 { fill: #ab7df8; } .bar4 { fill: #f0883e; }
.line0 { stroke: #4493f8; } .line2 { stroke: #d29922; } .line3 { stroke: #ab7df8; } .line4 { stroke: #f0883e; }
}
"""

_PERCENTILE = re.compile(r"(?P<series>.*), (?P<quantile>p\d+(\.\d+)?|min|max)")


def claim_chart(result):
    """All that was measured for a claim: a panel for each group, in the first unit that the group has, and the ratios."""
    panels = []
    for rows in _groups(result["rows"]):
        shown = [row for row in rows if row["unit"] == rows[0]["unit"]]
        curves = _curves(shown)
        panels.append(_curve_panel(shown, curves) if curves else _bar_panel(shown))
    claimed = [ratio for ratio in result["ratios"] if ratio.get("target") is not None]
    if claimed:
        panels.append(
            _ratio_panel(
                "Ratios; the line is the target, twice of which is the end of the scale", claimed
            )
        )
    return _document(result["claim"], panels)


def overview_chart(results):
    """Every ratio that has a target, as a share of it: what ends before the line keeps its claim."""
    panels = []
    for result in results:
        ratios = [ratio for ratio in result["ratios"] if ratio.get("target") is not None]
        if ratios:
            panels.append(_ratio_panel(result["claim"], ratios))
    return _document(
        "Claims; the line is the target, twice of which is the end of the scale", panels
    )


def _groups(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row.get("group", ""), []).append(row)
    return groups.values()


def _document(title, panels):
    """`panels` are functions that draw from a height on, and return what they drew and the height below it."""
    shapes, height = [_text(20, 30, title, "title")], 50
    for panel in panels:
        drawn, height = panel(height)
        shapes += drawn
    height += 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">\n<style>{_STYLE}</style>\n'
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="6"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def _bar_panel(rows):
    unit = rows[0]["unit"]
    longest = max(row["max"] for row in rows) or 1

    def x(value):
        return _LEFT + (_RIGHT - _LEFT) * value / longest

    def draw(top):
        shapes = [_text(20, top + 16, f"{rows[0].get('group', '')} ({unit})".strip(), "group")]
        y = top + 26
        for number, row in enumerate(rows):
            shapes += [
                _text(_LEFT - 10, y + 15, row["name"], "", "end"),
                _bar(_LEFT, y + 3, x(row["median"]) - _LEFT, f"bar{number % _COLOURS}"),
                _line(x(row["min"]), y + 11, x(row["max"]), y + 11, "spread"),
                _text(x(row["max"]) + 8, y + 15, format_number(row["median"])),
            ]
            y += _LINE
        return shapes, y + 10

    return draw


def _ratio_panel(title, ratios):
    def share(value, ratio):
        above, below = (
            (ratio["target"], value) if ratio.get("at_least") else (value, ratio["target"])
        )
        if not below:
            return 1 if not above else math.inf
        return above / below

    left, right = 420, 680

    def x(value):
        return left + (right - left) * min(value, 2) / 2

    def draw(top):
        shapes = [_text(20, top + 16, title, "group")]
        y = top + 26
        begin = y
        for ratio in ratios:
            ends = sorted(share(ratio.get(key, ratio["value"]), ratio) for key in ("min", "max"))
            shapes += [
                _text(left - 10, y + 15, ratio["name"], "", "end"),
                _bar(
                    left,
                    y + 3,
                    x(share(ratio["value"], ratio)) - left,
                    "met" if ratio["met"] else "missed",
                ),
                _line(x(ends[0]), y + 11, x(ends[1]), y + 11, "spread"),
                _text(
                    right + 10, y + 15, f"{format_number(ratio['value'])}  ({format_target(ratio)})"
                ),
            ]
            y += _LINE
        shapes.append(_line(x(1), begin, x(1), y, "target"))
        return shapes, y + 10

    return draw


def _curves(rows):
    """{series: {quantile: row}}, where there are enough percentiles for curves."""
    found = [_PERCENTILE.fullmatch(row["name"]) for row in rows]
    curves = {}
    for match, row in zip(found, rows):
        if (
            match and match["quantile"] != "min"
        ):  # on a logarithmic scale it would be far below all others
            curves.setdefault(match["series"], {})[match["quantile"]] = row
    return curves if curves and min(map(len, curves.values())) >= 3 else {}


def _curve_panel(rows, curves):
    """Percentiles from left to right, both scales logarithmic."""
    quantiles = sorted({quantile for curve in curves.values() for quantile in curve}, key=_rank)
    values = [
        row[key] for curve in curves.values() for row in curve.values() for key in ("min", "max")
    ]
    least = 10 ** math.floor(math.log10(max(min(values), 0.1)))
    greatest = 10 ** math.ceil(math.log10(max(max(values), least * 10)))
    left, right, tall = 90, 560, 220

    def x(quantile):
        at = quantiles.index(quantile)
        return left + 30 + (right - left - 60) * at / max(len(quantiles) - 1, 1)

    def draw(top):
        def y(value):
            share = math.log10(max(value, least) / least) / math.log10(greatest / least)
            return top + 36 + tall * (1 - share)

        shapes = [
            _text(20, top + 16, f"{rows[0].get('group', '')} ({rows[0]['unit']})".strip(), "group")
        ]
        step = least
        while step <= greatest * 1.001:
            shapes += [
                _line(left, y(step), right, y(step), "grid"),
                _text(left - 8, y(step) + 4, format_number(step), "quiet", "end"),
            ]
            step *= 10
        for quantile in quantiles:
            shapes.append(_text(x(quantile), top + 36 + tall + 20, quantile, "quiet", "middle"))
        for number, (series, curve) in enumerate(curves.items()):
            colour = number % _COLOURS
            known = [quantile for quantile in quantiles if quantile in curve]
            points = " ".join(
                f"{x(quantile):.1f},{y(curve[quantile]['median']):.1f}" for quantile in known
            )
            shapes.append(f'<polyline class="line line{colour}" points="{points}"/>')
            for quantile in known:
                row, at = curve[quantile], x(quantile) + 3 * number
                shapes.append(_line(at, y(row["min"]), at, y(row["max"]), "spread"))
            key_y = top + 46 + 22 * number
            shapes += [
                _bar(right + 20, key_y, 14, f"bar{colour}", 14),
                _text(right + 42, key_y + 12, series),
            ]
        return shapes, top + 36 + tall + 40

    return draw


def _rank(quantile):
    return math.inf if quantile == "max" else float(quantile[1:])


def _text(x, y, text, style="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{escape(text)}</text>'


def _bar(x, y, width, style, height=16):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height}" rx="2" class="{style}"/>'


def _line(x1, y1, x2, y2, style):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'
