"""Rules for the form, the API, the workbook and the harvest alike: which licence a dataset may carry."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.nxopendata.core.language import zh_or_en
from ckanext.nxopendata.licences import publishing, registry
from ckanext.nxopendata.licences.odrl.policy import Policy


def nx_licence_known(value: Any) -> Any:
    """Turn a recognised spelling into its id; refuse one that is not in the list, with suggestions."""
    if not value:
        return value
    found = registry.normaliser()(str(value))
    if found.id is None:
        names = ", ".join(found.suggestions) or "notspecified"
        raise tk.Invalid(
            tk._("The licence “{licence}” is not recognised. Choose one of the list, for example: {names}").format(
                licence=value, names=names
            )
        )
    return found.id


def nx_licence_fits(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The licence must fit how the dataset is declared to be opened (``publishing.check``)."""
    # CKAN's "missing" cannot be asked for its text.
    given = {field: value for field, value in data.items() if value is not tk.missing}
    dataset: dict[str, Any] = {
        name: given.get((name,)) for name in ("license_id", "nx_is_open", "nx_open_condition", "private", "state")
    }
    dataset["resources"] = [
        {"license": value}
        for field, value in given.items()
        if field[:1] == ("resources",) and field[2:] == ("license",)
    ]
    if dataset["state"] == "draft":
        return
    named = [policy for text in (given.get(("nx_provenance",)), given.get(("url",))) for policy in _sources(text)]
    for fault in publishing.check(dataset, named):
        if fault.code not in publishing.ADVICE:
            errors[key].append(sentence(fault))


_DATASET_ADDRESS = re.compile(r"/dataset/([a-z0-9_-]{2,100})")


def _sources(text: Any) -> list[Policy]:
    """The licences of the datasets of this site that a text names by their addresses."""
    names = dict.fromkeys(_DATASET_ADDRESS.findall(str(text or "")))
    packages = [model.Package.get(name) for name in names]
    return [registry.policy_of(package.license_id) for package in packages if package is not None]


def sentence(fault: publishing.Fault) -> str:
    """A fault in the language of the reader, with the licence that would fit."""
    lang = zh_or_en()
    register = registry.register()
    params = {
        "licence": register[fault.licence].title(lang),
        "recommended": register[fault.recommended].title(lang),
        "id": fault.recommended,
    }
    texts = {
        "closed_for_open": tk._(
            "A dataset opened without conditions cannot carry “{licence}”. Choose “{recommended}” ({id}), "
            "or state the opening condition."
        ),
        "missing_for_open": tk._(
            "A dataset opened to the public should name a licence. Choose “{recommended}” ({id}) or another open one."
        ),
        "open_for_conditional": tk._(
            "A dataset opened on conditions cannot carry “{licence}”, which frees everyone from them. "
            "Choose “{recommended}” ({id})."
        ),
        "source_forbids": tk._(
            "A source carries “{licence}”, which does not allow the result to be published under this licence. "
            "Choose “{recommended}” ({id})."
        ),
    }
    return texts[fault.code].format(**params)
