"""A compiled schema gives what CKAN's own validation gives, for datasets good and bad."""

import copy

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("with_plugins")

WORDS = st.text(st.sampled_from("数据 a1,{["), max_size=8)
VALUES = st.one_of(st.none(), WORDS, st.integers(-1, 9), st.just([]), st.lists(WORDS, max_size=2))
FIELDS = (
    *("title", "notes", "name", "url", "version", "private", "tag_string", "unheard_of", "author_email", "state"),
    *("nx_update_cycle", "nx_theme", "nx_region", "nx_publish_date", "nx_share_type", "nx_is_open", "license_id"),
    *("nx_temporal_start", "nx_contact_phone", "nx_provider_unit", "groups", "plugin_data", "nx_items-0-name"),
)
ITEM = st.dictionaries(st.sampled_from(["name", "type", "length", "unheard_of"]), VALUES, min_size=1)
FILE = st.dictionaries(
    st.sampled_from(["url", "name", "format", "size", "license", "nx_file_name", "unheard_of", "id"]),
    VALUES,
    min_size=1,
)
EXTRA = st.fixed_dictionaries({"key": st.sampled_from(["一", "nx_region", "nx_theme"])}, optional={"value": WORDS})
DATASET = st.builds(
    lambda fields, more: {**fields, **more, "type": "dataset"},
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8),
    st.fixed_dictionaries(
        {"title_translated": st.one_of(VALUES, st.just({"zh": "数据", "en": "data"}))},
        optional={
            "resources": st.lists(FILE, max_size=3),
            "nx_items": st.lists(ITEM, max_size=3),
            "extras": st.lists(EXTRA, max_size=3),
            "tags": st.lists(st.fixed_dictionaries({"name": WORDS}), max_size=2),
        },
    ),
)


def outcome(validate, *arguments):
    """What a validation gives, or how it fails."""
    try:
        return validate(*arguments)
    except Exception as error:
        return type(error)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=DATASET, action=st.sampled_from(["package_create", "package_update"]))
def test_gives_what_the_plugin_gives(clean_db, data, action):
    from ckan import model
    from ckan.lib import plugins

    from ckanext.nxopendata.bulk_write import validation

    plugin = plugins.lookup_package_plugin("dataset")
    context = {"model": model, "session": model.Session, "user": "", "ignore_auth": True, "for_edit": True}
    schema = getattr(plugin, f"{action.removeprefix('package_')}_package_schema")()
    slow = outcome(plugins.plugin_validate, plugin, dict(context), copy.deepcopy(data), schema, action)
    fast = outcome(validation.validate, plugin, dict(context), copy.deepcopy(data), action)
    model.Session.rollback()
    assert drawn(fast) == drawn(slow)


def drawn(result):
    """The result without the names and codes that are drawn anew each time."""
    if not isinstance(result, tuple):
        return result
    data, errors = result
    kept = {
        name: value for name, value in data.items() if not (isinstance(value, str) and value.startswith("dataset-"))
    }
    if isinstance(data.get("extras"), list):
        kept["extras"] = [extra for extra in data["extras"] if extra.get("key") != "nx_resource_code"]
    return kept, errors
