"""What bench/callflow_reading writes with Google Benchmark, as the other benchmarks write it."""

import statistics

TARGET = 1.5


def is_google_benchmark(result):
    return "benchmarks" in result


def converted(result):
    """Returns both times, the speed and the ratio of each body, over the repetitions."""
    runs = {}
    for run in result["benchmarks"]:
        if run["run_type"] == "iteration":
            runs.setdefault(run["run_name"].split("/")[1], []).append(run)
    rows, ratios = [], []
    for body, repetitions in runs.items():
        group = f"{body}, {round(repetitions[0]['bytes']):,} bytes"
        rows += [
            _row(group, "read and validate", "ns", repetitions, "ns"),
            _row(group, "simdjson's walk, the faster one", "ns", repetitions, "walk_ns"),
            _row(group, "read and validate, a node", "ns a node", repetitions, "ns_per_node"),
            _row(group, "read and validate, speed", "GB/s", repetitions, "GB_per_s"),
        ]
        ratios += [
            _ratio(f"÷ the faster walk, {group}", repetitions, "ratio"),
            _ratio(f"÷ the slower walk, {group}", repetitions, "ratio_to_slower"),
        ]
    return {
        "claim": "Reading and validating a callflow, beside simdjson's own walk",
        "command": "tools/benchmark callflow_reading",
        "rows": rows,
        "ratios": ratios,
    }


def _ratio(name, repetitions, counter):
    spread = _spread(repetitions, counter)
    value = spread.pop("median")
    return {
        "name": name,
        "value": value,
        **spread,
        "target": TARGET,
        "at_least": False,
        "met": value <= TARGET,
    }


def _row(group, name, unit, repetitions, counter):
    return {"group": group, "name": name, "unit": unit, **_spread(repetitions, counter)}


def _spread(repetitions, counter):
    values = [run[counter] for run in repetitions]
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}
