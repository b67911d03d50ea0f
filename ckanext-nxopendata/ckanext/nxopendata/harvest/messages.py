"""The sentences people read, for every code of the harvest: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.nxopendata.core.errors.messages import Messages
from ckanext.nxopendata.core.errors.messages import gettext_noop as _
from ckanext.nxopendata.core.errors.reasons import say_reason
from ckanext.nxopendata.core.language import is_chinese
from ckanext.nxopendata.core.outbound.messages import MESSAGES as OUTBOUND
from ckanext.nxopendata.harvest.errors import HarvestError

MESSAGES: Mapping[str, tuple[str, str]] = {
    # reaching the source
    **OUTBOUND,
    "address_unusable": (
        _("{url} is not a web address."),
        _("Write the whole address, beginning with http:// or https://."),
    ),
    "address_too_long": (
        _("{url} is longer than {limit} characters, which servers do not take."),
        _("Give a shorter address."),
    ),
    "connection_broken": (
        _("The connection to {url} broke off after {received} bytes."),
        _("Check the server; the next run tries again."),
    ),
    "too_slow": (_("{url} took longer than {limit} seconds."), _("Make the answer faster, or split it into pages.")),
    "too_large": (_("{url} is larger than {limit} bytes."), _("Split the catalogue into pages.")),
    "too_many_redirects": (_("{url} redirects in a circle or more than {limit} times."), _("Give the final address.")),
    "redirect_nowhere": (
        _("{url} answered {status} and leads to “{target}”, which is no web address."),
        _("Give the final address."),
    ),
    "not_modified_unasked": (
        _("{url} answered 304 (not modified) to a question that did not ask for changes: it sent nothing."),
        _("Check the server or the cache before it."),
    ),
    "part_unasked": (
        _("{url} answered with a part of the file although all of it was asked for."),
        _("Check the server or the cache before it."),
    ),
    "certificate_invalid": (
        _("The certificate of {url} is not valid: {reason}."),
        _("Renew the certificate; the portal does not read from servers it cannot trust."),
    ),
    "compression_broken": (_("{url} says it is compressed but is not."), _("Correct the server's settings.")),
    "encoding_unknown": (_("{url} uses the compression {encoding}."), _("Use gzip, deflate, br or none.")),
    "server_error": (_("{url} answered {status}."), _("Look into the server's log; the next run tries again.")),
    "server_refused": (_("{url} answered {status}."), _("Check the address and the access rights.")),
    "credentials_unreadable": (
        _("The stored credentials of the source cannot be decrypted."),
        _("Enter them anew; the key of the portal has changed."),
    ),
    "robots_forbid": (
        _("The robots.txt of the site does not let programs read {url}; it was not read."),
        _("Let nxopendata-harvester read it in robots.txt, or give another address."),
    ),
    "robots_not_followed": (
        _("The robots.txt of the site does not let programs read {url}; the catalogue was read all the same."),
        _(
            "Let nxopendata-harvester read it in robots.txt; "
            "or have robots.txt obeyed by the source's option obey_robots."
        ),
    ),
    # reading the catalogue
    "format_unknown": (_("There is no format {format}."), _("Choose one of: {known}.")),
    "answer_no_catalogue": (
        _("{url} answers with a web page, an error or nothing instead of a catalogue: “{answer}”."),
        _("Check the address, and whether it needs a login."),
    ),
    "format_not_recognised": (
        _("{url} is not a catalogue in a known format ({media_type})."),
        _("Check the address, or choose the format in the settings of the source."),
    ),
    "xml_doctype": (
        _("{url} has a document type declaration (DTD)."),
        _("Leave the <!DOCTYPE …> out; the portal reads no entities."),
    ),
    "rdf_broken": (_("{url} is broken at line {line}: {reason}."), _("Correct the document at this line.")),
    "json_broken": (_("{url} is not JSON at line {line}: {reason}."), _("Correct the document at this line.")),
    "json_broken_after": (
        _("{url} is not JSON after record {record}: {reason}."),
        _("Correct the document behind this record; it may have been cut off."),
    ),
    "json_without_datasets": (
        _("{url} has no list of datasets."),
        _("Write the datasets into “dataset”, as Project Open Data and DCAT-US say."),
    ),
    "xml_broken": (_("{url} is broken at line {line}: {reason}."), _("Correct the document at this line.")),
    "xml_root": (_("{url} begins with {root}."), _("The root must be {expected}.")),
    "html_broken": (_("{url} is not a readable web page."), _("Check the address.")),
    "portal_without_list": (
        _("{url} is not a list of datasets of the portal/catalog family."),
        _("Give the address of the list, ending in /portal/catalog/index."),
    ),
    "portal_without_title": (
        _("{position} is not the page of a dataset."),
        _("Check whether the site asks visitors to sign in, or has changed its pages."),
    ),
    "ckan_not_an_answer": (
        _("{url} does not answer as CKAN's Action API does: {reason}"),
        _("Check the address; it may be that of the site or of one organisation."),
    ),
    "feed_not_an_answer": (
        _("{url} does not answer as the change feed of this software does."),
        _("Check the address and the version of the other portal."),
    ),
    "csw_not_an_answer": (
        _("{url} does not answer as a catalogue service (CSW 2.0.2) does: {reason}"),
        _("Check the address of the service, and whether it has ISO 19139 metadata."),
    ),
    "changed_while_reading": (
        _("The catalogue changed while it was read ({position})."),
        _("Nothing to do: the next run reads it again."),
    ),
    "catalogue_elsewhere": (
        _("The catalogue {position} inside this one is on another host; it was not read."),
        _("Make it a source of its own."),
    ),
    "records_of_another_kind": (
        _("The service gives {number} records as {name} instead of ISO 19139; they were not read."),
        _("Check whether the service has its metadata in ISO 19139 (gmd:MD_Metadata or gmi:MI_Metadata)."),
    ),
    "entry_empty": (_("Entry {number} of the list of datasets is empty."), _("Take it off the list.")),
    "document_cut": (
        _("{url} seems to be cut off: its last line is shorter than the one before and does not end."),
        _("Have the server send the whole file, its length counted in bytes; end the last line with a line break."),
    ),
    "entry_no_dataset": (
        _("Entry {number} of the list of datasets is no dataset."),
        _("Take it off the list; until then nothing is withdrawn."),
    ),
    "context_missing": (
        _("{url} is JSON-LD without a context: what its words mean cannot be told."),
        _("Write “@context” into the document, or name it in the Link header."),
    ),
    "record_broken": (
        _("A record at line {line} of {url} cannot be read: {reason}. The others were read."),
        _("Correct the document at this line."),
    ),
    "broken_elsewhere": (
        _("{url} is not well formed ({reason}). The records that were found in it are whole and were read."),
        _("Correct the document; until then nothing is withdrawn."),
    ),
    "record_incomplete": (
        _("The files of {name} stand in a part of the document that cannot be read; the record was left as it is."),
        _("Correct the document."),
    ),
    "value_mended": (
        _("“{value}” is not written as the format wants; it was read as it is meant."),
        _("Correct it at the source: an address without blanks and braces, a language as zh or zh-CN."),
    ),
    "listed_not_described": (
        _("The catalogue lists {name} without describing it."),
        _("Describe it, with its type dcat:Dataset, or take it off the list."),
    ),
    "records_unreadable": (_("Some records could not be read."), _("Correct the document at the places named.")),
    "context_unreadable": (_("The JSON-LD context {url} cannot be read."), _("Write the context into the document.")),
    "encoding_undecided": (_("The character encoding cannot be told."), _("Save the file as UTF-8 or GB 18030.")),
    "workbook_broken": (_("{url} is not a readable workbook: {reason}."), _("Save it again as .xlsx.")),
    "workbook_too_large": (_("{url} needs more than {limit} to be read."), _("Remove empty rows and pictures.")),
    "workbook_too_many_cells": (
        _("{url} has more than {limit} cells."),
        _("Split the table, and clear what stands far from it."),
    ),
    "workbook_costly": (
        _("Reading {url} takes more time or memory than a trial has."),
        _("Save the source and run it: a run has more. If that fails too, have the file split."),
    ),
    "workbook_password": (_("{url} is protected by a password."), _("Save it without one.")),
    "workbook_without_header": (
        _("No sheet of {url} has the header of the catalogue."),
        _("Keep the header of the template, at least: {columns}."),
    ),
    "page_repeated": (_("{position} is the same as an earlier page."), _("Correct the links to the next page.")),
    "page_empty": (
        _("{position} has no records, although the source says that it has {total} and sent {seen} so far."),
        _("Check the source: its number of records, or its pages, are wrong. Until then nothing is withdrawn."),
    ),
    "catalogue_too_deep": (
        _("{position} stands more than {limit} catalogues deep inside this one; it was not read."),
        _("Make it a source of its own."),
    ),
    "page_loop": (_("The pages lead back to {position}."), _("Correct the links to the next page.")),
    "too_many_pages": (_("The catalogue has more than {limit} pages."), _("Make the pages larger.")),
    # records
    "record_without_identifier": (
        _("The record has no identifier."),
        _("Give it an identifier that never changes: an address, dct:identifier or a resource code."),
    ),
    "identifier_too_long": (_("The identifier is longer than 2000 bytes."), _("Shorten it.")),
    "identifier_repeated": (
        _("Another record of the catalogue has the same identifier."),
        _("Give each record an identifier of its own."),
    ),
    "record_too_large": (_("The record has more than {limit} parts."), _("Split the dataset.")),
    "too_many_entries": (
        _("{field} has {number} entries; the first {limit} were taken, the others are not shown."),
        _("Split the dataset or shorten the list."),
    ),
    "field_missing": (_("{field} is missing (looked for in {source})."), _("Fill it in at the source.")),
    "region_from_shape": (
        _("The place is only given as a shape ({value}); it lies in the rectangle around {region}, which was taken."),
        _("Name the region, by its code or name."),
    ),
    "cycle_rounded": (
        _("“{value}” is no update cycle of the code list; “{cycle}” was taken for it."),
        _("Nothing, if that is right; else use a code or name of the list."),
    ),
    "code_unknown": (
        _("“{value}” is not in the code list {list}; the field was left out."),
        _("Use a code or name of the list."),
    ),
    "value_unreadable": (
        _("“{value}” cannot be read as {field}; the field was left out."),
        _("Correct the value at the source."),
    ),
    "values_unused": (
        _("{field} takes one value; these were left out: {values}"),
        _("Nothing, if the value that was taken is the right one; else give only that one."),
    ),
    "text_cut": (
        _("{field}: “{value}…” is longer than {limit} characters; what is beyond was left out."),
        _("Shorten it at the source."),
    ),
    "text_not_chinese": (
        _("{field} has no Chinese text; the one in “{language}” stands in its place: “{value}”."),
        _("Add the Chinese text at the source."),
    ),
    "text_converted": (
        _("{field} is in Traditional characters only and was converted: “{value}”."),
        _("Add the text in Simplified characters at the source."),
    ),
    "field_filled": (_("{field} is empty and was filled from “{source}”."), _("Fill it in at the source.")),
    "licence_of_files": (
        _("The dataset names no licence and its files name several: “{value}” was taken for it, beside {others}."),
        _("Name the dataset's own licence; each file keeps the one it names."),
    ),
    "email_unusable": (
        _("“{value}” is not an e-mail address; the field was left out."),
        _("Write one address, as name@example.cn."),
    ),
    "address_private": (
        _("{url} only leads somewhere inside a network; the link was left out."),
        _("Give the address that the public reaches, or have the administrator allow the host."),
    ),
    "address_mended": (
        _("“{value}” is not a whole web address; it was read as {url}."),
        _("Write the whole address, beginning with http:// or https://."),
    ),
    "entry_not_described": (
        _("{field} names “{value}” without describing it; it was taken as a link."),
        _("Describe it: title, format, address."),
    ),
    "entry_without_name": (
        _("An entry of {field} has no name and was left out: {value}"),
        _("Give each entry its name at the source."),
    ),
    "file_without_address": (
        _("A file has no usable address; it is shown without a link."),
        _("Give the file its address."),
    ),
    "date_in_future": (
        _("“{value}” is in the future; the field was left out."),
        _("Write the day on which it was published."),
    ),
    "record_not_public": (
        _("The record is not public at its source ({field}: {value}) and was not taken."),
        _("Nothing, if that is meant; else make it public at the source."),
    ),
    "record_no_dataset": (
        _("The record is no dataset ({field}: {value}) and was not taken."),
        "",
    ),
    "provider_of_another": (
        _("The record names {provider} as its provider, which is not a department of this source; it was not taken."),
        _("Add the department to the source, or correct the provider."),
    ),
    "provider_unknown": (
        _(
            "The record names {provider} as its provider, which the portal does not know; "
            "it is published as one of this source's department."
        ),
        _("Register the department under this name, add it to the source, or correct the provider."),
    ),
    "title_repeated": (
        _("The provider has another dataset called “{title}”."),
        _("Say in the title what sets the two apart."),
    ),
    "field_left_out": (_("{field} was left out: {message}"), _("Correct {field} at the source.")),
    "fields_unused": (
        _("The portal has no field for: {names}"),
        _("Nothing; or name a field for them in the settings of the source."),
    ),
    "date_unreadable": (_("“{value}” is not a date; the field was left out."), _("Write dates as 2024-05-31.")),
    "not_valid": ("{message}", _("Correct {field} at the source.")),
    "not_written": (_("The database refused the dataset: {reason}."), _("Tell the administrator.")),
    "dataset_deleted": (
        _("A person deleted this dataset in the portal; it was left deleted."),
        _("Undelete it in the portal, or take it out of the catalogue."),
    ),
    "file_not_mirrored": (
        _("The file {url} could not be copied ({reason}); the earlier copy or the link stays."),
        _("Check the address of the file; the portal goes on asking for it."),
    ),
    "file_of_another_type": (
        _("{url} is not {format}, although it is said to be; the earlier copy or the link stays."),
        _("Correct the format at the source, or put the right file there."),
    ),
    "disk_full": (
        _("There is no room for a copy of {url}; the earlier copy or the link stays."),
        _("Tell the administrator; the portal goes on asking for the file."),
    ),
    "file_empty": (_("{url} is empty; the earlier copy or the link stays."), _("Put the file there.")),
    "file_is_an_error": (
        _("{url} answers with an error instead of the file; the earlier copy or the link stays."),
        _("Check the address and the access rights."),
    ),
    "file_incomplete": (
        _("{url} is cut off, its end is missing; the earlier copy or the link stays."),
        _("Check the file and the server; the portal goes on asking for it."),
    ),
    "file_is_a_page": (_("{url} is a web page, not a file."), _("Give the address of the file itself.")),
    # runs
    "run_not_held": (_("This run does not wait for a decision."), ""),
    "run_not_undoable": (_("Only the last finished run of a source can be undone."), _("Undo the later runs first.")),
    "run_not_running": (_("This run is not under way."), ""),
    "run_not_paused": (_("This run is not paused."), ""),
    "chunk_fails": (
        _("Part {number} of the plan was begun {attempts} times and never finished."),
        _("Tell the administrator; the log of the workers has the details."),
    ),
    "too_many_records": (
        _("The catalogue has more than {limit} records."),
        _("Split the catalogue, or raise the limit of the source."),
    ),
    "index_unreachable": (
        _("The search index did not answer."),
        _("Tell the administrator; the next run goes on from where this one stopped."),
    ),
    "database_unreachable": (
        _("The database did not answer."),
        _("Tell the administrator; the next run goes on from where this one stopped."),
    ),
    "queue_unreachable": (_("The job queue did not answer."), _("Tell the administrator.")),
    "not_indexed": (
        _("The search index does not take the dataset: {reason}."),
        _("Tell the administrator; the dataset is saved but cannot be found by searching."),
    ),
    "edit_kept": (
        _("A person edited {field} in the portal; the edit stays although the source says otherwise."),
        _("To follow the source again, write its value into the field."),
    ),
    "run_interrupted": (_("The run was interrupted."), _("The next run has gone on from where it stopped.")),
    "run_busy": (_("This source is being harvested at the moment."), _("Wait until that run has ended.")),
    "unexpected": (_("An unexpected error: {reason}."), _("Tell the administrator; the log has the details.")),
    # why nothing is withdrawn
    "reading_not_finished": (_("The catalogue was not read to its end."), ""),
    "catalogue_empty": (_("The catalogue is empty."), _("If it is meant to be, delete the source.")),
    "total_not_reached": (_("The catalogue has fewer records than it says."), _("Correct the total.")),
    "page_unreadable": (_("A page could not be read."), ""),
}
"""Code -> what happened, what to do. ``{names}`` are the parameters of the finding."""

_MESSAGES = Messages(MESSAGES)


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Say what happened, in the reader's language."""
    return _MESSAGES.sentence(code, _for_reader(params))


def remedy(code: str, params: Mapping[str, Any]) -> str:
    """Say what to do about it, in the reader's language; "" when there is nothing to do."""
    return _MESSAGES.remedy(code, _for_reader(params))


def _for_reader(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters of a message; of a text that is kept in two languages, and of a reason, the reader's."""
    mine = dict(params)
    if not is_chinese():
        mine |= {name.removesuffix("@en"): text for name, text in params.items() if name.endswith("@en") and text}
    if isinstance(params.get("reason"), str):
        mine["reason"] = say_reason(params["reason"])
    return mine


def describe(error: HarvestError) -> str:
    """Say what happened and what to do about it, in the reader's language."""
    return f"{sentence(error.code, error.params)} {remedy(error.code, error.params)}".strip()
