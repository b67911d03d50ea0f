"""Name, telephone and e-mail are of one contact; what another one says, or stands in for a value, is told."""

from __future__ import annotations

import pytest

from ckanext.nxopendata.harvest.mapping import mapper, tables

DCAT = {"dct:title": ["人口统计"], "dct:description": ["说明"]}
POD = {"title": "人口统计", "description": "说明"}


def read(form, raw):
    """The contact of a dataset as (name, telephone, e-mail), and all that was said: field -> texts."""
    mapped = mapper.map_record(tables.load(form), "1", raw)
    contact = tuple(mapped.dataset.get(f"nx_contact_{part}", "") for part in ("name", "phone", "email"))
    told = {}
    for problem in mapped.problems:
        text = problem.params.get("values") or problem.params.get("value", "")
        told.setdefault(problem.field, []).append((problem.code, text))
    return contact, told


class TestOneContact:
    @pytest.mark.parametrize("turned", [False, True])
    def test_a_name_is_never_joined_to_the_email_of_another(self, turned):
        nodes = [{"vcard:fn": ["张三"]}, {"vcard:fn": ["李四"], "vcard:hasEmail": [{"@id": "mailto:li@dept.cn"}]}]
        contact, told = read("dcat", DCAT | {"dcat:contactPoint": nodes[::-1] if turned else nodes})
        assert contact == ("李四", "", "li@dept.cn")
        assert told == {"nx_contact_name": [("values_unused", "张三")]}

    def test_of_two_that_say_as_much_the_first_counts(self):
        nodes = [{"fn": "张三", "hasEmail": "mailto:z@dept.cn"}, {"fn": "李四", "hasEmail": "mailto:li@dept.cn"}]
        contact, told = read("datajson", POD | {"contactPoint": nodes})
        assert contact == ("张三", "", "z@dept.cn")
        assert told == {"nx_contact_name": [("values_unused", "李四, li@dept.cn")]}

    def test_the_contact_of_the_metadata_completes_none_of_the_data(self):
        raw = {
            "identificationInfo": {
                "citation": {"title": "土地利用"},
                "abstract": "说明",
                "pointOfContact": [
                    {"individualName": "张三", "contactInfo": {"phone": {"voice": "0951-1"}}},
                    {"individualName": "李四", "contactInfo": {"address": {"electronicMailAddress": "li@dept.cn"}}},
                ],
            },
            "contact": {"individualName": "王五", "contactInfo": {"address": {"electronicMailAddress": "w@dept.cn"}}},
        }
        contact, told = read("iso19139", raw)
        assert contact == ("张三", "0951-1", "")
        assert told == {"nx_contact_name": [("values_unused", "李四, li@dept.cn; 王五, w@dept.cn")]}

    def test_of_a_ckan_site_maintainer_and_author_are_two(self):
        raw = {"title": "人口", "notes": "说明", "maintainer": "张三", "author": "李四", "author_email": "li@dept.cn"}
        contact, told = read("ckan", raw)
        assert contact == ("李四", "", "li@dept.cn")
        assert told["nx_contact_name"] == [("values_unused", "张三")]

    def test_an_address_without_a_name_belongs_to_the_name_beside_it(self):
        raw = {"title": "人口", "notes": "说明", "contact_name": "张三", "maintainer_email": "z@dept.cn"}
        assert read("ckan", raw) == (("张三", "", "z@dept.cn"), {})


class TestNoNames:
    def test_a_telephone_number_for_a_name_is_told(self):
        contact, told = read("dcat", DCAT | {"dcat:contactPoint": [{"vcard:fn": ["0951-5049999"]}]})
        assert contact == ("", "", "")
        assert told == {"nx_contact_name": [("value_unreadable", "0951-5049999")]}

    def test_beside_a_name_it_is_left(self):
        node = {"vcard:fn": ["0951-5049999"], "vcard:organization-name": ["统计局"]}
        contact, told = read("dcat", DCAT | {"dcat:contactPoint": [node]})
        assert contact == ("统计局", "", "")
        assert told == {"nx_contact_name": [("values_unused", "0951-5049999")]}

    @pytest.mark.parametrize("contact", ["data@dept.cn", "mailto:data@dept.cn"])
    def test_an_email_that_was_read_as_one_is_not_told(self, contact):
        assert read("datajson", POD | {"contactPoint": contact}) == (("", "", "data@dept.cn"), {})

    def test_a_contact_that_is_only_an_address_is_told(self):
        _, told = read("dcat", DCAT | {"dcat:contactPoint": [{"@id": "https://dept.cn/contact/1"}]})
        assert told == {"nx_contact_name": [("value_unreadable", "https://dept.cn/contact/1")]}


class TestStandIns:
    def test_a_creator_beside_a_publisher_is_told(self):
        raw = DCAT | {"dct:publisher": [{"foaf:name": ["统计局"]}], "dct:creator": [{"foaf:name": ["民政厅"]}]}
        assert read("dcat", raw)[1] == {"nx_source_publisher": [("values_unused", "民政厅")]}

    def test_an_organisation_beside_a_person_is_told(self):
        node = {"vcard:fn": ["张三"], "vcard:organization-name": ["统计局"]}
        assert read("dcat", DCAT | {"dcat:contactPoint": [node]})[1] == {
            "nx_contact_name": [("values_unused", "统计局")]
        }

    def test_of_two_creators_the_second_is_told(self):
        raw = DCAT | {"dct:creator": [{"foaf:name": ["统计局"]}, {"foaf:name": ["民政厅"]}]}
        assert read("dcat", raw)[1] == {"nx_source_publisher": [("values_unused", "民政厅")]}

    def test_another_description_is_told_and_an_equal_one_is_not(self):
        assert read("datajson", POD | {"abstract": "另一段"})[1] == {"notes_translated": [("values_unused", "另一段")]}
        assert read("datajson", POD | {"abstract": "说明"})[1] == {}

    def test_what_another_field_holds_is_not_told(self):
        file = {"downloadURL": "https://dept.cn/1.csv", "accessURL": "https://dept.cn/1", "mediaType": "text/csv"}
        assert read("datajson", POD | {"distribution": [file | {"format": "CSV"}]})[1] == {}
        raw = {
            "name": "renkou",
            "title": "人口",
            "notes": "说明",
            "metadata_created": "2024-01-01",
            "issued": "2023-01-01",
        }
        assert read("ckan", raw)[1] == {}

    def test_the_licence_that_is_known_counts_and_the_other_is_told(self):
        raw = {"title": "人口", "notes": "说明", "license_url": "https://dept.cn/terms", "license_title": "CC BY 4.0"}
        surroundings = mapper.Surroundings(read_licence={"CC BY 4.0": "cc-by"}.get)
        mapped = mapper.map_record(tables.load("ckan"), "1", raw, None, surroundings)
        assert mapped.dataset["nx_license_verbatim"] == "CC BY 4.0"
        assert [problem.params["values"] for problem in mapped.problems] == ["https://dept.cn/terms"]

    def test_two_spellings_of_one_licence_are_one(self):
        raw = {"title_translated": {"zh": "人口"}, "nx_license_verbatim": "CC BY 4.0", "license_id": "cc-by-4.0"}
        surroundings = mapper.Surroundings(read_licence=lambda written: "cc-by-4.0")
        mapped = mapper.map_record(tables.load("nxopendata"), "1", raw, None, surroundings)
        assert (mapped.dataset["nx_license_verbatim"], mapped.problems) == ("CC BY 4.0", [])


class TestCutTexts:
    def test_a_keyword_that_is_cut_is_told(self):
        mapped = mapper.map_record(tables.load("datajson"), "1", POD | {"keyword": ["长" * 101, "短词", "词" * 100]})
        assert [len(tag["name"]) for tag in mapped.dataset["tags"]] == [2, 100, 100]
        assert [(p.code, p.field, p.params["limit"]) for p in mapped.problems] == [("text_cut", "tags", 100)]

    @pytest.mark.parametrize("value", ["文" * 100_001, [{"@value": "文" * 100_001, "@language": "zh"}]])
    def test_a_text_that_is_cut_is_told(self, value):
        mapped = mapper.map_record(tables.load("dcat"), "1", DCAT | {"dct:description": value})
        assert len(mapped.dataset["notes_translated"]["zh"]) == 100_000
        assert [(p.code, p.field) for p in mapped.problems] == [("text_cut", "notes_translated")]
