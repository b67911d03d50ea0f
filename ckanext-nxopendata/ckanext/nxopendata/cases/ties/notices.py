"""What those who have an agreement on a dataset are told of an objection; never who objected."""

from __future__ import annotations

import ckan.model as model
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import register_topic

WITHHELD, SERVED = "case files withheld", "case files served"


def register_topics() -> None:
    """Make the topics known."""
    register_topic(WITHHELD, _('Files of "{title}", on which you have an agreement, are withheld for verification'))
    register_topic(SERVED, _('Files of "{title}", on which you have an agreement, are served again'))


def tell_holders(people: list[model.User], package: model.Package, *, is_withheld: bool) -> None:
    """Tell those who have an agreement on a dataset that its files are withheld, or served again."""
    page = {"endpoint": "dataset.read", "values": {"id": package.name}}
    params = {"title": package.title or package.name, **page}
    topic = WITHHELD if is_withheld else SERVED
    inbox.tell(people, topic, params, write_to=filter(assurance.may_be_written_to, people))
