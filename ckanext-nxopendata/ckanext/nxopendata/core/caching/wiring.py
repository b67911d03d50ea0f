"""What a plugin adds to CKAN so that its pages are kept; any number of plugins may, and any one of them is enough."""

from __future__ import annotations

from importlib import resources

import yaml
from ckan.common import CKANConfig
from ckan.config.declaration import Declaration, Key
from ckan.types import CKANApp

from ckanext.nxopendata.core.caching import page_cache, state


class CachingPlugin:
    """Methods of ``IConfigDeclaration``, ``IConfigurable`` and ``IMiddleware`` for a plugin that shows public pages."""

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:
        """Declare the options of the plugin's room and, unless another plugin did, those of the cache."""
        declare_options(declaration, type(self).__module__.rpartition(".")[0])
        if page_cache.PAGE_SECONDS not in declaration:
            declare_options(declaration, "ckanext.nxopendata.core.caching")

    def configure(self, config: CKANConfig) -> None:
        """Notice changes of the database from now on."""
        state.watch()

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        """Answer from the page cache."""
        page_cache.install(app)
        return app


def declare_options(declaration: Declaration, package: str) -> None:
    """Declare the options that ``config_declaration.yaml`` of a package describes, if it has one."""
    file = resources.files(package) / "config_declaration.yaml"
    if file.is_file():  # a room may have no options
        declaration.load_dict(yaml.safe_load(file.read_text(encoding="utf-8")))
