"""Normaliser, lint, credits, CKAN's list, agreements: what goes in and out as text."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from ckanext.nxopendata.core.timezone import CHINA
from ckanext.nxopendata.licences import publishing
from ckanext.nxopendata.licences.agreements.agreement import (
    Terms,
    agreement_document,
    agreement_policy,
    needs_agreement,
)
from ckanext.nxopendata.licences.attribution import Source, attribution
from ckanext.nxopendata.licences.license_list_export import licence_list, main
from ckanext.nxopendata.licences.normalise import AliasError, Normaliser, least_open
from ckanext.nxopendata.licences.odrl.engine import evaluate
from ckanext.nxopendata.licences.odrl.lint import check_file, check_text
from ckanext.nxopendata.licences.odrl.policy import PolicyError
from ckanext.nxopendata.licences.odrl.texts import CARD_RIGHTS, card, messages
from ckanext.nxopendata.licences.odrl.vocabulary import FOLDER, actions, canonical

from .licence_register import REGISTER

NORMALISE = Normaliser.build(REGISTER)

TWELVE_WAYS = [
    "cc-by-4.0",
    "CC-BY-4.0",
    "CC BY 4.0",
    "http://creativecommons.org/licenses/by/4.0",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by/4.0/deed.zh",
    "http://www.creativecommons.org/licenses/by/4.0/legalcode.zh-hans",
    "Creative Commons Attribution 4.0 International License",
    "知识共享署名 4.0 国际许可协议",
    "知识共享 署名 4.0 国际（CC BY 4.0）",
    "ＣＣ　ＢＹ　４．０",
    "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
]
UNKNOWN = ["本站数据欢迎使用", "CC BY 5.0", "https://example.org/terms"]

CKAN_IDS = [
    "notspecified",
    "odc-pddl",
    "odc-odbl",
    "odc-by",
    "cc-zero",
    "cc-by",
    "cc-by-sa",
    "gfdl",
    "other-open",
    "other-pd",
    "other-at",
    "uk-ogl",
    "cc-nc",
    "other-nc",
    "other-closed",
]


class TestNormalise:
    @pytest.mark.parametrize("text", TWELVE_WAYS)
    def test_twelve_ways_of_writing_cc_by(self, text):
        assert NORMALISE(text).id == "cc-by-4.0"

    @pytest.mark.parametrize("text", UNKNOWN)
    def test_the_unknown_is_kept_verbatim_and_counts_as_not_specified(self, text):
        found = NORMALISE(text)
        assert (found.id, found.verbatim, found.effective_id) == (None, text, "notspecified")

    def test_a_near_miss_is_suggested_but_not_taken(self):
        found = NORMALISE("CC BY 5.0")
        assert found.id is None
        assert "cc-by-4.0" in found.suggestions

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("http://creativecommons.org/licenses/by/3.0/cn/", "cc-by-3.0"),
            ("http://creativecommons.org/licenses/by-nc-nd/3.0/", "cc-by-nc-nd-3.0"),
            ("http://creativecommons.org/licenses/by-nc-sa/2.5/es/", "cc-by-nc-sa-2.5"),
            ("http://creativecommons.org/licenses/by-nd-nc/1.0/", "cc-by-nc-nd-1.0"),
            ("http://dcat-ap.de/def/licenses/dl-by-de/2.0", "dl-by-de-2.0"),
            ("https://www.etalab.gouv.fr/licence-ouverte-open-licence/", None),  # the page of every version
            ("Licence Ouverte", None),
            ("Licence Ouverte / Open Licence version 1.0", "etalab-1.0"),
            ("dl-de/by-1-0", "dl-by-de-1.0"),
            ("http://dcat-ap.de/def/licenses/dl-by-nc-de/1.0", "dl-by-nc-de-1.0"),
            ("Datenlizenz Deutschland – Namensnennung", None),
            ("EUPL v1.0", "eupl-1.0"),
            ("https://creativecommons.org/licenses/by/2.1/jp/", "cc-by-2.1"),
            ("http://creativecommons.org/licenses/by-nc-sa/2.1/es/deed.es", "cc-by-nc-sa-2.1"),
            ("http://creativecommons.org/licenses/by/1.0/fi/", "cc-by-1.0"),
            ("http://other.example/licence/cc-zero", "cc-zero"),
            ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en?ref=x#y", "cc-by-nc-sa-4.0"),
            ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "cc0-1.0"),
            ("https://opendatacommons.org/licenses/odbl/1-0/", "odc-odbl-1.0"),
            ("注明来源即可使用", "other-at"),
            ("", "notspecified"),
            (None, "notspecified"),
            ("http://[", None),
        ],
    )
    def test_exact_rules(self, text, expected):
        assert NORMALISE(text).id == expected

    @pytest.mark.parametrize("licence_id", [policy.id for policy in REGISTER])
    def test_every_id_title_and_spdx_id_is_its_own_spelling(self, licence_id):
        policy = REGISTER[licence_id]
        for text in filter(None, [policy.id, policy.spdx, *policy.titles.values()]):
            assert NORMALISE(text).id == licence_id

    def test_one_spelling_cannot_mean_two_licences(self):
        with pytest.raises(AliasError):
            Normaliser.build(REGISTER, [{"alias": "CC BY-4.0", "id": "cc0-1.0"}])

    def test_the_least_open_of_several(self):
        found = least_open([REGISTER["cc-by-4.0"], REGISTER["cc-by-nc-4.0"], REGISTER["cc0-1.0"]])
        assert found is not None
        assert found.id == "cc-by-nc-4.0"
        assert least_open([]) is None

    def test_an_unspecified_file_makes_the_dataset_less_open_than_cc_by(self):
        found = least_open([REGISTER["cc-by-4.0"], REGISTER["notspecified"]])
        assert found is not None
        assert found.id == "notspecified"


DOCUMENTS = {d["uid"]: d for d in (json.loads(p.read_text("utf-8")) for p in FOLDER.glob("*.jsonld"))}


class TestFiles:
    @pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonld")), ids=lambda path: path.stem)
    def test_every_licence_passes_the_lint(self, path):
        assert [finding.text("zh") for finding in check_file(path, DOCUMENTS)] == []

    def test_ckans_own_ids_are_all_there(self):
        assert set(CKAN_IDS) <= {policy.id for policy in REGISTER}

    def test_every_label_and_message_has_both_languages(self):
        assert [n for n, a in actions().items() if not a.deprecated and not (a.label_zh and a.label_en)] == []
        assert [code for code, texts in messages().items() if not (texts["zh"] and texts["en"])] == []

    def test_the_vocabulary_has_odrls_51_current_and_21_deprecated_actions(self):
        odrl = [action for action in actions().values() if not action.name.startswith("nx:")]
        assert sum(not action.deprecated for action in odrl) == 51
        assert sum(action.deprecated for action in odrl) == 21
        assert {action.kind for action in actions().values()} == {"right", "duty", "conduct"}
        assert [a.name for a in odrl if a.included_in and canonical(a.included_in) is None] == []

    def test_the_profile_is_turtle_and_defines_every_word_we_add(self):
        import rdflib

        graph = rdflib.Graph().parse(FOLDER / "vocabulary" / "profile.ttl")
        base = "https://opendata.nx.gov.cn/ns/odrl#"
        action = rdflib.URIRef("http://www.w3.org/ns/odrl/2/Action")
        defined = {str(s).removeprefix(base) for s in graph.subjects(rdflib.RDF.type, action)}
        assert defined == {name.removeprefix("nx:") for name in actions() if name.startswith("nx:")}


def lint(**changes):
    document = json.loads((FOLDER / "cc-by-4.0.jsonld").read_text("utf-8"))
    document.update(changes)
    document = {key: value for key, value in document.items() if value is not None}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return text, check_text(text, known=REGISTER.__contains__)


DATE = {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "soon"}
DEVICE = {**DATE, "leftOperand": "device"}


class TestLint:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"permission": [{"action": "commercialize"}]}, "deprecated_action"),
            ({"permission": [{"action": "fly"}]}, "unknown_action_term"),
            ({"permission": [{}]}, "missing"),
            ({"permission": [{"action": "use", "duties": []}]}, "unknown_key"),
            ({"permission": [{"action": "use", "remedy": []}]}, "unknown_key"),
            ({"permission": [{"action": "use", "constraint": [DATE]}]}, "bad_operand_value"),
            ({"permission": [{"action": "use", "constraint": [{**DATE, "operator": "le"}]}]}, "unknown_operator"),
            ({"permission": [{"action": "use", "constraint": [{**DATE, "leftOperand": "mood"}]}]}, "unknown_operand"),
            ({"permission": [{"action": "use", "constraint": [DEVICE]}]}, "deprecated_operand"),
            ({"permission": None, "prohibition": None}, "no_rule"),
            ({"conflict": "newest"}, "bad_value"),
            ({"@type": "Contract"}, "bad_value"),
            ({"@type": "Agreement"}, "missing"),
            ({"@context": "https://schema.org/"}, "bad_context"),
            ({"uid": "cc by"}, "bad_uid"),
            ({"title": {"zh": "只有中文"}}, "missing_translation"),
            ({"summary": None}, "missing"),
            ({"successor": "cc-by-9.0"}, "unknown_licence"),
            ({"profile": None}, "profile_missing"),
            ({"inheritFrom": "urn:nowhere"}, "inherit_unknown"),
            ({"prohibition": [{"action": "use"}]}, "contradiction"),
        ],
    )  # fmt: skip
    def test_faults_are_found(self, changes, code):
        assert code in {finding.code for finding in lint(**changes)[1]}

    def test_a_finding_names_the_line_and_the_remedy_in_both_languages(self):
        text, found = lint(permission=[{"action": "read"}, {"action": ["use", "copy"]}])
        line = next(number for number, row in enumerate(text.splitlines(), 1) if '"copy"' in row)
        finding = next(item for item in found if item.code == "deprecated_action")
        assert finding.line == line
        assert finding.text("zh") == f"第 {line} 行：动作“copy”已废弃。处理：改用“reproduce”。"
        assert finding.text("en").endswith("Remedy: use “reproduce”.")

    def test_broken_json_names_its_line(self):
        finding = check_text('{\n "uid": "x"\n "title": 1}')[0]
        assert (finding.code, finding.line) == ("json_invalid", 3)
        assert check_text("[]")[0].code == "not_object"

    def test_a_circle_of_inheritance(self):
        documents = {f"urn:{a}": {"uid": f"urn:{a}", "inheritFrom": f"urn:{b}"} for a, b in ("xy", "yx")}
        text = json.dumps({"@context": "http://www.w3.org/ns/odrl.jsonld", "@type": "Set", **documents["urn:x"]})
        assert "inheritance_cycle" in {f.code for f in check_text(text, licence=False, resolve=documents.get)}

    def test_the_id_is_the_name_of_the_file(self, tmp_path):
        path = tmp_path / "other.jsonld"
        path.write_text((FOLDER / "cc-by-4.0.jsonld").read_text("utf-8"), "utf-8")
        assert [finding.code for finding in check_file(path, DOCUMENTS)] == ["id_file_name"]


class TestCredits:
    source = Source(
        {"zh": "宁夏A级旅游景区名录", "en": "A-level sights of Ningxia"},
        {"zh": "自治区文化和旅游厅"},
        "https://opendata.nx.gov.cn/dataset/jingqu",
        REGISTER["cc-by-4.0"],
        "2026-11-01T08:00:00",
        "jingqu",
    )
    found = attribution(source, date(2026, 11, 23))

    def test_gbt_7714(self):
        assert self.found.gbt7714 == (
            "自治区文化和旅游厅. 宁夏A级旅游景区名录[DS/OL]. 宁夏公共数据开放平台, (2026-11-01)[2026-11-23]. "
            "https://opendata.nx.gov.cn/dataset/jingqu."
        )

    def test_apa(self):
        assert self.found.apa.startswith("自治区文化和旅游厅. (2026). A-level sights of Ningxia [Data set].")

    def test_sentences_name_title_publisher_address_licence_and_day(self):
        for text in (self.found.zh, self.found.en):
            for part in ("jingqu", "CC BY 4.0", "2026-11-23", "自治区文化和旅游厅"):
                assert part in text

    def test_bibtex_escapes_what_tex_reads(self):
        source = Source({"zh": "50% & {more}_"}, {"zh": "x"}, "https://e.org/a_b", REGISTER["cc0-1.0"], name="a b")
        text = attribution(source, date(2026, 1, 1)).bibtex
        assert r"50\% \& \{more\}\_" in text
        assert text.startswith("@misc{ab,")
        assert "url = {https://e.org/a_b}" in text


ENTRIES = {entry["id"]: entry for entry in licence_list(REGISTER)}


class TestCkanList:
    def test_it_is_what_ckan_reads(self, tmp_path):
        path = tmp_path / "licences.json"
        assert main([str(path)]) == 0
        assert path.read_bytes().isascii()
        read = json.loads(path.read_text("ascii"))
        assert {entry["id"] for entry in read} == {policy.id for policy in REGISTER}
        assert all(entry["title"] and "url" in entry and entry["status"] == "active" for entry in read)

    def test_openness_follows_the_open_definition(self):
        assert ENTRIES["cc-by-4.0"]["od_conformance"] == "approved"
        assert ENTRIES["cc-by-nc-4.0"]["od_conformance"] == "rejected"
        assert ENTRIES["nx-open-1.0"]["od_conformance"] == "not reviewed"

    def test_wrong_use_is_explained(self, capsys):
        assert main([]) == 2
        assert "OUT.json" in capsys.readouterr().err

    def test_every_card_speaks_of_every_right(self):
        for policy in REGISTER:
            found = card(policy)
            named = [line.action for group in (found.can, found.cannot, found.unclear) for line in group]
            assert set(CARD_RIGHTS) <= set(named), policy.id


TERMS = Terms(
    "7d0c1f2e-0000-4000-8000-000000000001",
    "dataset-1",
    "11640000",
    "user-1",
    ("城市内涝模型研究",),
    datetime(2027, 1, 1, tzinfo=CHINA),
)
CASE = {
    "purpose": "城市内涝模型研究",
    "recipient": "user-1",
    "dateTime": datetime(2026, 12, 31, 23, 59, 59, tzinfo=CHINA),
    "assignee": "urn:nx:party:user-1",
    "target": "urn:nx:dataset:dataset-1",
}


class TestAgreement:
    template = REGISTER["nx-conditional-1.0"]

    def verdict(self, action="reproduce", **changes):
        return evaluate(agreement_policy(self.template, TERMS), action, {**CASE, **changes}).verdict.value

    def test_in_force_the_agreed_use_is_allowed_with_its_duties(self):
        assert self.verdict() == "allowed_with_duties"

    @pytest.mark.parametrize(
        "changes",
        [
            {"dateTime": datetime(2027, 1, 1, tzinfo=CHINA)},
            {"purpose": "广告"},
            {"recipient": "user-2"},
            {"assignee": "urn:nx:party:user-2"},
            {"target": "urn:nx:dataset:dataset-2"},
        ],
    )
    def test_outside_its_bounds_it_is_not(self, changes):
        assert self.verdict(**changes) == "prohibited"

    @pytest.mark.parametrize(
        ("channel", "asked", "allowed"),
        [
            ("both", "file", True),
            ("both", "table", True),
            ("file", "file", True),
            ("file", "table", False),
            ("table", "table", True),
            ("table", "file", False),
            ("file", None, False),
        ],
    )
    def test_one_channel_is_no_other(self, channel, asked, allowed):
        policy = agreement_policy(self.template, replace(TERMS, channel=channel))
        case = {**CASE, **({"deliveryChannel": asked} if asked else {})}
        assert evaluate(policy, "reproduce", case).verdict.allows is allowed

    def test_what_of_the_data_is_agreed_on_stands_in_it_for_programs(self):
        rows = (("地区", "isAnyOf", ["吴忠市"]), ("年份", "gteq", "2023"))
        document = agreement_document(self.template, replace(TERMS, columns=("人数",), rows=rows))
        assert document["nx:part"]["columns"] == ["人数"]
        assert document["nx:part"]["rows"][1] == {"column": "年份", "operator": "gteq", "value": "2023"}
        text = json.dumps(document, ensure_ascii=False)
        assert [finding.text("en") for finding in check_text(text, licence=False)] == []
        policy = agreement_policy(self.template, replace(TERMS, columns=("人数",), rows=rows))
        assert evaluate(policy, "reproduce", CASE).verdict.allows

    def test_passing_on_stays_prohibited(self):
        assert self.verdict("distribute") == "prohibited"

    def test_it_is_a_sound_odrl_agreement(self):
        for channel in ("both", "file"):
            text = json.dumps(agreement_document(self.template, replace(TERMS, channel=channel)), ensure_ascii=False)
            assert [finding.text("en") for finding in check_text(text, licence=False)] == []
            assert "rightOperandReference" not in text
            assert ("deliveryChannel" in text) == (channel == "file")

    def test_the_end_needs_a_time_zone(self):
        with pytest.raises(PolicyError):
            agreement_document(self.template, replace(TERMS, end=datetime(2027, 1, 1)))  # noqa: DTZ001 # the fault

    def test_which_licences_need_one(self):
        assert {p.id for p in REGISTER if needs_agreement(p)} == {"nx-conditional-1.0", "nx-share-gov-1.0"}
        assert not needs_agreement(None)


def faults(licence, sources=(), **dataset):
    found = publishing.check({"license_id": licence, **dataset}, [REGISTER[name] for name in sources])
    return [(fault.code, fault.recommended) for fault in found]


class TestPublishing:
    @pytest.mark.parametrize("licence", ["nx-open-1.0", "cc-by-4.0", "cc0-1.0", "odc-odbl-1.0", "other-open"])
    def test_open_licences_fit_an_unconditional_opening(self, licence):
        assert faults(licence, nx_is_open="1") == []

    @pytest.mark.parametrize(
        "licence",
        ["cc-by-nd-4.0", "cc-by-nc-4.0", "other-closed", "nx-conditional-1.0", "nx-share-gov-1.0", "other-nc"],
    )
    def test_closed_ones_do_not_and_the_portals_own_is_proposed(self, licence):
        assert faults(licence, nx_is_open="1") == [("closed_for_open", "nx-open-1.0")]
        assert faults(licence, nx_is_open="0") == []
        assert faults(licence, nx_is_open="1", private=True) == []

    def test_a_conditional_opening_needs_a_licence_that_keeps_its_conditions(self):
        opening = {"nx_is_open": "1", "nx_open_condition": "仅限科研"}
        assert faults("cc-by-4.0", **opening) == [("open_for_conditional", "nx-conditional-1.0")]
        assert faults("nx-conditional-1.0", **opening) == []

    def test_a_files_own_licence_counts(self):
        files = [{"license": "cc-by-nd-4.0"}]
        assert faults("cc-by-4.0", nx_is_open="1", resources=files) == [("closed_for_open", "nx-open-1.0")]

    def test_a_share_alike_source_forces_a_compatible_licence(self):
        assert faults("nx-open-1.0", ["cc-by-sa-4.0"], nx_is_open="1") == [("source_forbids", "cc-by-sa-4.0")]
        assert faults("cc-by-sa-4.0", ["cc-by-sa-4.0"], nx_is_open="1") == []

    @pytest.mark.parametrize("licence", ["", None, "notspecified", "本站数据欢迎使用"])
    def test_a_missing_licence_is_told_but_not_refused(self, licence):
        assert faults(licence, nx_is_open="1") == [("missing_for_open", "nx-open-1.0")]
        assert "missing_for_open" in publishing.ADVICE
