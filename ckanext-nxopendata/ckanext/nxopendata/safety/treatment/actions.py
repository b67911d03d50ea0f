"""Actions: try a treatment, carry it out, show it, forget it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.file_access import decision
from ckanext.nxopendata.core.payload.validators import text
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import jobs as examinations
from ckanext.nxopendata.safety.scanning import schema
from ckanext.nxopendata.safety.scanning.verdicts import AT_ONCE
from ckanext.nxopendata.safety.treatment import jobs, recipe, runs, suggestion
from ckanext.nxopendata.safety.treatment.recipe import Recipe, RecipeError
from ckanext.nxopendata.safety.treatment.runs import TreatmentError


def nx_safety_treatment_preview(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Try a treatment of a file: nothing is written.

    :param id: the file (resource)
    :param steps: list of ``column`` (header), ``kind`` (``mask``, ``year``, ``month``, ``age_band``, ``county``,
        ``city``, ``grid``, ``band``, ``prefix``, ``suppress``, ``pseudonym``, ``round``, ``drop``) and ``parameter``
        (a number; of ``age_band`` the years, of ``grid`` the degrees, of ``band`` the width, of ``prefix`` the
        characters, of ``round`` the multiple)
    :param quasi: headers by which people are told apart (optional)
    :param sensitive: headers of what nobody should learn of a person (optional)
    :param least: rows that are alike with fewer rows are left out; 0 leaves none out (optional)

    :returns: ``rows``, ``suppressed``, ``unfit`` (column: values that did not fit and are left out), ``before`` and
        ``after`` (``k``, ``l``, ``alone``, ``groups``), ``found_before``, ``found_after``, ``k``, ``threshold``,
        ``objections`` (why it must not become public; empty where it may), ``beginning`` (header and first rows)
    """
    resource = _find(context, data_dict, "nx_safety_treatment_preview")
    chosen = _read_recipe(data_dict)
    try:
        if runs.find_source(resource)[0].stat().st_size > AT_ONCE:
            raise TreatmentError(tk._("The file is too large to try it here: carry it out, a worker does it"))
        with runs.carry_out(resource, chosen) as run:
            may_look = decision.decide(resource.id, context.get("user")).allowed
            return run.outcome | {"beginning": jobs.read_beginning(run.path) if may_look else []}
    except TreatmentError as problem:
        raise tk.ValidationError({"id": [str(problem)]}) from None


def nx_safety_treatment_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Treat a file: a new file stands beside the original, which stays closed; the recipe is followed at each update.

    :param id: the file (resource)
    :param name: of the new file (optional)
    :param steps, quasi, sensitive, least: as of :func:`nx_safety_treatment_preview`

    :returns: as :func:`nx_safety_treatment_show`; refused where the result must not become public. A file above 5 MB is
        treated by a worker: ``target`` is "" until then.
    """
    resource = _find(context, data_dict, "nx_safety_treatment_create")
    chosen, name = _read_recipe(data_dict), text(data_dict.get("name") or "")
    try:
        if runs.find_source(resource)[0].stat().st_size > AT_ONCE:
            return _show(jobs.keep_recipe(context, resource, chosen))
        with runs.carry_out(resource, chosen) as run:
            if run.outcome["objections"]:
                raise tk.ValidationError({"steps": run.outcome["objections"]})
            return _show(jobs.write(context, resource, chosen, run, name))
    except TreatmentError as problem:
        raise tk.ValidationError({"id": [str(problem)]}) from None


@tk.side_effect_free
@validate(schema.resource)
def nx_safety_treatment_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The recipe of a file and what came of it last; what is proposed where there is none.

    :param id: the file (resource)

    :returns: ``source``, ``target`` (id of the new file; "" before the first time), ``recipe`` (``steps``, ``quasi``,
        ``sensitive``, ``least``), ``outcome``, ``problem`` (why the newest content could not be treated), ``author``,
        ``columns`` (headers of the file)
    """
    resource = _find(context, data_dict, "nx_safety_treatment_show")
    try:
        columns = runs.list_headers(resource)
    except TreatmentError as problem:
        raise tk.ValidationError({"id": [str(problem)]}) from None
    row = model.Session.get(models.Treatment, resource.id)
    if row is not None:
        return _show(row) | {"columns": columns}
    proposed = recipe.to_dict(suggestion.propose(resource, columns))
    return {"source": resource.id, "target": "", "recipe": proposed, "outcome": {}, "problem": "", "columns": columns}


@validate(schema.resource)
def nx_safety_treatment_delete(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Forget the recipe of a file; the treated file stays, the original is judged by itself again.

    :param id: the file (resource)

    :returns: ``id``
    """
    resource = _find(context, data_dict, "nx_safety_treatment_delete")
    row = model.Session.get(models.Treatment, resource.id)
    if row is None:
        raise tk.ObjectNotFound(tk._("This file was not treated"))
    model.Session.delete(row)
    models.note_event(context.get("user") or "", "treatment_forgotten", row.dataset_id, resource.id)
    model.Session.commit()
    return {"id": resource.id}


def nx_safety_privacy_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose further columns of a file by which people can be told apart, and what nobody should learn of them.

    What the words of the headers suggest is always measured: a choice makes the gate stricter, never milder.

    :param id: the file (resource)
    :param quasi: headers (list)
    :param sensitive: headers (list)

    :returns: ``quasi``, ``sensitive`` and ``status``: ``measured``, or ``waiting`` where a worker measures a large file
    """
    resource = _find(context, data_dict, "nx_safety_privacy_update")
    chosen = {name: list(dict.fromkeys(params.texts(data_dict, name)))[:200] for name in ("quasi", "sensitive")}
    models.write_privacy(resource.id, str(resource.package_id), **chosen)
    models.note_event(context.get("user") or "", "privacy_chosen", str(resource.package_id), resource.id)
    model.Session.commit()
    path = find_path(examinations.describe(resource))
    if path is not None and path.stat().st_size <= AT_ONCE:
        jobs.measure(resource.id)
        return {**chosen, "status": "measured"}
    options = {"timeout": examinations.LONGEST}
    tk.enqueue_job(jobs.measure, [resource.id], title=f"privacy of {resource.id}", rq_kwargs=options)
    return {**chosen, "status": "waiting"}


def _find(context: Context, data_dict: DataDict, action: str) -> model.Resource:
    resource_id = text(tk.get_or_bust(data_dict, "id"))
    tk.check_access(action, context, {"id": resource_id})
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or resource.state != "active":
        raise tk.ObjectNotFound(tk._("There is no such file"))
    return resource


def _read_recipe(data: Mapping[str, Any]) -> Recipe:
    try:
        return recipe.from_dict(data)
    except RecipeError as error:
        message = tk._("The value of “{field}” is not possible here").format(field=error.column or error.field)
        raise tk.ValidationError({error.field: [message]}) from None


def _show(row: models.Treatment) -> dict[str, Any]:
    return {
        "source": row.source_id,
        "target": row.target_id,
        "recipe": row.recipe,
        "outcome": row.outcome,
        "problem": row.problem,
        "author": row.author,
    }
