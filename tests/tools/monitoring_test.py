"""The alert rules and the dashboard ask for metrics that exist, with labels that they have. The
arguments are the two files."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/metrics.md")
OWN_LABELS = {"instance", "job", "le"}  # Prometheus's


def documented():
    """Each metric of the page with its labels."""
    metrics = {}
    with open(PAGE, encoding="utf-8") as page:
        for line in page:
            if row := re.match(r"\| `(\w+)` \| (\w+) \|([^|]*)\|", line):
                names = [part.partition(":")[0] for part in row[3].split(";")]
                metrics[row[1]] = {label for part in names for label in re.findall(r"`(\w+)`", part)}
                if row[2] == "histogram":
                    metrics[row[1] + "_bucket"] = metrics[row[1]]
    return metrics


class Monitoring(unittest.TestCase):
    def expressions(self):
        with open(self.rules, encoding="utf-8") as rules:
            text = rules.read()
        yield from re.findall(r"expr: (?:>\s*)?((?:.|\n)*?)\n\s+(?:for|labels):", text)
        with open(self.dashboard, encoding="utf-8") as dashboard:
            for panel in json.load(dashboard)["panels"]:
                yield from (target["expr"] for target in panel["targets"])

    def test_each_metric_and_each_label_is_on_the_page(self):
        metrics = documented()
        expressions = list(self.expressions())
        self.assertGreater(len(expressions), 20)
        for expression in expressions:
            used = re.findall(r"\b((?:pivot|process)_\w+)\b", expression)
            self.assertTrue(used or "up{" in expression, expression)
            known = set(OWN_LABELS).union(*(metrics.get(name, set()) for name in used))
            for name in used:
                self.assertIn(name, metrics, expression)
            matched = re.findall(r'(\w+)(?:=~|!=|=)"', expression)
            grouped = ",".join(re.findall(r"by \(([^)]*)\)", expression))
            for label in matched + re.findall(r"\w+", grouped):
                self.assertIn(label, known, expression)

    def test_promtool_takes_the_rules(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is missing (Debian's prometheus)")
        checked = subprocess.run(
            ["promtool", "check", "rules", self.rules], capture_output=True, text=True, timeout=60
        )
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_each_panel_has_a_place_and_a_number_of_its_own(self):
        with open(self.dashboard, encoding="utf-8") as dashboard:
            panels = json.load(dashboard)["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
        self.assertEqual(len(places), len(panels))


if __name__ == "__main__":
    Monitoring.rules, Monitoring.dashboard = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
