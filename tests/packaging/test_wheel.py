"""The wheel: it installs, its plugins load, its data is inside."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LOAD = """
import importlib.metadata, importlib.resources, sys
points = [point for point in importlib.metadata.distribution("ckanext-nxopendata").entry_points]
for point in points:
    module = sys.modules[point.load().__module__] if hasattr(point.load(), "__module__") else None
    assert module is None or module.__file__.startswith(sys.argv[1]), module.__file__
schemas = importlib.resources.files("ckanext.nxopendata.schemas")
assert (schemas / "dataset.yaml").read_text(encoding="utf-8").startswith("#")
assert (schemas / "codelists" / "theme.csv").is_file()
catalogue = importlib.resources.files("ckanext.nxopendata.catalogue")
assert (catalogue / "templates" / "scheming" / "form_snippets" / "localised_text.html").is_file()
translations = importlib.resources.files("ckanext.nxopendata") / "i18n" / "zh_Hans_CN" / "LC_MESSAGES"
assert any(file.name.endswith(".mo") for file in translations.iterdir())
print(len(points))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of nothing but the project's files, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    target = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def test_the_wheel_loads_every_plugin_and_finds_its_data(installed: Path) -> None:
    command = [sys.executable, "-c", LOAD, str(installed)]
    environment = {"PYTHONPATH": str(installed), "PYTHONUTF8": "1", "PATH": "/usr/bin:/bin"}
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=installed)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= 6
