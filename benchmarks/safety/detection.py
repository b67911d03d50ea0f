"""What the safety check finds of what was planted, and what it takes for it, by type and by container.

    var/venv/bin/python -m benchmarks.safety.detection [FOLDER]

Two files a container: one with planted values, one with values that look like them. With a folder, the files are kept
there with ``manifest.json``, for ``presidio.py`` to read the same ones.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.safety.containers import CONTAINERS, Rows
from benchmarks.safety.contents import CHECKED, NEGATIVES, TYPES, Maker
from ckanext.nxopendata.safety.recognition.rule import CLOSING
from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.walkers import engine

PLANTED_ROWS, HARMLESS_ROWS = 20, 80
HEADS = [
    "订单号",
    "时间戳",
    "资源代码",
    "统一社会信用代码",
    "登记编号",
    "脱敏证号",
    "脱敏手机",
    "坐标",
    "数值",
    "办公电话",
    "说明",
]


def plant(maker: Maker) -> Rows:
    """Return rows of persons."""
    makers = {name: getattr(maker, name) for name in TYPES}
    rows = [[maker.name(), *(make() for make in makers.values())] for _ in range(PLANTED_ROWS)]
    return [["姓名", *(head for _, head, _ in TYPES.values())], *rows]


def sow(maker: Maker) -> Rows:
    """Return rows of harmless values."""
    return [HEADS, *([make(maker) for make in NEGATIVES] for _ in range(HARMLESS_ROWS))]


def main(folder: Path) -> None:
    """Make the files, look at them, and print the two tables."""
    planted, found, excess = Counter[str](), Counter[str](), Counter[str]()
    by_container: dict[str, list[int]] = {}
    right = wrong = missed = hidden_missed = 0
    manifest = {}
    for number, (name, (make, is_hidden)) in enumerate(CONTAINERS.items()):
        maker = Maker(number)
        rows, harmless = plant(maker), sow(maker)
        counts = {}
        for kind, content in (("planted", rows), ("harmless", harmless)):
            path = folder / f"{kind}-{name}"
            path.write_bytes(make(content))
            task = engine.Task(str(path), path.name, loading.read_own_files(), b"key", dt.date(2026, 11, 1))
            report = engine.examine(task)
            totals = Counter[int]()
            for finding in report.findings:
                totals[finding.rule] += finding.count
            is_held = any(finding.action in CLOSING for finding in report.findings)
            if kind == "planted":
                counts = totals
                right, missed = right + is_held, missed + (not is_held)
                hidden_missed += is_hidden and not is_held
            else:
                wrong += is_held or bool(report.unread)
                for type_, (rule, _, _) in TYPES.items():
                    excess[type_] += totals[rule]
        for type_, (rule, _, _) in TYPES.items():
            planted[type_] += PLANTED_ROWS
            found[type_] += min(PLANTED_ROWS, counts[rule])
            excess[type_] += max(0, counts[rule] - PLANTED_ROWS)
        by_container[name] = [min(PLANTED_ROWS, counts[rule]) for rule, _, _ in TYPES.values()]
        manifest[name] = {type_: [row[place + 1] for row in rows[1:]] for place, type_ in enumerate(TYPES)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    values = len(CONTAINERS) * HARMLESS_ROWS * len(HEADS)
    print(f"files {2 * len(CONTAINERS)}, planted {sum(planted.values())}, harmless {values}")
    for type_ in TYPES:
        total = found[type_] + excess[type_]
        print(f"{type_:12} recall {found[type_] / planted[type_]:.4f}  precision {found[type_] / max(1, total):.4f}")
    checked = sum(found[type_] for type_ in CHECKED) / sum(planted[type_] for type_ in CHECKED)
    print(f"check-digit numbers: recall {checked:.4f}")
    print(f"files: precision {right / max(1, right + wrong):.4f}, recall {right / (right + missed):.4f}, ", end="")
    print(f"hidden containers missed {hidden_missed} of {sum(hidden for _, hidden in CONTAINERS.values())}")
    for name, numbers in by_container.items():
        if min(numbers) < PLANTED_ROWS:
            print(f"  {name}: {dict(zip(TYPES, numbers, strict=True))} of {PLANTED_ROWS}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
