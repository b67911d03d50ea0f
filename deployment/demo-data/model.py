"""What a demo catalogue holds: departments, datasets and their files."""

from __future__ import annotations

from dataclasses import dataclass, field

from tables import Column, Sheet, Table

MARKS = {
    "V": ("已核对来源", "checked against its source"),
    "M*": ("据公报整理，待复核", "compiled from a communiqué, to be rechecked"),
    "MM": ("整理稿，把握中等，待复核", "compiled with medium confidence, to be rechecked"),
    "MH": ("整理稿，把握较高，待复核", "compiled with high confidence, to be rechecked"),
}
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def body_code(first_eight: str) -> str:
    """A body code with its check character (GB 11714): 9 characters from 8.

    >>> body_code("60003734")
    '600037341'
    """
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(character, 36) * weight for character, weight in zip(first_eight, weights, strict=True))
    return first_eight + "0123456789X0"[11 - total % 11]


def uscc(first_seventeen: str) -> str:
    """A unified social credit code with its check character (GB 32100-2015): 18 characters from 17.

    >>> uscc("91110000600037341")
    '91110000600037341L'
    """
    total = sum(USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first_seventeen))
    return first_seventeen + USCC_ALPHABET[-total % 31]


@dataclass(frozen=True, slots=True)
class File:
    """One data file of a dataset.

    ``kind`` is csv, xlsx or geojson; ``encoding`` counts for CSV, ``sheet`` for XLSX. GeoJSON takes its points
    from the columns 经度 and 纬度.
    """

    name: str
    kind: str
    title: str
    title_en: str
    table: Table
    encoding: str = "utf-8"
    sheet: Sheet | None = None


def source_line(source: str) -> str:
    """The footnote of a worksheet."""
    return f"资料来源：{source}。演示数据，不作统计依据。"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset with the elements of the compilation guide (发改高技〔2017〕1272号).

    Dates are ISO 8601; ``cycle`` is a code of the list update_cycle (6 yearly, 9 irregular); ``share_type``
    1 unconditional, 2 conditional; ``licence`` is written as the department writes it.
    """

    id: str
    title: str
    title_en: str
    notes: str
    notes_en: str
    source: str
    source_en: str
    marks: tuple[str, ...]
    keywords: tuple[str, ...]
    themes: tuple[str, ...]
    class_code: str
    cycle: str
    start: str
    end: str
    issued: str
    modified: str
    licence: str
    files: tuple[File, ...]
    industry: str = "S"
    region: str = ""  # empty: the region of the department
    share_type: str = "1"
    share_condition: str = ""
    open_condition: str = ""
    resource_code: str = ""
    related: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """The abstract with source, state of verification and the mark of demo data."""
        words = "；".join(MARKS[mark][0] for mark in self.marks)
        return f"【演示数据】{self.notes}数据来源：{self.source}。核验情况：{words}。"

    @property
    def description_en(self) -> str:
        """The same in English."""
        words = "; ".join(MARKS[mark][1] for mark in self.marks)
        return f"[Demo data] {self.notes_en} Source: {self.source_en}. Verification: {words}."

    @property
    def items(self) -> tuple[Column, ...]:
        """The information items of all files, each name once."""
        columns = {column.name: column for file in self.files for column in file.table.columns}
        return tuple(columns.values())

    @property
    def format_type(self) -> str:
        """The file types, as the guide's format type is filled in."""
        return "、".join(dict.fromkeys(file.kind for file in self.files))


@dataclass(frozen=True, slots=True)
class Department:
    """A publishing department and its catalogue; ``key`` names its folder and host."""

    key: str
    slug: str
    name: str
    name_en: str
    unit: str  # the office that fills in the catalogue
    region: str
    region_name: str
    level: str
    body: str  # eight characters of the synthetic body code
    catalogue: str
    description: str
    datasets: tuple[Dataset, ...] = field(default=(), repr=False)

    @property
    def uscc(self) -> str:
        """A synthetic code: 1 (机构编制) 1 (机关), region, body code MB0000xx. It belongs to nobody."""
        return uscc(f"11{self.region}{body_code(self.body)}")

    @property
    def base(self) -> str:
        """The absolute IRI all names of this department begin with."""
        return f"https://{self.key}.demo.nxopendata.example"

    @property
    def email(self) -> str:
        """An address that cannot exist (RFC 2606)."""
        return f"demo@{self.key}.demo.nxopendata.example"

    def region_of(self, dataset: Dataset) -> str:
        """The six-digit code a dataset is about."""
        return dataset.region or self.region
