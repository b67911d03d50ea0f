"""What the API answers about licences, and who holds which agreement."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.file_access import ranges
from ckanext.nxopendata.core.file_access.channels import BOTH, CHANNELS
from ckanext.nxopendata.core.timezone import CHINA, now, today
from ckanext.nxopendata.licences import helpers, registry
from ckanext.nxopendata.licences.agreements.models import Agreement, list_agreements
from ckanext.nxopendata.licences.attribution import attribution_lines
from ckanext.nxopendata.licences.odrl import texts
from ckanext.nxopendata.licences.odrl.combine import Operation, combine
from ckanext.nxopendata.licences.odrl.constraints import parse_duration, parse_moment
from ckanext.nxopendata.licences.odrl.engine import evaluate
from ckanext.nxopendata.licences.odrl.policy import Policy

#: A question about more licences or datasets than this is refused.
MOST = 1000


def _refuse(field: str, message: str) -> tk.ValidationError:
    return tk.ValidationError({field: [message]})


def _text(data_dict: DataDict, field: str) -> str:
    value = data_dict.get(field)
    if not isinstance(value, str) or not value.strip():
        raise _refuse(field, tk._("Missing value"))
    return value.strip()


def _texts(data_dict: DataDict, field: str) -> list[str]:
    """A list, a JSON list, or words with commas between them: GET requests know no lists."""
    value = data_dict.get(field)
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except ValueError:
                raise _refuse(field, tk._("Invalid JSON")) from None
        else:
            value = [part.strip() for part in value.split(",") if part.strip()]
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _refuse(field, tk._("A list of texts is needed"))
    if len(value) > MOST:
        raise _refuse(field, tk._("At most {most} at once").format(most=MOST))
    return value


def _case(data_dict: DataDict) -> dict[str, Any]:
    """The facts of the case: an object, or JSON in a GET request; the present moment unless given."""
    value = data_dict.get("context") or {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise _refuse("context", tk._("Invalid JSON")) from None
    if not isinstance(value, dict):
        raise _refuse("context", tk._("An object is needed"))
    for name, fact in value.items():
        if not _is_fact(name, fact):
            raise _refuse(
                "context", tk._("“{name}” must be a value, a list of values, or a value with a unit").format(name=name)
            )
    if isinstance(value.get("commercial"), str):
        value["commercial"] = tk.asbool(value["commercial"])
    return {"dateTime": now(), **value}


def _is_fact(name: str, fact: Any) -> bool:
    """A scalar, a list of scalars, ``{"value": ..., "unit": ...}``; or a map of terms for the two tables."""
    if name in ("taxonomy", "memberOf"):
        return isinstance(fact, dict) and all(_is_fact("", entry) for entry in fact.values())
    if isinstance(fact, dict):
        return bool(name) and set(fact) <= {"value", "unit"} and _is_fact("", fact.get("value"))
    if isinstance(fact, list):
        return all(isinstance(item, str | int | float) for item in fact)
    return isinstance(fact, str | int | float)


def _licence(licence_id: str, field: str) -> Policy:
    found = registry.register().get(licence_id)
    if found is None:
        raise _refuse(field, tk._("There is no licence “{id}”. See nx_licence_list.").format(id=licence_id))
    return found


@tk.side_effect_free
def nx_licence_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All licences: id, titles, summaries, status and what each allows, forbids and asks.

    :returns: the entries of CKAN's own ``license_list``, in the same order
    """
    from ckanext.nxopendata.licences.license_list_export import licence_list

    tk.check_access("nx_licence_list", context, data_dict)
    return licence_list(registry.register())


@tk.side_effect_free
def nx_licence_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One licence with its card in plain words and its ODRL policy.

    :param id: the licence
    """
    from ckanext.nxopendata.licences.license_list_export import licence_entry

    tk.check_access("nx_licence_show", context, data_dict)
    policy = registry.register().get(_text(data_dict, "id"))
    if policy is None:
        raise tk.ObjectNotFound(tk._("There is no licence “{id}”. See nx_licence_list.").format(id=data_dict["id"]))
    return {
        **licence_entry(policy),
        "version": policy.version,
        "jurisdiction": policy.jurisdiction,
        "note": dict(policy.notes),
        "card": helpers.nx_licence_card_dict(policy),
        "policy": helpers.policy_document(policy),
    }


@tk.side_effect_free
def nx_licence_evaluate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """May I do this under that licence?

    :param licence: the licence
    :param action: an ODRL, ``cc:`` or ``nx:`` action, e.g. ``distribute``
    :param context: facts of the case by operand name, e.g. ``{"purpose": "…", "commercial": true}`` (optional)
    :returns: ``{verdict, duties, reasons, exceptions, …}``; ``verdict`` is ``allowed``, ``allowed_with_duties``,
        ``prohibited`` or ``undetermined``
    """
    tk.check_access("nx_licence_evaluate", context, data_dict)
    policy = _licence(_text(data_dict, "licence"), "licence")
    found = evaluate(policy, _text(data_dict, "action"), _case(data_dict))
    return texts.evaluation_dict(found, registry.register())


@tk.side_effect_free
def nx_licence_combine(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """May these be put together, and which licences may the result carry?

    :param licences: ids, as a list or with commas between them
    :param datasets: ids or names of datasets, whose licences count and which the credits name (optional)
    :param operation: ``use`` (inside), ``collect`` (published side by side) or ``derive`` (a new work)
    :param context: as for ``nx_licence_evaluate`` (optional)
    :returns: ``{verdict, conflicts, duties, attribution, permitted, prohibited, permitted_licences, …}``
    """
    tk.check_access("nx_licence_combine", context, data_dict)
    try:
        operation = Operation(_text(data_dict, "operation"))
    except ValueError:
        choices = ", ".join(Operation)
        raise _refuse("operation", tk._("One of these is needed: {choices}").format(choices=choices)) from None
    policies = [_licence(licence, "licences") for licence in _texts(data_dict, "licences")]
    datasets = [
        tk.get_action("package_show")({"user": context.get("user", "")}, {"id": name})
        for name in _texts(data_dict, "datasets")
    ]
    policies += [policy for dataset in datasets for policy in registry.policies_of(dataset)]
    if not policies:
        raise _refuse("licences", tk._("Name at least one licence or dataset"))
    found = combine(policies, operation, registry.register(), _case(data_dict))
    day = today()
    sources = [helpers.source_of(dataset) for dataset in datasets] or [
        helpers.placeholder_source(policy) for policy in dict.fromkeys(policies)
    ]
    credit = {lang: attribution_lines(sources, day, lang) for lang in texts.LANGUAGES}
    return {**texts.combination_dict(found, registry.register()), "attribution": credit}


@tk.side_effect_free
def nx_licence_normalise(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Which licence is meant by what another catalogue writes? Never a guess.

    :param text: an id, a title, an address or words
    :returns: ``{id or null, verbatim, suggestions}``; the suggestions are for a person to choose from
    """
    tk.check_access("nx_licence_normalise", context, data_dict)
    text = data_dict.get("text", "")
    if not isinstance(text, str) or len(text) > 2000:
        raise _refuse("text", tk._("A text of at most 2000 characters is needed"))
    found = registry.normaliser()(text)
    return {
        "id": found.id,
        "verbatim": found.verbatim,
        "suggestions": list(found.suggestions),
        "counts_as": found.effective_id,
    }


def _agreement_dict(found: Agreement) -> dict[str, Any]:
    user = model.User.get(found.user_id)
    return {
        "id": found.id,
        "dataset_id": found.dataset_id,
        "user": user.name if user else found.user_id,
        "purposes": found.purposes,
        "starts": found.starts.astimezone(CHINA).isoformat(),
        "ends": found.ends.astimezone(CHINA).isoformat(),
        "destruction": found.destruction,
        "report_interval": found.report_interval,
        "granted_by": found.granted_by,
        "state": found.state,
        "note": found.note,
        "part": {name: value for name, value in (found.part or {}).items() if name != "channel"},
        "channel": found.channel,
    }


def _moment(data_dict: DataDict, field: str) -> dt.datetime:
    """A moment. A bare date means the end of that day in Beijing: the agreement still holds on it."""
    value = parse_moment(_text(data_dict, field))
    if isinstance(value, dt.datetime):
        return value
    if value is None or value.year > 9000:
        raise _refuse(field, tk._("Write a date such as 2027-12-31 or a time such as 2027-12-31T18:00:00+08:00"))
    return dt.datetime.combine(value + dt.timedelta(days=1), dt.time(), CHINA)


def nx_agreement_grant(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Grant a person an agreement on a conditional dataset.

    :param dataset: id or name of the dataset
    :param user: id or name of the person
    :param purposes: what the data may be used for, as a list or with commas
    :param ends: until when: a date (that day included) or a time with zone
    :param starts: from when, now by default
    :param destruction: how long after the end the data must be gone (ISO 8601, ``P30D`` by default)
    :param report_interval: how often to report (ISO 8601, ``P6M`` by default)
    :param note: for the file (optional)
    :param columns: columns of its tables that are agreed on, as a list or with commas; all by default
    :param filters: column -> values, one of which a row must have in it, or an object with ``from``, ``to`` or both:
        numbers, years, months or days between which it must lie; all rows by default
    :type filters: dict
    :param counted: whether each use is counted, so that files are taken from the page of the case alone
    :type counted: bool
    :param resources: ids of its files that are agreed on, as a list or with commas; all by default
    :param channel: ``file``, ``table`` (the rows of its tables), or ``both``, which is the default
    """
    tk.check_access("nx_agreement_grant", context, data_dict)
    package = model.Package.get(_text(data_dict, "dataset"))
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    user = model.User.get(_text(data_dict, "user"))
    if user is None or user.state != "active":
        raise _refuse("user", tk._("There is no such user"))
    purposes = [item for item in (part.strip() for part in _texts(data_dict, "purposes")) if item]
    if not purposes:
        raise _refuse("purposes", tk._("Missing value"))
    ends = _moment(data_dict, "ends")
    starts = parse_moment(data_dict["starts"]) if data_dict.get("starts") else now()
    if not isinstance(starts, dt.datetime):
        if starts is None:
            raise _refuse("starts", tk._("Write a date such as 2027-12-31 or a time such as 2027-12-31T18:00:00+08:00"))
        starts = dt.datetime.combine(starts, dt.time(), CHINA)
    if ends <= max(starts, now()):
        raise _refuse("ends", tk._("The end lies in the past or before the beginning"))
    durations = {name: str(data_dict.get(name) or "") for name in ("destruction", "report_interval")}
    for name, text in durations.items():
        if text and parse_duration(text) is None:
            raise _refuse(name, tk._("Write a duration such as P30D or P6M"))
    found = Agreement(
        dataset_id=package.id,
        user_id=user.id,
        purposes=purposes,
        starts=starts,
        ends=ends,
        granted_by=str(context.get("user") or ""),
        note=str(data_dict.get("note") or ""),
        part=_part(data_dict),
        **{name: text for name, text in durations.items() if text},
    )
    model.Session.add(found)
    _commit(context)
    return _agreement_dict(found)


def _part(data_dict: DataDict) -> dict[str, Any]:
    """The part that is agreed on; {} of the whole."""
    filters = data_dict.get("filters") or {}
    if not isinstance(filters, dict) or not all(
        (isinstance(values, list) and values and all(isinstance(value, str) for value in values))
        or ranges.from_api(values) is not None
        for values in filters.values()
    ):
        message = tk._("An object is needed: columns with lists of values, or with the bounds “from” and “to”")
        raise _refuse("filters", message)
    part: dict[str, Any] = {"columns": _texts(data_dict, "columns"), "filters": filters}
    part["counted"] = bool(data_dict.get("counted"))
    part["resources"] = _texts(data_dict, "resources")
    channel = data_dict.get("channel") or BOTH
    if channel not in CHANNELS:
        raise _refuse("channel", tk._("One of these is needed: {choices}").format(choices=", ".join(CHANNELS)))
    part["channel"] = channel if channel != BOTH else ""
    return {name: value for name, value in part.items() if value}


@tk.side_effect_free
def nx_agreement_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The agreements on a dataset, newest first.

    :param dataset: id or name of the dataset
    """
    tk.check_access("nx_agreement_list", context, data_dict)
    package = model.Package.get(_text(data_dict, "dataset"))
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return [_agreement_dict(found) for found in list_agreements([package.id])]


@tk.side_effect_free
def nx_agreement_count(context: Context, data_dict: DataDict) -> dict[str, int]:
    """How many agreements on each dataset are in force. For the supervising office and system administrators.

    :param datasets: ids of datasets, as a list or with commas; at most 1,000

    :returns: id -> number, without those that have none
    """
    tk.check_access("nx_agreement_count", context, data_dict)
    moment = now()
    in_force = Agreement.revoked.is_(None), Agreement.starts <= moment, Agreement.ends > moment
    query = sa.select(Agreement.dataset_id, sa.func.count()).where(
        Agreement.dataset_id.in_(_texts(data_dict, "datasets")), *in_force
    )
    return {row[0]: row[1] for row in model.Session.execute(query.group_by(Agreement.dataset_id))}


def nx_agreement_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End an agreement now.

    :param id: of the agreement
    """
    tk.check_access("nx_agreement_revoke", context, data_dict)
    found = model.Session.get(Agreement, _text(data_dict, "id"))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such agreement"))
    if found.revoked is None:
        found.revoked = now()
        _commit(context)
    return _agreement_dict(found)


def _commit(context: Context) -> None:
    """Commit, unless the caller does, who has more to store with it (``defer_commit``)."""
    if context.get("defer_commit"):
        model.Session.flush()
    else:
        model.Session.commit()
