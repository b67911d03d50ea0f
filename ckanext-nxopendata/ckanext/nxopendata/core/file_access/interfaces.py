"""The interface by which rooms say whether somebody may have a file, and what is asked and answered through it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import ckan.authz as authz
from ckan import model
from ckan.plugins.interfaces import Interface

from ckanext.nxopendata.core.file_access.part import Part


@dataclass(frozen=True)
class FileRequest:
    """What is asked: this file, for this person (None: a visitor), at this moment."""

    resource: model.Resource
    dataset: model.Package
    user: model.User | None
    rows: bool
    """Whether the rows of its table are meant, which may lack what the bytes hold; or else its bytes."""
    moment: dt.datetime
    agreement: str = ""
    """The agreement by which it is asked for; "" for any that the person has."""
    granted_only: bool = False
    """Whether it is asked for by a key that takes what was granted, and nothing by the right to edit the dataset."""

    @cached_property
    def edits(self) -> bool:
        """Whether the person asks as one who edits the dataset: administrators, and editors of its department."""
        if self.user is None or self.granted_only:
            return False
        if self.user.sysadmin:
            return True
        owner = self.dataset.owner_org
        return bool(owner) and authz.has_user_permission_for_group_or_org(owner, self.user.name, "update_dataset")


@dataclass(frozen=True, slots=True)
class Access:
    """The answer of a room, or of all of them."""

    allowed: bool
    code: str = "open"
    """Why, for programs; ``hidden`` of a file that this person may not know of."""
    message: str = ""
    """The refusal with its remedy, in the language of the reader."""
    personal: bool = False
    """Whether it depends on who asks: then no cache may keep what was given."""
    binds_editors: bool = False
    """Whether a refusal holds for those who edit the dataset, too."""
    part: Part | None = None
    """The part of the table that is allowed; None: all of it."""
    agreement: str = ""
    """The agreement that decided; "" where none did."""
    page: str = ""
    """Template that explains the refusal better than an error page, rendered with ``access`` and ``dataset``."""


class IFileAccess(Interface):
    """For plugins that know a condition under which a file may be had."""

    def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
        """Return which of some files may be had, as far as this plugin knows.

        Args:
            asked: files for the same person at the same moment, each once; what is read for them is read at once.

        Returns:
            id of the file -> the answer; without those of which the plugin knows nothing.
        """
        raise NotImplementedError
