"""CKAN's own Solr core beside ours: its schema from the installed CKAN, Solr's settings, nothing of this project."""

from __future__ import annotations

from pathlib import Path

import ckan
import requests

NAME = "stock"
CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Solr's default configset as far as a CKAN core uses it, with the schema factory CKAN's documentation asks for. -->
<config>
  <luceneMatchVersion>9.11</luceneMatchVersion>
  <dataDir>${solr.data.dir:}</dataDir>
  <directoryFactory name="DirectoryFactory" class="solr.NRTCachingDirectoryFactory"/>
  <codecFactory class="solr.SchemaCodecFactory"/>
  <schemaFactory class="ClassicIndexSchemaFactory"/>
  <updateHandler class="solr.DirectUpdateHandler2">
    <updateLog><str name="dir">${solr.ulog.dir:}</str></updateLog>
    <autoCommit><maxTime>15000</maxTime><openSearcher>false</openSearcher></autoCommit>
  </updateHandler>
  <query>
    <filterCache size="512" initialSize="512" autowarmCount="0"/>
    <queryResultCache size="512" initialSize="512" autowarmCount="0"/>
    <documentCache size="512" initialSize="512" autowarmCount="0"/>
    <enableLazyFieldLoading>true</enableLazyFieldLoading>
    <queryResultWindowSize>20</queryResultWindowSize>
    <queryResultMaxDocsCached>200</queryResultMaxDocsCached>
  </query>
  <requestHandler name="/select" class="solr.SearchHandler">
    <lst name="defaults"><str name="echoParams">explicit</str><int name="rows">10</int></lst>
  </requestHandler>
</config>
"""


def core(solr_url: str) -> str:
    """Make the core on the server of ``solr_url`` (our core's address), if it is not there; returns its address."""
    server = solr_url.rsplit("/", 1)[0]
    status = requests.get(f"{server}/admin/cores", params={"action": "STATUS"}, timeout=20).json()["status"]
    if NAME not in status:
        conf = Path(status[solr_url.rsplit("/", 1)[1]]["instanceDir"]).parent / NAME / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        schema = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"
        (conf / "schema.xml").write_bytes(schema.read_bytes())
        (conf / "solrconfig.xml").write_text(CONFIG, encoding="utf-8")
        for words in ("synonyms", "stopwords", "protwords"):
            (conf / f"{words}.txt").touch()
        made = requests.get(
            f"{server}/admin/cores", params={"action": "CREATE", "name": NAME, "instanceDir": NAME}, timeout=60
        )
        made.raise_for_status()
    return f"{server}/{NAME}"


def remove(solr_url: str) -> None:
    """Take the core away again, with its files."""
    requests.get(
        f"{solr_url.rsplit('/', 1)[0]}/admin/cores",
        params={"action": "UNLOAD", "core": NAME, "deleteInstanceDir": "true"},
        timeout=60,
    )
