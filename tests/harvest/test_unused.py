"""What no rule of a mapping reads is named, however deep it stands; what a rule reads is not."""

from __future__ import annotations

import pytest

from ckanext.nxopendata.harvest.mapping import mapper, tables
from ckanext.nxopendata.harvest.mapping.unused import UsedNames, find_unused


def unused(form, raw):
    return list(find_unused(UsedNames.of(tables.load(form)), raw))


class TestNames:
    def test_of_a_data_json(self):
        raw = {
            "@type": "dcat:Dataset",
            "identifier": "1",
            "title": "人口统计",
            "accessLevel": "public",
            "bureauCode": ["015:11"],
            "conformsTo": None,
            "publisher": {"@type": "org:Organization", "name": "统计局", "subOrganizationOf": {"name": "人民政府"}},
            "contactPoint": {"fn": "张三", "hasEmail": "mailto:a@dept.cn", "hasURL": "https://dept.cn"},
            "spatial": {"bbox": "106,38,107,39", "prefLabel": "银川市", "source": "民政部"},
            "temporal": {"startDate": "2020", "endDate": "2021", "title": "五年规划"},
            "distribution": [
                {
                    "@type": "dcat:Distribution",
                    "downloadURL": "https://dept.cn/1.csv",
                    "describedBy": "https://dept.cn/1",
                },
                {"downloadURL": "https://dept.cn/2.csv", "describedBy": "https://dept.cn/2", "conformsTo": "GB/T 2260"},
                {"title": "表", "checksum": {"checksumValue": "ab", "algorithm": "sha1"}},
            ],
        }
        assert unused("datajson", raw) == [
            "bureauCode",
            "publisher > subOrganizationOf",
            "contactPoint > hasURL",
            "spatial > source",
            "distribution > describedBy",
            "distribution > conformsTo",
            "distribution > checksum > algorithm",
        ]

    def test_of_dcat(self):
        raw = {
            "@id": "https://dept.cn/1",
            "@type": ["dcat:Dataset"],
            "dct:title": [{"@value": "人口", "@language": "zh"}],
            "dct:publisher": [
                {
                    "@id": "https://dept.cn/",
                    "foaf:name": ["统计局"],
                    "foaf:homepage": [{"@id": "https://x"}],
                    "foaf:nick": [""],
                }
            ],
            "dct:spatial": [{"dcat:bbox": ["POINT(106 38)"], "skos:prefLabel": ["银川"], "rdfs:seeAlso": ["x"]}],
            "dcat:theme": [{"@id": "https://dept.cn/t", "skos:prefLabel": ["人口"], "skos:inScheme": ["y"]}],
            "dcat:distribution": [
                {
                    "@id": "https://dept.cn/1#csv",
                    "dcat:downloadURL": [{"@id": "https://dept.cn/1.csv"}],
                    "dct:issued": ["2024-05-31"],
                    "dct:language": [{"@id": "https://lang/zh"}],
                    "dcat:compressFormat": [{"@id": "https://iana/zip"}],
                }
            ],
        }
        assert unused("dcat", raw) == [
            "dct:publisher > foaf:homepage",
            "dct:spatial > rdfs:seeAlso",
            "dcat:theme > skos:inScheme",
            "dcat:distribution > dct:issued",
            "dcat:distribution > dct:language",
            "dcat:distribution > dcat:compressFormat",
        ]

    def test_of_a_ckan_site(self):
        raw = {
            "title": "人口",
            "extras": {"更新频率": "每年", "审核人": "李四"},
            "organization": {"name": "tjj", "title": "统计局"},
            "resources": [{"@id": "1", "id": "1", "url": "https://dept.cn/1", "created": "2024-05-31", "hash": ""}],
        }
        assert unused("ckan", raw) == ["extras > 审核人", "resources > created"]

    @pytest.mark.parametrize(
        ("form", "raw", "name"),
        [
            ("datajson", {"distribution": [{"checksum": "ab12"}]}, "distribution > checksum"),
            ("ckan", {"temporal_coverage": "2020 年至 2021 年"}, "temporal_coverage"),
            (
                "dcat",
                {"dcat:distribution": [{"spdx:checksum": [{"@id": "https://x"}]}]},
                "dcat:distribution > spdx:checksum",
            ),
        ],
    )
    def test_a_text_or_an_address_where_a_node_is_read_is_named(self, form, raw, name):
        assert unused(form, raw) == [name]

    def test_a_second_name_of_a_publisher_is_named(self):
        raw = {"dct:publisher": [{"foaf:name": ["统计局"], "skos:altLabel": ["自治区统计局"]}]}
        assert unused("dcat", raw) == ["dct:publisher > skos:altLabel"]

    @pytest.mark.parametrize("texts", [{"zh": "人口", "en": "Population"}, {"zh_Hans_CN": "人口"}])
    def test_the_languages_of_a_text_are_read(self, texts):
        raw = {"title_translated": texts, "resources": [{"name_translated": texts}]}
        assert unused("ckan", raw) == []
        mapped = mapper.map_record(tables.load("ckan"), "1", raw)
        assert mapped.dataset["resources"][0]["name"] == "人口"
