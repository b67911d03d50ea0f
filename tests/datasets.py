"""Datasets for tests of every room."""

from typing import Any

COMPLETE: dict[str, Any] = {
    "title_translated": {"zh": "宁夏A级旅游景区名录", "en": "Scenic spots of Ningxia"},
    "notes_translated": {"zh": "全区A级景区的名称、等级和位置。"},
    "license_id": "nx-open-1.0",
    "nx_class_code": "214",
    "nx_format_category": "2",
    "nx_format_type": "csv",
    "nx_share_type": "1",
    "nx_share_method_category": "platform",
    "nx_share_method": "2",
    "nx_is_open": "1",
    "nx_update_cycle": "6",
    "nx_publish_date": "2024-05-31",
    "nx_contact_name": "资源处",
    "nx_contact_phone": "0951-5016000",
    "nx_items": [{"name": "景区名称", "type": "C", "length": "200"}],
}
"""All that a dataset needs to be submitted for registration; its department apart."""
