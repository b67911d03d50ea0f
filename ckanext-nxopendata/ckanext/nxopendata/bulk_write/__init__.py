"""Writing many datasets in one transaction and one index batch, with the result of ``package_create`` and
``package_update``.

Knows CKAN and ckanext-scheming, and nothing of the datasets it writes: what a site looks up once for many of them,
it offers by :class:`.interfaces.IBulkWriter`.
"""
