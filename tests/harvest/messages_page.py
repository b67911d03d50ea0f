"""``python -m tests.harvest.messages_page``: writes docs/harvesting-messages.md from the messages, in Chinese."""

from __future__ import annotations

from pathlib import Path

from babel.messages import pofile

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "harvesting-messages.md"
PO = ROOT / "ckanext-nxopendata/ckanext/nxopendata/i18n/sources/zh_Hans_CN/ckanext-nxopendata.po"

HEAD = """# 采集的每条提示 · Every message of a harvest

`{…}` 处是具体的网址、字段、行号或数目。代码（code）在接口和 CSV 里用。
本页由 `python -m tests.harvest.messages_page` 生成。
The codes are those of the API; generated from the messages themselves.

| 代码 | 提示 | 怎么办 |
|---|---|---|
"""


def page() -> str:
    """The page, in Chinese."""
    from ckanext.nxopendata.changes.webhooks.messages import MESSAGES as CHANGES
    from ckanext.nxopendata.harvest.messages import MESSAGES

    with PO.open("rb") as file:
        catalogue = pofile.read_po(file)

    def chinese(text: str) -> str:
        found = catalogue.get(text) if text else None
        return (str(found.string) if found and found.string else text).replace("|", "\\|")

    rows = [
        f"| `{code}` | {chinese(what)} | {chinese(remedy)} |\n"
        for code, (what, remedy) in {**MESSAGES, **CHANGES}.items()
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
