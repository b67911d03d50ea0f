"""The rules of `check`, the sources' merge, and what an extractor must find."""

import gettext
from typing import Any

import pytest
from babel.messages.catalog import Message

from ckanext.nxopendata.i18n import catalogues, checking, extraction
from ckanext.nxopendata.i18n.__main__ import _update


def codes(msgid, translation, *, flags=(), kept=frozenset()):
    message = Message(msgid, flags=flags)
    return [code for code, _ in checking.faults(message, translation, kept)]


class TestFaults:
    def test_a_good_translation_has_none(self):
        assert codes('{number} views of "%(title)s"', "“%(title)s”的 {number} 次浏览") == []

    def test_an_empty_translation_is_missing(self):
        assert codes("Search", "") == ["missing"]

    def test_a_fuzzy_translation_is_not_trusted(self):
        assert codes("Search", "搜索", flags=("fuzzy",)) == ["fuzzy"]

    @pytest.mark.parametrize(
        ("msgid", "wrong", "right"),
        [
            ("File the project", "文件", "备案"),
            ("Summary for {period}", "{period} 摘要", "{period} 汇总"),
            ("Withdraw the dataset", "重定向数据集", "撤下数据集"),
            ("The code list {name}", "代码 {name}", "代码表 {name}"),
        ],
    )
    def test_a_word_of_the_glossary_is_needed_where_the_english_has_it(self, msgid, wrong, right):
        assert codes(msgid, wrong) == ["term"]
        assert codes(msgid, right) == []

    @pytest.mark.parametrize(
        ("msgid", "translation"),
        [
            ("Hello %(name)s", "您好 %(nam)s"),
            ("Hello {name}", "您好"),
            ("Hello {name}", "您好 {name} {extra}"),
            ("Hello {}", "您好 {name}"),
            ("%s of %d", "%d 之 %s"),
            ("Only %s", "只有"),
            ("Field %d", "字段 %s"),
        ],
    )
    def test_placeholders_must_be_the_same(self, msgid, translation):
        assert codes(msgid, translation) == ["placeholder"]

    def test_named_placeholders_may_change_their_order(self):
        assert codes("%(a)s of {b}", "{b}的 %(a)s") == []

    def test_the_chinese_plural_needs_what_the_english_plural_has(self):
        assert codes(("One dataset", "{n} datasets"), "{n} 个数据集") == []
        assert codes(("One dataset", "{n} datasets"), "一个数据集") == ["placeholder"]

    def test_a_broken_tag_is_found(self):
        assert codes("<p>Read</p>", "<p>阅读< /p>") == ["markup"]

    def test_a_changed_link_is_found(self):
        assert codes('<a href="%(u)s">Read</a>', '<a href="#%(u)s">阅读</a>') == ["markup"]

    def test_english_left_as_it_was_is_found_unless_kept_on_purpose(self):
        assert codes("News feed", "News feed") == ["english"]
        assert codes("CSV", "CSV", kept=frozenset({"CSV"})) == []
        assert codes("{n}%", "{n}%") == []

    @pytest.mark.parametrize(
        ("msgid", "translation"),
        [
            ("Log in", "登陆"),
            ("Organizations", "机构"),
            ("Follow", "追随"),
            ("Your profile", "你的资料"),
            ("None", "沒有"),
        ],
    )
    def test_words_that_the_glossary_rules_out_are_found(self, msgid, translation):
        assert codes(msgid, translation) == ["term"]


class TestMerge:
    @staticmethod
    def write(folder, part, **entries):
        catalog = catalogues.blank()
        for msgid, translation in entries.items():
            catalog.add(msgid, translation, flags=("fuzzy",) if translation.startswith("?") else ())
        catalogues.write(catalog, folder / f"{part}.po")

    def test_parts_become_one_catalogue_without_fuzzy_and_empty_entries(self, tmp_path):
        self.write(tmp_path, "ckan", Search="搜索", Doubt="?", Empty="")
        self.write(tmp_path, catalogues.DOMAIN, Department="部门")
        found = {catalogues.key(m)[1]: catalogues.text(m) for m in catalogues.messages(catalogues.merged(tmp_path))}
        assert found == {"Search": "搜索", "Department": "部门"}

    def test_two_wordings_of_one_msgid_are_refused(self, tmp_path):
        self.write(tmp_path, "ckan", Search="搜索")
        self.write(tmp_path, catalogues.DOMAIN, Search="检索")
        with pytest.raises(catalogues.ConflictError, match="Search"):
            catalogues.merged(tmp_path)

    def test_it_builds_once_and_again_when_a_source_changed(self, tmp_path):
        sources, target = tmp_path / "sources", tmp_path / "i18n"
        self.write(sources, "ckan", Search="搜索")
        assert catalogues.compile_catalogue(target, sources)
        assert not catalogues.compile_catalogue(target, sources)
        assert catalogues.compile_catalogue(target, sources, force=True)
        with (target / catalogues.LOCALE / "LC_MESSAGES" / "ckanext-nxopendata.mo").open("rb") as file:
            assert gettext.GNUTranslations(file).gettext("Search") == "搜索"

    def test_writing_a_catalogue_again_changes_no_byte(self, tmp_path):
        original = catalogues.SOURCES / "ckan.po"
        catalogues.write(catalogues.read(original), tmp_path / "ckan.po")
        assert (tmp_path / "ckan.po").read_text(encoding="utf-8") == original.read_text(encoding="utf-8")


class TestUpdate:
    @pytest.fixture
    def update(self, tmp_path, monkeypatch):
        monkeypatch.setattr(catalogues, "SOURCES", tmp_path)
        return lambda *msgids: _update("part", [Message(msgid) for msgid in msgids])

    def test_new_texts_come_in_empty_and_translated_ones_stay(self, update, tmp_path):
        TestMerge.write(tmp_path, "part", Search="搜索")
        update("Search", "Download")
        found = catalogues.read(tmp_path / "part.po")
        assert {m.id: m.string for m in catalogues.messages(found)} == {"Search": "搜索", "Download": ""}

    def test_a_text_that_goes_and_comes_back_keeps_its_translation(self, update, tmp_path):
        TestMerge.write(tmp_path, "part", Search="搜索")
        update("Download")
        assert catalogues.read(tmp_path / "part.po").get("Search") is None
        update("Search", "Download")
        found = catalogues.read(tmp_path / "part.po").get("Search")
        assert found and found.string == "搜索"


class TestExtraction:
    @pytest.fixture
    def found(self, tmp_path):
        code, schemas = tmp_path / "code", tmp_path / "schemas"
        for folder in (code / "templates", code / "assets", schemas):
            folder.mkdir(parents=True)
        (code / "actions.py").write_text('tk._("From Python")\ntk.ungettext("{n} file", "{n} files", 2)\n')
        (code / "templates" / "page.html").write_text(
            "{% ckan_extends %}{{ _('From a template') }}{% trans %}\n  Two\n  lines\n{% endtrans %}"
        )
        (code / "assets" / "chart.js").write_text("this._('From JavaScript');")
        (schemas / "dataset.yaml").write_text(
            "dataset_fields:\n- {field_name: a, label: Plain label, form_placeholder: my-dataset}\n"
            "- {field_name: b, label: {zh_Hans_CN: 标题, en: Localised}}\n"
        )
        ids: Any = [message.id for message in catalogues.messages(extraction.ours(code, schemas))]
        return set(ids)

    def test_python_templates_javascript_and_schemas_are_read(self, found):
        assert found == {
            "From Python",
            ("{n} file", "{n} files"),
            "From a template",
            "Two lines",
            "From JavaScript",
            "Plain label",
        }
