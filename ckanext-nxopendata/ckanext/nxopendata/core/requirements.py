"""What a plugin needs of others, said by name when the site starts."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.exceptions import CkanConfigurationException


def require(config: CKANConfig, plugin: str, *needed: str) -> None:
    """Stop the start of a site whose ``ckan.plugins`` lacks what ``plugin`` needs; for ``IConfigurer.update_config``.

    Raises:
        CkanConfigurationException: names the plugins that are missing, in Chinese and English.
    """
    missing = " ".join(name for name in needed if name not in tk.aslist(config["ckan.plugins"]))
    if missing:
        raise CkanConfigurationException(
            f"插件 {plugin} 需要 {missing}：请加到配置项 ckan.plugins 中，写在 {plugin} 旁边。"
            f" The plugin {plugin} needs {missing}: add it to ckan.plugins, beside {plugin}."
        )
