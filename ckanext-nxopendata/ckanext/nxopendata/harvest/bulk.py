"""placeholder"""

from ckanext.nxopendata.harvest.apply import ActionWriter as BulkWriter  # noqa: F401
