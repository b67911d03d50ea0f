"""The catalogue as XML: there and back, by the XSD, without entities."""

import datetime as dt
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from ckanext.nxopendata.exchange import xml

from .samples import DATASET, datasets

ABOUT = {DATASET["owner_org"]: {"title": "自治区文化和旅游厅", "nx_uscc": "91110000600037341L"}}
XSD = Path(str(resources.files("ckanext.nxopendata.schemas") / "xsd" / "catalogue.xsd"))
CKANS = {"id", "name", "title", "notes", "owner_org", "resources", "metadata_modified"}


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(XSD)))


def packed(*records: tuple[str, dict[str, Any]]) -> bytes:
    return xml.package(records, ABOUT, "B-1", "2026-11-23T00:00:00Z")


class TestThereAndBack:
    @given(datasets())
    @settings(max_examples=60, deadline=dt.timedelta(seconds=2), suppress_health_check=[HealthCheck.too_slow])
    def test_nothing_of_the_metadata_is_lost(self, dataset: dict[str, Any]) -> None:
        (draft,) = xml.read(packed(("", dataset))).drafts
        read = {key: value for key, value in draft.dataset.items() if value not in ("", [], {})}
        given_ = {key: value for key, value in dataset.items() if key not in CKANS}
        assert read == given_
        assert draft.identifier == dataset["id"]
        assert draft.links == [resource["url"] for resource in dataset.get("resources", ()) if resource.get("url")]

    def test_operations_batch_and_provider_are_read(self) -> None:
        package = xml.read(packed((xml.ADD, DATASET), (xml.DELETE, {"id": "x", "nx_resource_code": "214001/9"})))
        assert package.batch == "B-1"
        assert [draft.operation for draft in package.drafts] == ["add", "delete"]
        assert package.drafts[0].provider == "自治区文化和旅游厅"
        assert package.drafts[0].cell("nx_items.1.type").row > package.drafts[0].first.row


class TestSchema:
    def test_packages_are_valid(self, schema: etree.XMLSchema) -> None:
        schema.assertValid(etree.fromstring(packed(("", DATASET), (xml.UPDATE, DATASET))))

    def test_receipts_are_valid(self, schema: etree.XMLSchema) -> None:
        results = [({"mdId": "x", "line": "3", "status": "error"}, ["错"])]
        schema.assertValid(etree.fromstring(xml.receipt("B-1", "2026-11-23T00:00:00Z", results)))

    def test_a_wrong_operation_is_not(self, schema: etree.XMLSchema) -> None:
        assert not schema.validate(etree.fromstring(packed(("add", DATASET)).replace(b'"add"', b'"drop"')))


class TestSafety:
    def test_a_document_type_is_refused(self) -> None:
        bomb = f'<!DOCTYPE c [<!ENTITY a "x">]><catalogue xmlns="{xml.NAMESPACE}"><record/></catalogue>'
        with pytest.raises(xml.BrokenXmlError) as refusal:
            xml.read(bomb.encode())
        assert refusal.value.code == "xml_doctype"

    @pytest.mark.parametrize(
        ("text", "code"),
        [("<catalogue>", "xml_broken"), ("<a/>", "xml_root"), (f'<catalogue xmlns="{xml.NAMESPACE}">', "xml_broken")],
    )
    def test_what_is_no_package_is_told(self, text: str, code: str) -> None:
        with pytest.raises(xml.BrokenXmlError) as refusal:
            xml.read(text.encode())
        assert refusal.value.code == code

    def test_changes_since_a_day(self) -> None:
        new = {"id": "n", "metadata_created": "2026-11-02", "metadata_modified": "2026-11-02"}
        changed = {"id": "c", "metadata_created": "2026-01-01", "metadata_modified": "2026-11-03"}
        old = {"id": "o", "metadata_created": "2026-01-01", "metadata_modified": "2026-01-01"}
        records = xml.records_of([new, changed, old], [{"id": "d"}], "2026-11-01T00:00:00")
        assert [(operation, record["id"]) for operation, record in records] == [
            ("add", "n"),
            ("update", "c"),
            ("delete", "d"),
        ]
