"""What a reader of the running site gets: CKAN's catalogue with ours over it, on pages and in JavaScript.

Needs the services: ``deployment/test tests/i18n``.
"""

import pytest
from ckan import plugins as p
from ckan.lib import i18n
from ckan.plugins import toolkit as tk
from ckan.tests import factories

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


class TestPages:
    def test_the_login_page(self, app):
        page = app.get("/zh_Hans_CN/user/login").body
        assert "用户名或邮箱" in page
        assert "登陆" not in page

    def test_the_page_of_datasets(self, app):
        factories.Dataset(owner_org=factories.Organization()["id"])
        assert "找到 1 个数据集" in app.get("/zh_Hans_CN/dataset/").body

    def test_the_page_of_departments(self, app):
        factories.Organization(title="公安厅")
        page = app.get("/zh_Hans_CN/organization/").body
        assert "找到 1 个部门" in page
        assert "组织" not in page

    def test_the_page_that_is_not_there(self, app):
        assert "错误 404" in app.get("/zh_Hans_CN/nothing-here", status=404).body


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
