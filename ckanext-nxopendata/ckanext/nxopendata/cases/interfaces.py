"""The interface by which other rooms follow what becomes of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckan.plugins.interfaces import Interface

if TYPE_CHECKING:  # who follows cases needs none of their tables on a site without them
    from ckan import model

    from ckanext.nxopendata.cases.definitions.kind import Step
    from ckanext.nxopendata.cases.models import Case


class ICaseFollower(Interface):
    """For plugins that hold something that depends on where a case stands."""

    def follow_case(self, case: Case, step: Step, role: str, opinion: str, actor: model.User | None) -> None:
        """Do what follows of a step, in its transaction. Nothing here commits.

        Args:
            case: as it is after the step.
            role: in which it was taken; ``system`` has no actor.
            opinion: the words of who took it, "" for none.
        """
