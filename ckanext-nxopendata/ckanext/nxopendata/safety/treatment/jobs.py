"""Writing treated files beside their originals, and following a recipe again when the original changes."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.catalogue.uploads import find_name, find_path
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import assessment
from ckanext.nxopendata.safety.scanning import jobs as examinations
from ckanext.nxopendata.safety.scanning import notices, verdicts
from ckanext.nxopendata.safety.treatment import recipe, runs
from ckanext.nxopendata.safety.treatment.recipe import Recipe
from ckanext.nxopendata.safety.treatment.runs import Run, TreatmentError

log = logging.getLogger(__name__)


def write(context: Any, resource: model.Resource, chosen: Recipe, run: Run, name: str) -> models.Treatment:
    """Write the new file as somebody, and keep the recipe.

    Raises:
        tk.ValidationError, tk.NotAuthorized: as writing any file of the dataset.
    """
    resource_id, dataset_id = resource.id, str(resource.package_id)
    row = model.Session.get(models.Treatment, resource_id)
    old = model.Session.get(model.Resource, row.target_id) if row is not None and row.target_id else None
    target_id = old.id if old is not None and old.state == "active" else ""
    if row is not None and row.target_id and old is None and _is_pending(dataset_id, row.target_id):
        message = tk._("The file treated before waits for its release: release or withdraw that change first")
        raise tk.ValidationError({"id": [message]})
    title = name or tk._("{file}, treated").format(file=resource.name or run.name)
    with run.path.open("rb") as stream:
        upload = FileStorage(stream=stream, filename=run.name)
        if target_id:
            data = {"id": target_id, "upload": upload, "url": run.name}
            tk.get_action("resource_patch")(tk.fresh_context(context), data)
        else:
            data = {"package_id": dataset_id, "name": title, "format": "CSV", "upload": upload, "url": run.name}
            target_id = tk.get_action("resource_create")(tk.fresh_context(context), data)["id"]
    row = model.Session.get(models.Treatment, resource_id)
    if row is None:
        row = models.Treatment(source_id=resource_id, dataset_id=dataset_id, recipe={}, author="")
        model.Session.add(row)
    row.target_id, row.recipe, row.source_sha256 = target_id, recipe.to_dict(chosen), run.source_sha256
    row.outcome, row.problem, row.changed = run.outcome, "", now()
    row.author = row.author or context.get("user") or ""
    detail = {"target": target_id, "rows": run.outcome["rows"], "suppressed": run.outcome["suppressed"]}
    models.note_event(context.get("user") or notices.CLOCK, "treated", dataset_id, resource_id, **detail)
    model.Session.commit()
    examinations.enqueue(target_id)
    return row


def _is_pending(dataset_id: str, resource_id: str) -> bool:
    """Whether a file stands in a change of the dataset that waits to be released."""
    try:
        case = tk.get_action("nx_review_show")({"ignore_auth": True}, {"id": dataset_id})
    except (KeyError, tk.ObjectNotFound):  # a site without review, or a dataset that nobody changes
        return False
    return resource_id in {file.get("id") for file in case["content"].get("resources") or ()}


def list_due() -> list[str]:
    """Return the originals whose content changed since they were treated, and those that never were.

    The files themselves are asked, not what was noted of them: a change that nobody looked at is not noted yet. One
    that is still to be examined comes later.
    """
    treatment = models.Treatment
    query = (
        sa.select(treatment.source_sha256, model.Resource)
        .join(model.Resource, model.Resource.id == treatment.source_id)
        .where(model.Resource.state == "active")
        .order_by(treatment.changed)
    )
    due = []
    for known, resource in list(model.Session.execute(query)):
        standing = verdicts.find_standing(examinations.describe(resource))
        if standing.status == verdicts.WAITING:
            examinations.enqueue(resource.id)
        elif standing.sha256 and standing.sha256 != known:
            due.append(resource.id)
    return due


def keep_recipe(context: Any, resource: model.Resource, chosen: Recipe) -> models.Treatment:
    """Keep a recipe that a worker follows: the file is too large to wait for it."""
    row = model.Session.get(models.Treatment, resource.id)
    if row is None:
        row = models.Treatment(source_id=resource.id, dataset_id=str(resource.package_id), author="")
        model.Session.add(row)
    row.recipe, row.source_sha256, row.changed = recipe.to_dict(chosen), "", now()
    row.author = row.author or context.get("user") or ""
    model.Session.commit()
    tk.enqueue_job(
        follow, [resource.id], title=f"treatment of {resource.id}", rq_kwargs={"timeout": examinations.LONGEST}
    )
    return row


def follow_again() -> Iterator[str]:
    """Yield each original that was treated anew."""
    yield from filter(follow, list_due())


def follow(source_id: str) -> bool:
    """Treat an original by its recipe; where that does not go its department is told, once a content."""
    resource = model.Session.get(model.Resource, source_id)
    row = model.Session.get(models.Treatment, source_id)
    if resource is None or row is None:
        return False
    chosen = recipe.from_dict(row.recipe)
    content = models.read_content(source_id, models.FILE)
    # The first file is written as its author, so that it is reviewed as any other; later ones follow a recipe that was.
    context = _site_context() if row.target_id else {"user": row.author}
    try:
        with runs.carry_out(resource, chosen) as run:
            if run.outcome["objections"]:
                raise TreatmentError("; ".join(run.outcome["objections"]))
            write(context, resource, chosen, run, "")
    except (TreatmentError, tk.ValidationError, tk.NotAuthorized) as problem:
        model.Session.rollback()
        log.warning("treatment not followed resource=%s", source_id)
        _note_problem(source_id, content.sha256 if content is not None else "", str(problem))
        return False
    return True


def _site_context() -> dict[str, Any]:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return {"user": user, "ignore_auth": True}


def _note_problem(source_id: str, sha256: str, problem: str) -> None:
    """Keep why a recipe does not fit any more; the treated file stays as it was."""
    row = model.Session.get_one(models.Treatment, source_id)
    row.problem, row.source_sha256, row.changed = problem[:2000], sha256, now()
    resource = model.Session.get_one(model.Resource, source_id)
    package = resource.package
    if package is not None:
        params = notices.describe(resource, package)
        inbox.tell(roles.people(package.owner_org, ("admin", "editor")), notices.NOT_TREATED, params)
    model.Session.commit()


def read_beginning(path: Path, rows: int = 5) -> list[list[str]]:
    """Return the header and the first rows of a new file, to look at."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row, _ in zip(csv.reader(file), range(rows + 1), strict=False)]


def measure(resource_id: str) -> None:
    """Measure a file anew; nothing is done for one that was not examined."""
    resource = model.Session.get(model.Resource, resource_id)
    content = models.read_content(resource_id, models.FILE)
    entry = examinations.describe(resource) if resource is not None else {}
    path = find_path(entry) if entry else None
    if path is not None and content is not None and content.sha256:
        assessment.assess(entry, path, find_name(entry), content.sha256, anew=True)
