"""The catalogue's plain modules: localised values, slugs, credit codes, code lists."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.catalogue.schema import slugs, uscc
from ckanext.nxopendata.core import codelists, localised

TEXTS = st.dictionaries(st.sampled_from(["zh", "en"]), st.text(min_size=1).filter(lambda text: text.strip() == text))


class TestLocalised:
    @given(TEXTS)
    def test_what_is_stored_is_read_back(self, texts: dict[str, str]) -> None:
        assert localised.parse(localised.dump(texts)) == texts

    @given(st.text())
    def test_a_plain_string_is_never_refused(self, text: str) -> None:
        if not text.lstrip().startswith("{"):
            assert localised.parse(text).get("zh", "") == text.strip()

    def test_a_reader_of_english_gets_chinese_where_english_is_missing(self) -> None:
        assert localised.choose({"zh": "景区"}, "en") == ("景区", "zh")

    def test_a_locale_with_a_country_finds_its_language(self) -> None:
        assert localised.choose({"zh": "景区", "en": "Spots"}, "en_GB") == ("Spots", "en")


class TestSlug:
    @given(st.text(max_size=300))
    def test_any_title_gives_an_address_that_ckan_takes(self, title: str) -> None:
        slug = slugs.make_slug(title)
        assert set(slug) <= set(string.ascii_lowercase + string.digits + "-")
        assert len(slug) <= slugs.MAXIMUM
        assert not slug.startswith("-")
        assert not slug.endswith("-")

    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("宁夏A级旅游景区名录", "ning-xia-a-ji-lv-you-jing-qu-ming-lu"),
            ("2020年第七次全国人口普查", "2020-nian-di-qi-ci-quan-guo-ren-kou-pu-cha"),
            ("PM2.5监测", "pm2-5-jian-ce"),
        ],
    )
    def test_titles(self, title: str, slug: str) -> None:
        assert slugs.make_slug(title) == slug


class TestCreditCode:
    @pytest.mark.parametrize(
        "code", ["91110000600037341L", "N2640100MB0000011" + uscc.check_character("N2640100MB0000011")]
    )
    def test_right_codes(self, code: str) -> None:
        assert uscc.is_valid(code)

    @given(st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
    def test_one_wrong_character_is_found(self, position: int, character: str) -> None:
        code = "91110000600037341L"
        changed = code[:position] + character + code[position + 1 :]
        assert uscc.is_valid(changed) == (changed == code)


class TestCodeLists:
    @pytest.mark.parametrize("name", codelists.names())
    def test_every_list_is_labelled_in_both_languages_and_its_parents_exist(self, name: str) -> None:
        entries = codelists.load(name)
        for code in entries.values():
            assert code.label_zh
            assert code.label_en
            assert code.parent in ("", *entries)
            assert code.status in ("current", "retired")

    def test_the_regions_of_ningxia(self) -> None:
        level = [code.parent for code in codelists.load("region").values()]
        assert level.count("640000") == 6  # five cities and Ningdong
        assert len(level) == 29
