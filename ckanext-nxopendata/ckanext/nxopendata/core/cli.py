"""The command group ``ckan nx``: every room hangs its own sub-commands here."""

import click


@click.group(short_help="宁夏公共数据开放平台 / Ningxia open-data portal")
def nx() -> None:
    """Commands of ckanext-nxopendata, one group a room."""
