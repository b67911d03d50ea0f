"""What followers of a dataset hear of at once: its files are withheld, or served again."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from ckan import model
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import register_topic
from ckanext.nxopendata.following.models import Favourite, Subscription

WITHHELD, SERVED = "withheld", "served"
EVENTS = (WITHHELD, SERVED)

TEXTS = {
    WITHHELD: _('Files of "{title}" are withheld for verification; the entry stays'),
    SERVED: _('Files of "{title}" are served again'),
}


def register_topics() -> None:
    """Make the topics of followers known."""
    for name, text in TEXTS.items():
        register_topic(_find_topic(name), text)


def _find_topic(event: str) -> str:
    return f"followed files {event}"


def leave_notices(package: model.Package, event: str, but: Collection[str]) -> None:
    """Leave a notice to those who follow a dataset with an account; letters go to subscriptions, by a job.

    Args:
        but: ids of users who are not told.
    """
    kept = sa.select(Favourite.user_id).where(Favourite.dataset_id == package.id)
    subscribed = sa.select(Subscription.user_id).where(
        Subscription.dataset_id == package.id, Subscription.confirmed.isnot(None), Subscription.user_id.isnot(None)
    )
    followers = sa.or_(model.User.id.in_(kept), model.User.id.in_(subscribed))
    query = sa.select(model.User).where(followers, model.User.state == model.State.ACTIVE)
    people = [user for user in model.Session.scalars(query) if user.id not in but]
    page = {"endpoint": "dataset.read", "values": {"id": package.name}}
    inbox.tell(people, _find_topic(event), {"title": package.title or package.name, **page}, write_to=())
