"""Pinyin, synonyms and corrections."""

import pytest

from ckanext.nxopendata.search.query import query_syntax
from ckanext.nxopendata.search.suggestions import spelling, vocabulary
from ckanext.nxopendata.search.words import pinyin, synonyms


class TestPinyin:
    @pytest.mark.parametrize("typed", ["lvyou", "lvyoujingqu", "jingqu", "lyjq", "yjq"])
    def test_a_title_is_found_by_any_run_of_its_sounds(self, typed: str) -> None:
        assert typed in pinyin.pinyin_keys("宁夏5A级旅游景区名录")

    def test_two_initials_find_whole_words_only(self) -> None:
        assert "ly" not in pinyin.pinyin_keys("宁夏旅游景区")
        assert pinyin.word_initials(["旅游景区", "5A景区"]) == {"ly", "lyj", "lyjq"}

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("lv you", "lvyou"),
            ("xi'an", "xian"),
            ("population census", "population census"),
            ("旅游 景区", "旅游 景区"),
        ],
    )
    def test_spaces_between_syllables_do_not_matter(self, typed: str, meant: str) -> None:
        assert pinyin.join_pinyin(typed) == meant

    def test_operators_keep_their_case(self) -> None:
        assert query_syntax.normalize_query("人口 AND 普查") == "人口 AND 普查"
        assert query_syntax.normalize_query("LV You") == "lvyou"

    def test_full_width_letters_are_letters(self) -> None:
        assert pinyin.normalize_text("ＰＭ２．５　ＡＱＩ") == "pm2.5 aqi"


class TestSynonyms:
    def test_an_old_name_of_an_office_is_found(self) -> None:
        assert {"文旅厅", "旅游委"} <= set(synonyms.find_synonyms("自治区文化和旅游厅"))

    def test_words_of_the_text_itself_are_not_repeated(self) -> None:
        assert "乡村振兴" not in synonyms.find_synonyms("乡村振兴指标")

    def test_no_group_is_empty_or_lists_a_word_twice(self) -> None:
        for group in synonyms.synonym_groups():
            assert len(group) > 1
            assert len(set(group)) == len(group)


class TestCorrections:
    VOCABULARY = ("旅游景区", "人口普查", "常住人口", "景区", "文化旅游")

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("旅游景去", "旅游景区"),
            ("人口普察", "人口普查"),
            ("银川市景去", "银川市景区"),
            ("常驻人口", "常住人口"),
            ("景去", "景区"),
        ],
    )
    def test_characters_of_the_same_sound_are_mended(self, typed: str, meant: str) -> None:
        assert typed.replace(*spelling.find_homophone(typed, self.VOCABULARY)) == meant

    def test_a_missing_character_is_mended(self) -> None:
        assert spelling.find_nearest("旅游景", self.VOCABULARY) == "旅游景区"

    @pytest.mark.parametrize("typed", ["量子力学", "旅游景区"])
    def test_what_is_far_or_right_stays(self, typed: str) -> None:
        assert spelling.find_nearest(typed, ("旅游景区",)) == ""
        assert spelling.find_homophone(typed, ("旅游景区",)) == ("", "")


class TestOperators:
    @pytest.mark.parametrize(
        ("query", "widens"),
        [
            ("人口 OR 旅游", True),
            ('"人口" OR "旅游"', True),
            ('"人口 OR 旅游"', False),
            ("OR", False),
            ("this or that", False),
        ],
    )
    def test_or_joins_words_outside_quotation_marks(self, query: str, widens: bool) -> None:
        assert query_syntax.joins_with_or(query) is widens


class TestSuggestions:
    ENTRIES = (
        vocabulary.build_entry("organization", "wlt", "自治区文化和旅游厅", "Culture and Tourism", 10),
        vocabulary.build_entry("tags", "旅游景区", "旅游景区", "", 5),
        vocabulary.build_entry("tags", "乡村振兴", "乡村振兴", "", 5),
    )

    @pytest.mark.parametrize(
        ("typed", "offered"),
        [
            ("旅", ["旅游景区", "自治区文化和旅游厅"]),
            ("l", ["旅游景区"]),
            ("lyjq", ["旅游景区"]),
            ("jingq", ["旅游景区"]),
            ("wlt", ["自治区文化和旅游厅"]),
            ("tour", ["自治区文化和旅游厅"]),
            ("扶贫", ["乡村振兴"]),
            ("fupin", ["乡村振兴"]),
            ("yq", []),
        ],
    )
    def test_beginnings_come_first_then_parts_and_other_names(self, typed: str, offered: list[str]) -> None:
        assert [one.zh for one in vocabulary.find_fitting(typed, self.ENTRIES, 4)] == offered
