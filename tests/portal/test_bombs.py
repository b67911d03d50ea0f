"""Files made to cost their readers much cost the web process little, and a second reader nothing."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ckanext import nxopendata

from ckanext.nxopendata.catalogue.form import items_from_file
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.portal.dataset import preview
from ckanext.nxopendata.safety.privacy import assessment
from ckanext.nxopendata.safety.scanning import jobs
from ckanext.nxopendata.search.indexing import file_headers
from tests import bombs
from tests.bombs import cost
from tests.safety.signing import release_file

SECONDS = 10
MOST_GROWTH = 50 * 1024 * 1024
FILES = (
    {name: ("xlsx", make) for name, make in bombs.WORKBOOKS.items()}
    | {name: ("ods", make) for name, make in bombs.OPEN_DOCUMENTS.items()}
    | bombs.TEXTS
)

FAR = "a cell in the last corner"
"""Refused by readers that make every row up to it; ours passes the empty ones over."""


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("bombs")

    def made(name: str) -> tuple[Path, str]:
        kind, make = FILES[name]
        path = folder / f"{list(FILES).index(name)}.{kind}"
        if not path.exists():
            make(path)
        return path, kind

    return made


class TestReadingByItself:
    @pytest.mark.parametrize("name", FILES)
    def test_a_preview_costs_little_time_and_memory(self, bomb: Callable[[str], tuple[Path, str]], name: str) -> None:
        path, kind = bomb(name)
        told: list[Any] = []
        seconds, growth = cost(lambda: told.append(preview.to_dict(lambda: preview.read(path, kind, limit=20_971_520))))
        assert seconds < SECONDS
        assert growth < MOST_GROWTH
        assert len(str(told)) < 1_000_000

    @pytest.mark.parametrize("name", FILES)
    def test_looking_for_column_headers_costs_little(self, bomb: Callable[[str], tuple[Path, str]], name: str) -> None:
        path, kind = bomb(name)
        seconds, growth = cost(lambda: file_headers.read_headers(path, kind))
        assert seconds < SECONDS
        assert growth < MOST_GROWTH

    @pytest.mark.parametrize(
        "name", ["11,000,000 shared strings and a cell in the last corner", "ten million empty lines"]
    )
    def test_data_items_of_the_form_cost_little(self, bomb: Callable[[str], tuple[Path, str]], name: str) -> None:
        path, kind = bomb(name)
        told: list[str] = []

        def read() -> None:
            try:
                items_from_file.read_items(path, kind)
            except UnreadableError as error:
                told.append(error.code)

        seconds, growth = cost(read)
        assert seconds < SECONDS
        assert growth < MOST_GROWTH
        assert told
        assert told[0] != "broken"

    @pytest.mark.parametrize("name", [name for name in list(bombs.WORKBOOKS)[:5] if name != FAR])
    def test_what_asks_for_too_much_is_refused(self, bomb: Callable[[str], tuple[Path, str]], name: str) -> None:
        path, kind = bomb(name)
        with pytest.raises(preview.NoPreviewError) as refused:
            preview.read(path, kind, limit=20_971_520)
        assert refused.value.code in ("size", "costly", "broken")

    def test_a_cell_in_the_last_corner_is_a_cell_like_any_other(self, bomb: Callable[[str], tuple[Path, str]]) -> None:
        path, kind = bomb(FAR)
        assert len(preview.read(path, kind, limit=20_971_520).rows) <= preview.ROWS

    def test_no_web_process_opens_a_spreadsheet_itself(self) -> None:
        package = Path(str(nxopendata.__file__)).parent
        readers = {
            path.relative_to(package).as_posix()
            for path in package.rglob("*.py")
            if "load_workbook(" in path.read_text(encoding="utf-8")
        }
        assert readers == {"exchange/workbook/writer.py"}  # which calls it in a process with limits


def _unless_refused(take: Callable[[Path, str], Any], path: Path, kind: str) -> None:
    from ckan.plugins import toolkit as tk

    with suppress(tk.ValidationError):
        take(path, kind)


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestThePageOfAFile:
    @pytest.fixture
    def stored(self, call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
        """Store a file and return the address of its page."""
        from ckan.plugins import toolkit as tk
        from werkzeug.datastructures import FileStorage

        monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
        call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅"})
        notes, title = {"zh": "说明。"}, {"zh": "宁夏5A级旅游景区名录"}
        call(
            "package_create",
            name="scenic",
            title_translated=title,
            notes_translated=notes,
            owner_org="wlt",
            license_id="cc-by-4.0",
        )

        def store(path: Path, kind: str) -> str:
            with path.open("rb") as file:
                upload = FileStorage(file, filename=f"a.{kind}")
                made = call(
                    "resource_create",
                    package_id="scenic",
                    url=f"a.{kind}",
                    format=kind.upper(),
                    name="a",
                    upload=upload,
                )
            return f"/en/dataset/scenic/resource/{made['id']}"

        return store

    def test_it_costs_little_and_the_second_view_nothing(
        self,
        app: Any,
        stored: Callable[..., str],
        bomb: Callable[[str], tuple[Path, str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from ckan.plugins import toolkit as tk

        address = stored(*bomb("11,000,000 shared strings and a cell in the last corner"))
        app.get("/en/about")  # what the first page of a process loads is not the file's
        for examined in (False, True):  # at first for its safety, then for its rows
            seconds, growth = cost(lambda: app.get(address))
            assert seconds < SECONDS
            assert growth < MOST_GROWTH
            if not examined:
                again, _ = cost(lambda: app.get(address))
                assert again < 2  # what takes longer is left to a worker, and nobody waits for it a second time
                assert "is being checked" in app.get(address).body
                monkeypatch.setitem(tk.config, "ckanext.nxopendata.safety.seconds", 5)
                monkeypatch.setattr(assessment, "LIMITS", sandbox.REQUEST)  # a worker has minutes; this one has not
                jobs.scan(address.rpartition("/")[2])
                assert "has not been released" in app.get(address).body
                release_file(address.rpartition("/")[2])
        assert "Download it to read it" in app.get(address).body
        assert cost(lambda: app.get(address))[0] < 2

    def test_storing_them_or_importing_them_as_a_catalogue_costs_little(
        self, call: Callable[..., Any], stored: Callable[..., str], bomb: Callable[[str], tuple[Path, str]]
    ) -> None:
        from werkzeug.datastructures import FileStorage

        def import_(path: Path, kind: str) -> None:
            with path.open("rb") as file:
                upload = FileStorage(file, filename=f"a.{kind}")
                call("nx_catalogue_import_preview", owner_org="wlt", upload=upload, background=False)

        dear = []
        for warm in (True, False):  # what the first file loads is not the file's
            for name in ["a cell in the last corner"] if warm else FILES:
                path, kind = bomb(name)
                for take in (stored, import_):
                    seconds, growth = cost(lambda take=take, path=path, kind=kind: _unless_refused(take, path, kind))
                    if not warm and (seconds > SECONDS or growth > MOST_GROWTH):
                        dear.append(f"{take.__name__} {name}: {seconds:.1f} s, {growth / 1024**2:.0f} MB")
        assert not dear, "\n".join(dear)

    def test_a_second_view_does_not_read_the_file(self, app: Any, stored: Callable[..., str], tmp_path: Path) -> None:
        from openpyxl import Workbook

        book = Workbook()
        assert book.active
        book.active.append(["景区", "等级"])
        book.active.append(["沙湖", "5A"])
        book.save(tmp_path / "a.xlsx")
        address = stored(tmp_path / "a.xlsx", "xlsx")
        assert "沙湖" in app.get(address).body
        (path,) = (one for one in (tmp_path / "storage").rglob("*") if one.is_file() and one.suffix == "")
        said = path.stat()
        path.write_bytes(b"\0" * said.st_size)
        import os

        os.utime(path, ns=(said.st_atime_ns, said.st_mtime_ns))
        assert "沙湖" in app.get(address).body
        os.utime(path)
        assert "沙湖" not in app.get(address).body

    def test_what_became_no_table_is_not_read_again(
        self, app: Any, stored: Callable[..., str], bomb: Callable[[str], tuple[Path, str]]
    ) -> None:
        from ckanext.nxopendata.tables import jobs

        address = stored(*bomb("a cell in the last corner"))
        release_file(address.rpartition("/")[2])
        jobs.load(address.rpartition("/")[2])
        page = app.get(address).body
        assert "no table could be made of the file. Download it to read it." in page
