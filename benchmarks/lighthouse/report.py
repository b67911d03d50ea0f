"""``report.py REPORT NAME``: one line of a Lighthouse report; fails when a score is below 95."""

import json
import sys
from pathlib import Path

LEAST = 95
VITALS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def main() -> int:
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    scores = {name: round(found["score"] * 100) for name, found in report["categories"].items()}
    vitals = "  ".join(report["audits"][name]["displayValue"] for name in VITALS)
    print(f"{sys.argv[2]:<60}{scores}  FCP LCP TBT CLS  {vitals}")
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(f"    {audit['score']:.2f} {audit['id']}: {audit['title']} {audit.get('displayValue', '')}")
    return 0 if min(scores.values()) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
