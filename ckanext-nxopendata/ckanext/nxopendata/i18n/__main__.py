"""``python -m ckanext.nxopendata.i18n [extract|update|compile|check]``: see docs/translating.md."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message

from ckanext.nxopendata.i18n import catalogues, checking, extraction

EXTENSIONS = ("scheming", "dcat")


@click.group()
def translations() -> None:
    """翻译的提取、更新、编译和检查 · extract, update, compile and check the translations."""


@translations.command()
def extract() -> None:
    """从代码提取待译文字 · collect our own msgids into ckanext-nxopendata.pot."""
    found = extraction.ours()
    catalogues.write(found, catalogues.TEMPLATE)
    click.echo(f"{catalogues.TEMPLATE.name}: {len(found)} 条 msgids")


@translations.command()
def update() -> None:
    """把新的待译文字加入各译文文件 · bring every .po up to date with the code; new entries are empty."""
    chinese = extraction.core_chinese()
    core = extraction.core()
    translated_by_ckan = {catalogues.key(m) for m in catalogues.messages(chinese) if catalogues.text(m)}
    # what CKAN translates well enough stays out of our file; what we word otherwise stays in
    kept = {catalogues.key(m) for m in catalogues.messages(catalogues.read(_source("ckan")))}
    _update(
        "ckan",
        [
            m
            for m in catalogues.messages(core)
            if catalogues.key(m) in kept or catalogues.key(m) not in translated_by_ckan
        ],
    )
    known = {catalogues.key(m) for m in catalogues.messages(core)}
    for name in EXTENSIONS:
        fresh = [m for m in catalogues.messages(extraction.extension(name)) if catalogues.key(m) not in known]
        _update(f"ckanext-{name}", fresh)
        known |= {catalogues.key(m) for m in fresh}
    known |= {catalogues.key(m) for m in catalogues.messages(catalogues.read(_source("dynamic")))}
    own = catalogues.messages(extraction.ours())
    _update(catalogues.DOMAIN, [m for m in own if catalogues.key(m) not in known])


@translations.command("compile")
@click.option("--force", is_flag=True, help="即使没有变化也重新编译 · build even when nothing changed")
def compile_(force: bool) -> None:
    """编译 CKAN 读取的译文 · build the catalogue that CKAN loads."""
    built = catalogues.compile_catalogue(force=force)
    click.echo("译文已编译 · translations built" if built else "译文已是最新 · translations are up to date")


@translations.command()
def check() -> None:
    """检查译文，有问题则失败 · report what is missing, fuzzy or broken; exit 1 when there is anything."""
    reports = check_all()
    for report in reports:
        click.echo(f"{report.name:<10} {report.translated:>5}/{report.total:<5} {len(report.findings)} 个问题")
    findings = [finding for report in reports for finding in report.findings]
    for finding in findings:
        click.echo(f"  [{finding.code}] {finding.location}: {finding.msgid!r}\n      {finding.detail}", err=True)
    if findings:
        click.echo("请修改 i18n/sources/zh_Hans_CN/ 下的译文，见 docs/translating.md。", err=True)
        click.echo("Correct the translations in i18n/sources/zh_Hans_CN/, see docs/translating.md.", err=True)
        sys.exit(1)
    click.echo("译文完整 · translations are complete")


def check_all() -> list[checking.PartReport]:
    """A report for CKAN, its activity plugin, scheming, dcat, the run-time msgids and our own code.

    Raises :class:`catalogues.ConflictError` when two parts translate one msgid differently.
    """
    catalogues.merged()
    effective = checking.effective(extraction.core_chinese())
    kept = checking.untranslated_on_purpose()
    core = catalogues.messages(extraction.core())
    activity = [m for m in core if any(name.startswith("ckanext/activity/") for name, _ in m.locations)]
    parts = {
        "core": core,
        "activity": activity,
        **{name: catalogues.messages(extraction.extension(name)) for name in EXTENSIONS},
        "dynamic": catalogues.messages(catalogues.read(_source("dynamic"))),
        "ours": catalogues.messages(extraction.ours()),
    }
    shown = {catalogues.key(m) for m in activity}
    parts["core"] = [m for m in core if catalogues.key(m) not in shown]
    return [checking.check_part(name, wanted, effective, kept) for name, wanted in parts.items()]


def _source(part: str) -> Path:
    return catalogues.SOURCES / f"{part}.po"


def _update(part: str, wanted: list[Message]) -> None:
    path = _source(part)
    template = Catalog()
    for message in wanted:
        template.add(
            message.id, locations=message.locations, auto_comments=message.auto_comments, context=message.context
        )
    current = catalogues.read(path)
    for message in list(current.obsolete.values()):
        # a text that comes back gets its translation back
        catalogues.copy_into(current, message)
    current.update(template, no_fuzzy_matching=True)
    catalogues.write(current, path)
    empty = sum(not catalogues.text(m) for m in catalogues.messages(current))
    click.echo(
        f"{path.name}: {len(current)} 条，待译 {empty} 条 to translate, 已废弃 {len(current.obsolete)} 条 obsolete"
    )


if __name__ == "__main__":
    translations(prog_name="deployment/translations")
