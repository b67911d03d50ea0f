"""Wiring of the catalogue: what a dataset and a department are."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import CKANApp, Context
from ckanext.scheming.plugins import SchemingGroupsPlugin, SchemingOrganizationsPlugin

from ckanext.nxopendata import catalogue
from ckanext.nxopendata.bulk_write.interfaces import IBulkWriter
from ckanext.nxopendata.bulk_write.validation import CachedSchemaDatasetsPlugin
from ckanext.nxopendata.catalogue import (
    data_sources,
    downloads,
    files,
    form,
    index,
    multilingual,
    organizations,
    schema,
    visibility,
)
from ckanext.nxopendata.catalogue.bulk_lookups import BulkLookups
from ckanext.nxopendata.catalogue.multilingual import output
from ckanext.nxopendata.catalogue.schema import data_items_form
from ckanext.nxopendata.catalogue.visibility import activity_lists
from ckanext.nxopendata.core import requirements, wiring
from ckanext.nxopendata.core.display import pages
from ckanext.nxopendata.core.edge import request_check
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.payload import action_guard, value_types
from ckanext.nxopendata.i18n.wiring import CentralTranslation

SCHEMAS = "ckanext.nxopendata.schemas"
SUBJECTS = (catalogue, data_sources, downloads, form, multilingual, organizations, schema, visibility)


def _actions() -> wiring.Functions:
    of_activities = activity_lists.ACTIONS if p.plugin_loaded("activity") else {}
    return {**wiring.actions(SUBJECTS)(), **of_activities}


@tk.blanket.actions(_actions)
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
@tk.blanket.validators(wiring.validators(SUBJECTS))
class NxOpendataCataloguePlugin(p.SingletonPlugin, CentralTranslation, BulkLookups):
    """Code lists, localised fields, the index document; goes before the two schema plugins below."""

    p.implements(IBulkWriter, inherit=True)
    p.implements(p.IConfigurer)
    p.implements(p.IGroupController, inherit=True)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.ITranslation)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        # Accounts, with who is an administrator, are nobody's business who has none.
        config["ckan.auth.public_user_details"] = False
        tk.add_template_directory(config, "templates")
        pages.add_to(config)
        tk.add_resource("assets", "nxopendata_catalogue")

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        request_check.install(app)
        return app

    # IResourceController

    def before_resource_create(self, context: Context, resource: dict[str, Any]) -> None:
        files.describe_upload(resource)

    def before_resource_update(self, context: Context, current: dict[str, Any], resource: dict[str, Any]) -> None:
        files.describe_upload(resource)

    def before_resource_show(self, resource_dict: dict[str, Any]) -> dict[str, Any]:
        return files.restore_original_name(files.without_forbidden_address(resource_dict))

    # IGroupController, IOrganizationController

    def before_view(self, data_dict: dict[str, Any]) -> dict[str, Any]:
        return output.localise_organization(data_dict, reader_language())

    # IPackageController

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return index.build_document(pkg_dict)

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        output.localise_datasets([pkg_dict], reader_language())

    def after_dataset_search(self, search_results: dict[str, Any], search_params: dict[str, Any]) -> dict[str, Any]:
        language = reader_language()
        output.localise_datasets(search_results["results"], language)
        output.localise_facets(search_results, language)
        return index.label_facets(search_results, language)


PRESETS = f"ckanext.scheming:presets.json {SCHEMAS}:presets.yaml"


class NxOpendataDatasetsPlugin(CachedSchemaDatasetsPlugin):
    """Datasets by ``schemas/dataset.yaml``."""

    def validate(self, context: Context, data_dict: dict[str, Any], schema: Any, action: str) -> Any:
        data_items_form.items_from_form(data_dict)
        if not action.endswith("_show"):
            schemas: Any = self._schemas
            known = schemas.get(data_dict.get("type") or "", {})
            fields, of_files = known.get("dataset_fields", ()), known.get("resource_fields", ())
            wrong = value_types.find_type_errors(data_dict, fields, of_files)
            if wrong:
                return data_dict, action_guard.to_error_dict(wrong)
        return super().validate(context, data_dict, schema, action)

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(
            config, "nxopendata_datasets", "nxopendata_catalogue", "nxopendata_licences", "nxopendata_review"
        )
        config["scheming.presets"] = PRESETS
        config["scheming.dataset_schemas"] = f"{SCHEMAS}:dataset.yaml"
        config["scheming.dataset_fallback"] = True  # a type without a schema is refused, not taken as it comes
        super().update_config(config)


def _shaped(plugin: Any, data_dict: dict[str, Any], action: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The answer of a validation that cannot begin, because the data has not the shape of its fields; else None."""
    if action.endswith("_show"):
        return None
    known = plugin._schemas.get(data_dict.get("type") or plugin.UNSPECIFIED_GROUP_TYPE, {})
    wrong = value_types.find_type_errors(data_dict, known.get("fields", ()))
    return (data_dict, action_guard.to_error_dict(wrong)) if wrong else None


def _require_type(plugin: Any, data_dict: dict[str, Any]) -> None:
    """Answer 404 where the address of a form asks for a type that there is not; ckanext-scheming 3.1.0 fails then."""
    if (name := data_dict.get("type")) and name not in plugin._schemas:
        tk.abort(404)


class NxOpendataGroupsPlugin(SchemingGroupsPlugin):
    """CKAN's groups by ``schemas/group.yaml``: their names in every language."""

    def validate(self, context: Context, data_dict: dict[str, Any], schema: Any, action: str) -> Any:
        return _shaped(self, data_dict, action) or super().validate(context, data_dict, schema, action)

    def setup_template_variables(self, context: Context, data_dict: dict[str, Any]) -> None:
        _require_type(self, data_dict)
        super().setup_template_variables(context, data_dict)

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_groups", "nxopendata_catalogue")
        config["scheming.presets"] = PRESETS
        config["scheming.group_schemas"] = f"{SCHEMAS}:group.yaml"
        super().update_config(config)


class NxOpendataOrganizationsPlugin(SchemingOrganizationsPlugin):
    """Departments by ``schemas/organization.yaml``."""

    def validate(self, context: Context, data_dict: dict[str, Any], schema: Any, action: str) -> Any:
        return _shaped(self, data_dict, action) or super().validate(context, data_dict, schema, action)

    def setup_template_variables(self, context: Context, data_dict: dict[str, Any]) -> None:
        _require_type(self, data_dict)
        super().setup_template_variables(context, data_dict)

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_organizations", "nxopendata_catalogue")
        config["scheming.presets"] = PRESETS
        config["scheming.organization_schemas"] = f"{SCHEMAS}:organization.yaml"
        super().update_config(config)
