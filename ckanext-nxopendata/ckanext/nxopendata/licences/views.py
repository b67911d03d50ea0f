"""Pages: licences and terms, the licence assistant, the basket; and the licence and credit of every file sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response, request

from ckanext.nxopendata.core.file_access import doors, serving
from ckanext.nxopendata.core.file_access.views import keep_private
from ckanext.nxopendata.core.language import zh_or_en
from ckanext.nxopendata.core.timezone import CHINA, now
from ckanext.nxopendata.licences import helpers, registry
from ckanext.nxopendata.licences.basket import basket, bundle
from ckanext.nxopendata.licences.odrl import texts
from ckanext.nxopendata.licences.odrl.combine import Operation, combine
from ckanext.nxopendata.licences.odrl.engine import evaluate
from ckanext.nxopendata.licences.odrl.policy import Policy
from ckanext.nxopendata.licences.odrl.vocabulary import FOLDER

nx_licence = Blueprint("nx_licence", __name__)

TURTLE = "text/turtle; charset=utf-8"
JSONLD = "application/ld+json; charset=utf-8"


def _policy(licence_id: str) -> Policy:
    policy = registry.register().get(licence_id)
    if policy is None:
        tk.abort(404, tk._("There is no such licence"))
    return policy  # pyright: ignore[reportReturnType] # abort raises


def _page(template: str, **variables: Any) -> str:
    return tk.render(f"licences/{template}.html", {"lang": zh_or_en(), "words": texts, **variables})


# Licences


@nx_licence.route("/licence")
def index() -> str:
    """All licences in three groups."""
    groups = {
        status: [policy for policy in registry.register() if policy.status == status]
        for status in ("active", "legacy", "generic")
    }
    return _page("index", groups=groups)


@nx_licence.route("/licence/<licence_id>")
def show(licence_id: str) -> str:
    """One licence in plain words."""
    policy = _policy(licence_id)
    return _page(
        "show",
        policy=policy,
        card=texts.card(policy),
        legal={lang: helpers.legal_url(policy, lang) for lang in policy.legal_text},
    )


@nx_licence.route("/licence/<licence_id>.jsonld")
def policy(licence_id: str) -> Response:
    """The ODRL policy."""
    document = helpers.policy_document(_policy(licence_id))
    return Response(json.dumps(document, ensure_ascii=False, indent=1), content_type=JSONLD)


@nx_licence.route("/licence/<licence_id>/terms")
def terms(licence_id: str) -> str:
    """Our own terms in full."""
    found = _policy(licence_id)
    path = FOLDER / "texts" / f"{found.id}.{zh_or_en()}.md"
    if not path.is_file():
        tk.abort(404, tk._("The text of this licence stands on the site of those who wrote it"))
    return _page("terms", policy=found, text=path.read_text(encoding="utf-8"))


@nx_licence.route("/ns/odrl")
@nx_licence.route("/ns/odrl.ttl")
def profile() -> Response:
    """The ODRL profile."""
    return Response((FOLDER / "vocabulary" / "profile.ttl").read_text(encoding="utf-8"), content_type=TURTLE)


@nx_licence.route("/ns/licence.jsonld")
def context() -> Response:
    """The JSON-LD context of the licence files."""
    return Response((FOLDER / "vocabulary" / "context.jsonld").read_text(encoding="utf-8"), content_type=JSONLD)


# The licence assistant


@nx_licence.route("/licence-assistant")
def assistant() -> str:
    """Pick licences or datasets and a use; get the answer with reasons. Works by GET, without JavaScript."""
    register = registry.register()
    chosen = [register[name] for name in dict.fromkeys(request.args.getlist("licence")) if name in register]
    wanted = [name.strip() for name in request.args.get("datasets", "").replace("，", ",").split(",") if name.strip()]
    datasets, unknown = _datasets(wanted[:20])
    policies = [*chosen, *(item for dataset in datasets for item in registry.policies_of(dataset))]
    name = request.args.get("operation", "")
    operation = Operation(name) if name in list(Operation) else None
    commercial = "commercial" in request.args
    result = None
    details = []
    if policies and operation:
        case = {"commercial": commercial, "dateTime": now()}
        result = combine(policies, operation, register, case)
        details = [evaluate(found, action, case) for found in dict.fromkeys(policies) for action in operation.actions]
    credit = [helpers.credit_of(dataset) for dataset in datasets]
    return _page(
        "assistant",
        register=register,
        chosen=chosen,
        datasets=datasets,
        unknown=unknown,
        operation=operation,
        operations=list(Operation),
        commercial=commercial,
        result=result,
        details=details,
        credits=credit,
    )


def _datasets(names: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    found: list[dict[str, Any]] = []
    unknown: list[str] = []
    for name in names:
        try:
            found.append(tk.get_action("package_show")({"user": tk.current_user.name}, {"id": _last(name)}))
        except (tk.ObjectNotFound, tk.NotAuthorized):
            unknown.append(name)
    return found, unknown


def _last(name: str) -> str:
    """People paste addresses: the last part of ``https://…/dataset/name`` is the name."""
    return name.rstrip("/").rpartition("/")[2].partition("?")[0]


# The basket


@nx_licence.route("/basket")
def basket_show() -> Response:
    """What is chosen, and whether it may go out together."""
    return _basket_page(200)


def _basket_page(status: int) -> Response:
    chosen = basket.list_files(tk.current_user.name)
    judgement = basket.judge(chosen) if chosen else None
    page = _page("basket", items=chosen, judgement=judgement, register=registry.register())
    return keep_private(Response(page, status))


@nx_licence.route("/basket/add", methods=["POST"])
def basket_add() -> Any:
    """Put files (``resource``) or all files of a dataset (``dataset``) into the basket."""
    wanted = request.form.getlist("resource")
    if request.form.get("dataset"):
        try:
            dataset = tk.get_action("package_show")({"user": tk.current_user.name}, {"id": request.form["dataset"]})
        except (tk.ObjectNotFound, tk.NotAuthorized):
            return tk.abort(404, tk._("There is no such dataset"))
        wanted += [resource["id"] for resource in dataset["resources"]]
    left_out = basket.add([name for name in wanted if len(name) <= 100])
    if left_out:
        tk.h.flash_notice(tk._("The basket is full: {count} files did not fit").format(count=left_out))
    return tk.redirect_to("nx_licence.basket_show")


@nx_licence.route("/basket/remove", methods=["POST"])
def basket_remove() -> Any:
    """Take one file out, or all (``all``)."""
    if "all" in request.form:
        basket.clear()
    else:
        basket.remove(request.form.get("resource", ""))
    return tk.redirect_to("nx_licence.basket_show")


@nx_licence.route("/basket/download")
def basket_download() -> Any:
    """The bundle, streamed; or the basket with the reasons why not (409)."""
    chosen = basket.list_files(tk.current_user.name)
    if not chosen or not basket.judge(chosen).allowed:
        return _basket_page(409 if chosen else 404)
    for item in (item for item in chosen if item.stored):
        serving.note(item.resource["id"], tk.current_user.name, item.access, rows=False)
    at = now().astimezone(CHINA)
    name = quote(f"数据篮-{at:%Y%m%d-%H%M%S}.zip")
    response = Response(bundle.stream(basket.list_members(chosen), at), content_type="application/zip")
    plain = f"basket-{at:%Y%m%d}.zip"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    keep_private(response)
    for found in dict.fromkeys(item.policy for item in chosen):
        response.headers.add("Link", f'<{helpers.licence_url(found)}>; rel="license"')
    return response


# What every file is sent with


@nx_licence.after_app_request
def announce(response: Response) -> Response:
    """Name the licence and the credit on every file that is sent."""
    if response.status_code >= 400 or (resource_id := doors.find_resource_id()) is None:
        return response
    resource = model.Resource.get(resource_id)
    if resource is None or resource.package is None:
        return response
    dataset = tk.get_action("package_show")({"ignore_auth": True}, {"id": resource.package_id})
    own = next((r.get("license") for r in dataset["resources"] if r["id"] == resource_id), None)
    found = registry.policy_of(own or dataset.get("license_id"))
    for name, value in helpers.download_headers(dataset, found).items():
        response.headers.add(name, value)
    return response
