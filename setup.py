"""Packaging of ckanext-nxopendata: ``schemas/`` ships inside the wheel as ``ckanext.nxopendata.schemas``."""

import sys
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
CODE = "ckanext-nxopendata"
SCHEMAS = "ckanext.nxopendata.schemas"

code_packages = find_namespace_packages(CODE, include=["ckanext.nxopendata", "ckanext.nxopendata.*"])
schema_packages = [SCHEMAS] + [f"{SCHEMAS}.{name}" for name in find_namespace_packages("schemas")]


def requirements(name: str) -> list[str]:
    lines = (HERE / "requirements" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class BuildWithTranslations(build_py):
    """Build the message catalogues first: they are made from ``i18n/sources/`` and not kept in version control."""

    def run(self) -> None:
        sys.path.insert(0, str(HERE / CODE))
        from ckanext.nxopendata.i18n import catalogues

        catalogues.compile_catalogue()
        super().run()


setup(
    cmdclass={"build_py": BuildWithTranslations},
    name="ckanext-nxopendata",
    version="0.1.0.dev0",
    description="宁夏公共数据开放平台：CKAN 2.12 扩展 · Open-data portal of Ningxia, as CKAN 2.12 plugins",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="AGPL-3.0-or-later",
    license_files=["LICENSE"],
    classifiers=[
        "Programming Language :: Python :: 3.11",
        "Framework :: CKAN",
        "Natural Language :: Chinese (Simplified)",
        "Natural Language :: English",
    ],
    python_requires=">=3.11",
    packages=code_packages + schema_packages,
    package_dir={"": CODE, SCHEMAS: "schemas"},
    package_data={"": ["*", "**/*"]},
    install_requires=requirements("base.in"),
    extras_require={"test": requirements("test.in"), "deploy": requirements("deploy.in")},
    entry_points={
        "ckan.plugins": [
            f"nxopendata_{room} = ckanext.nxopendata.{room}.plugin:NxOpendata{room.title()}Plugin"
            for room in (
                "cases",
                "catalogue",
                "changes",
                "exchange",
                "following",
                "harvest",
                "licences",
                "portal",
                "register",
                "review",
                "safety",
                "search",
                "tables",
            )
        ]
        + [
            "nxopendata_datasets = ckanext.nxopendata.catalogue.plugin:NxOpendataDatasetsPlugin",
            "nxopendata_organizations = ckanext.nxopendata.catalogue.plugin:NxOpendataOrganizationsPlugin",
            "nxopendata_groups = ckanext.nxopendata.catalogue.plugin:NxOpendataGroupsPlugin",
        ],
        "ckan.rdf.profiles": [
            "nx_dcat_ap = ckanext.nxopendata.exchange.dcat.profile:NxDcatApProfile",
            "nx_licences = ckanext.nxopendata.licences.profiles:NxLicenceProfile",
        ],
    },
)
