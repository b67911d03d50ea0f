"""CKAN's own actions, which list tags, formats, members and activities whoever may see what they belong to.

Chains, since CKAN reads all of them from the database without asking who is there.
"""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.nxopendata.catalogue.visibility import public_objects

MOST_TAGS = 100_000
"""Tags that a search looks at before it leaves out what is not public."""


@tk.chained_action
@tk.side_effect_free
def tag_list(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, of the tags that public datasets have."""
    tags = original(context, data_dict)
    if public_objects.sees_everything(context):
        return tags
    known = public_objects.find_public_tags(_name(tag) for tag in tags)
    # CKAN gives them as the database happens to: in an order that those that are left out have a part in.
    return sorted((tag for tag in tags if _name(tag) in known), key=_name)


@tk.chained_action
@tk.side_effect_free
def tag_search(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, of the tags that public datasets have."""
    if public_objects.sees_everything(context):
        return original(context, data_dict)
    start, most = int(data_dict.get("offset") or 0), data_dict.get("limit")
    found = original(context, {**data_dict, "offset": 0, "limit": MOST_TAGS})["results"]
    known = public_objects.find_public_tags(tag["name"] for tag in found)
    public = [tag for tag in found if tag["name"] in known]
    end = start + int(most) if most not in (None, "") else None
    return {"count": len(public), "results": public[start:end]}


@tk.chained_action
@tk.side_effect_free
def tag_autocomplete(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, of the tags that public datasets have."""
    if public_objects.sees_everything(context):
        return original(context, data_dict)
    start, most = int(data_dict.get("offset") or 0), data_dict.get("limit")
    names = original(context, {**data_dict, "offset": 0, "limit": MOST_TAGS})
    known = public_objects.find_public_tags(names)
    public = [name for name in names if name in known]
    return public[start : start + int(most) if most not in (None, "") else None]


@tk.chained_action
@tk.side_effect_free
def tag_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; a tag that no public dataset has is not there."""
    tag = original(context, data_dict)
    if public_objects.sees_everything(context) or public_objects.find_public_tags([tag["name"]]):
        return tag
    raise tk.ObjectNotFound


@tk.chained_action
@tk.side_effect_free
def format_autocomplete(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, of the formats that files of public datasets have."""
    formats = original(context, data_dict)
    if public_objects.sees_everything(context):
        return formats
    known = public_objects.find_public_formats(formats)
    return [name for name in formats if name in known]


def _name(tag: Any) -> str:
    return tag["name"] if isinstance(tag, dict) else tag


# Members and accounts


@tk.chained_action
@tk.side_effect_free
def member_list(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's for members; for others the public datasets alone."""
    members = original(context, data_dict)
    group = model.Group.get(data_dict.get("id"))
    if group is None or public_objects.sees_everything(context) or _is_member(context, group):
        return members
    known = public_objects.find_public_datasets(id_ for id_, type_, _capacity in members if type_ == "package")
    return [member for member in members if member[0] in known or member[1] not in ("package", "user")]


@tk.chained_action
@tk.side_effect_free
def organization_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; its people are for those who are signed in."""
    return original(context, _without_people(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def group_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; its people are for those who are signed in."""
    return original(context, _without_people(context, data_dict))


def _without_people(context: Context, data_dict: DataDict) -> DataDict:
    signed_in = context.get("ignore_auth") or context.get("user")
    return data_dict if signed_in else {**data_dict, "include_users": False}


def _is_member(context: Context, group: model.Group) -> bool:
    return authz.has_user_permission_for_group_or_org(group.id, context.get("user"), "read")


@tk.chained_action
@tk.side_effect_free
def user_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, without the digest of the e-mail address, from which an address can be guessed."""
    return _without_digest(context, original(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def user_list(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, without the digests of the e-mail addresses."""
    users = original(context, data_dict)
    return [_without_digest(context, user) for user in users] if isinstance(users, list) else users


def _without_digest(context: Context, user: Any) -> Any:
    if isinstance(user, dict) and not public_objects.sees_everything(context):
        user.pop("email_hash", None)
    return user
