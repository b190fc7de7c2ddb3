"""What all benchmarks share: arguments, interleaved rounds, a table, and JSON for
tools/plot_performance.

    {"claim": sentence, "machine": …, "rounds": 5, "command": …,
     "rows":   [{"group": …, "name": …, "unit": …, "median": …, "min": …, "max": …}, …],
     "ratios": [{"name": …, "value": …, "min": …, "max": …, "target": 0.9 or null, "at_least": false, "met": true}, …],
     "notes":  [sentence, …]}

Programs in C++ print the same. "machine", "command", "group", "at_least", "notes" and a ratio's
"min" and "max" may be left out.
"""

import argparse
import json
import os
import re
import statistics
import sys

from harness import programs
from harness.numbers import format_number, format_target

SKIPPED = 77  # what Meson takes for a test that could not run


class Bench:
    """`rows` are what was measured, `ratios` what is claimed."""

    def __init__(self, name, arguments):
        self.name = name
        self.small = arguments.small
        self.rounds = 1 if self.small else arguments.rounds
        self.peers = programs.Peers(arguments.pivot, arguments.peers)
        self._rows = []
        self._ratios = []
        self._notes = []
        self._json_path = arguments.json

    def seconds(self, full):
        """The length of a measured window."""
        return 0.3 if self.small else full

    def interleave(self, **contenders):
        """Runs each contender once a round, in turn. Returns for each the list of what it returned."""
        results = {name: [] for name in contenders}
        for number in range(self.rounds):
            print(f"  round {number + 1} of {self.rounds}", file=sys.stderr)
            for name, run in contenders.items():
                results[name].append(run())
        return results

    def row(self, group, name, unit, values):
        self._rows.append({"group": group, "name": name, "unit": unit, **_spread(values)})

    def ratio(self, name, numerators, denominators, at_most=None, at_least=None):
        """The median of the rounds' ratios, which a machine that changes between rounds disturbs least."""
        spread = _spread([above / below for above, below in zip(numerators, denominators)])
        value = spread.pop("median")
        target = at_most if at_least is None else at_least
        met = None
        if target is not None:
            met = value >= target if at_least is not None else value <= target
        self._ratios.append(
            {
                "name": name,
                "value": value,
                **spread,
                "target": target,
                "at_least": at_least is not None,
                "met": met,
            }
        )

    def note(self, sentence):
        self._notes.append(sentence)

    def finish(self, claim):
        result = {
            "claim": claim,
            "machine": machine(),
            "rounds": self.rounds,
            "command": f"tools/benchmark {self.name}",
            "rows": self._rows,
            "ratios": self._ratios,
            "notes": self._notes,
        }
        _print(result)
        if self._json_path:
            with open(self._json_path, "w") as file:
                json.dump(result, file, indent=1, ensure_ascii=False)


def run(name, measure, description):
    """The main function of a benchmark: reads the arguments, and lets `measure` do the rest with a Bench."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pivot", required=True, help="the program `pivot`")
    parser.add_argument("--peers", required=True, help="the folder of the programs of bench/peers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--small", action="store_true", help="small sizes, which prove only that it runs"
    )
    parser.add_argument("--json", metavar="FILE", help="writes the results to this file, too")
    try:
        measure(Bench(name, parser.parse_args()))
    except programs.Missing as missing:
        print(f"{name}: {missing}", file=sys.stderr)
        sys.exit(SKIPPED)
    except programs.Failed as failed:
        sys.exit(f"{name}: {failed}")


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    release = re.match(r"[\d.]+", os.uname().release)[0]
    return f"{os.cpu_count()} × {model[1] if model else os.uname().machine}, Linux {release}"


def _spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def _print(result):
    print(result["claim"])
    print(
        f"{result['machine']}; median, least and greatest of {result['rounds']} interleaved round(s)"
    )
    group = None
    for row in result["rows"]:
        if row["group"] != group:
            group = row["group"]
            print(f"\n{group}")
        numbers = "  ".join(f"{format_number(row[key]):>10}" for key in ("median", "min", "max"))
        print(f"  {row['name']:<44}{numbers}  {row['unit']}")
    print(f"\n{'ratio':<72}{'value':>7}   target")
    for ratio in result["ratios"]:
        verdict = {True: "met", False: "missed", None: ""}[ratio["met"]]
        print(f"  {ratio['name']:<70}{ratio['value']:>7.2f}   {format_target(ratio):<8}{verdict}")
    print()
    for note in result["notes"]:
        print(note)
