"""Actions on copied files."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import Json


@tk.side_effect_free
def nx_harvest_file_list(context: Context, data_dict: DataDict) -> list[Json]:
    """The contents that a copied file had, newest first; empty for a file that was not copied.

    :param id: id of the file (resource)
    :returns: ``[{number, name, sha256, size, source_url, fetched, checked, failure, current, kept}]``: ``checked`` is
        when the source was last asked for it, ``failure`` the code of why it did not give it then, ``current`` whether
        readers get this content, ``kept`` whether it can still be downloaded
    """
    tk.check_access("nx_harvest_file_list", context, data_dict)
    resource = tk.get_action("resource_show")(context, {"id": tk.get_or_bust(data_dict, "id")})
    return versions.list_contents(resource)
