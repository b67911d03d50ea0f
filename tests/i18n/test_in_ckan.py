"""What a reader of the running site gets: CKAN's catalogue with ours over it, on pages and in JavaScript.

Needs the services: ``deployment/test tests/i18n``.
"""

import re

import pytest
from ckan import plugins as p
from ckan.lib import i18n
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from lxml import html

from ckanext.nxopendata.catalogue.plugin import NxOpendataCataloguePlugin
from ckanext.nxopendata.i18n import catalogues
from ckanext.nxopendata.i18n.wiring import CentralTranslation

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture(autouse=True, scope="module")
def built():
    catalogues.compile_catalogue()


@pytest.fixture
def in_chinese(app):
    with app.flask_app.test_request_context("/zh_Hans_CN/", environ_overrides={"CKAN_LANG": "zh_Hans_CN"}):
        yield


def test_one_plugin_gives_the_central_catalogue():
    givers = [plugin for plugin in p.PluginImplementations(p.ITranslation) if isinstance(plugin, CentralTranslation)]
    assert [type(plugin) for plugin in givers] == [NxOpendataCataloguePlugin]
    assert givers[0].i18n_directory() == str(catalogues.HERE)


class TestMessages:
    def test_a_gap_of_ckan_is_filled(self, in_chinese):
        assert tk._("Skip to main content") == "跳到主要内容"

    def test_ckans_own_wording_is_replaced(self, in_chinese):
        assert tk._("Log in") == "登录"
        assert tk._("Organizations") == "部门"

    def test_what_ckan_words_well_still_comes_from_ckan(self, in_chinese):
        merged = {catalogues.key(m)[1] for m in catalogues.messages(catalogues.merged())}
        assert "Tags" not in merged
        assert tk._("Tags") == "标签"

    @pytest.mark.parametrize("number", [0, 1, 2, 1281])
    def test_every_number_takes_the_one_chinese_plural(self, in_chinese, number):
        text = tk.ungettext("{number} dataset found", "{number} datasets found", number)
        assert text.format(number=number) == f"找到 {number} 个数据集"

    def test_extensions_without_chinese_speak_it(self, in_chinese):
        assert tk._('unexpected choice "%s"') % "x" == "“x”不是可选项"  # scheming
        assert tk._("Publisher name") == "发布者名称"  # dcat

    def test_english_readers_are_left_alone(self, app):
        with app.flask_app.test_request_context("/en/", environ_overrides={"CKAN_LANG": "en"}):
            assert tk._("Log in") == "Log in"


# names, and what the language menu calls English
KEPT_ENGLISH = {
    "APA 7",
    "API",
    "Atom",
    "BibTeX",
    "CKAN",
    "CKAN API",
    "CSV",
    "Croissant",
    "DCAT",
    "English",
    "Facebook",
    "JSON",
    "JSON-LD",
    "ODRL",
    "RDF/XML",
    "RIS",
    "RSS",
    "Turtle",
}
RULED_OUT = ("组织", "登陆", "登出", "群组", "追随")
CODE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[a-z]+/[a-z0-9.+-]+")  # an id, a media type
LATIN = re.compile(r"[A-Za-z]{3,}")
HAN = re.compile(r"[\u3400-\u9fff]")
SPOKEN = ("title", "placeholder", "aria-label", "alt", "data-module-content", "data-bs-title")


def english_texts(page):
    """The pieces of text on ``page``, seen or spoken, that are words without a Han character."""
    tree = html.fromstring(page)
    for element in tree.xpath("//script | //style | //code | //pre | //input | //*[@lang='en']"):
        element.drop_tree()
    texts = [text.strip() for text in tree.itertext()]
    texts += [value for name in SPOKEN for value in tree.xpath(f"//@{name}")]
    words = {text for text in texts if LATIN.search(text) and not HAN.search(text) and not CODE.fullmatch(text)}
    return words - KEPT_ENGLISH


@pytest.fixture
def site():
    """A department with one dataset of one file, all in Chinese."""
    department = factories.Organization(title="公安厅", name="gat", description="职能简介", image_url="")
    dataset = factories.Dataset(
        owner_org=department["id"], title="道路交通流量", name="dljtll", notes="摘要", tags=[{"name": "交通"}]
    )
    file = factories.Resource(
        package_id=dataset["id"], name="交通流量表", description="说明", format="CSV", url="http://gat.example/1.csv"
    )
    return {"dataset": dataset["name"], "file": file["id"], "department": department["name"]}


PAGES = (
    "/",
    "/dataset/",
    "/dataset/?q=交通",
    "/dataset/?q=nothing-like-it",
    "/dataset/{dataset}",
    "/dataset/{dataset}/resource/{file}",
    "/dataset/activity/{dataset}",
    "/organization/",
    "/organization/{department}",
    "/organization/about/{department}",
    "/user/login",
    "/user/register",
    "/user/reset",
    "/about",
    "/nothing-here",
    "/ckan-admin/",
)


class TestPages:
    def test_a_reader_meets_chinese_and_the_words_of_the_glossary(self, app, site):
        found = {}
        for path in PAGES:
            page = app.get("/zh_Hans_CN" + path.format(**site), status=None).get_data(as_text=True)
            found[path] = (english_texts(page) - set(site.values())) | {word for word in RULED_OUT if word in page}
        problems = [f"{path}: {text}" for path, texts in found.items() for text in sorted(texts)]
        assert not problems, "\n" + "\n".join(problems)


class TestJavaScript:
    def test_scripts_get_the_texts_of_ckan_and_its_extensions(self, app, tmp_path, ckan_config):
        ckan_config["ckan.storage_path"] = str(tmp_path)
        i18n.build_js_translations()
        texts = app.get("/api/i18n/zh_Hans_CN").json
        assert texts["Please Confirm"] == [None, "请确认"]  # a gap of CKAN's
        assert texts["Start typing…"] == [None, "请输入……"]  # CKAN's wording replaced
        assert texts["Double-click to reset filters"] == [None, "双击可清除筛选"]  # datatables_view
        plural = "Input is too short, must be at least one character"
        assert texts[plural][-1] == "输入内容过短，至少需要 %(num)d 个字符"
        assert "nplurals=1" in texts[""]["plural-forms"]
