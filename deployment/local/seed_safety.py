"""Two private datasets of made-up people: the safety check blocks one; the other is signed off by two persons."""

from __future__ import annotations

import io
from typing import Any

BLOCKED, SIGNED = "demo-safety-blocked", "demo-safety-signed"
OWNER, EDITOR, OFFICER = "zizhiqu-wenhua-he-lvyou-ting", "wlt", "office"

COMPLAINTS = """受理编号,投诉人,身份证号,事由
TS0001,张三,640104199003070014,演示：行程变更
TS0002,李四,640104198811110018,演示：退团退费
TS0003,王五,640104199003070014,演示：导游服务
"""
GUIDES = """姓名,手机号码,语种
张三,13895001234,普通话
李四,13895001235,英语
王五,13895001236,阿拉伯语
"""
DATASETS = (
    (BLOCKED, "旅游投诉登记（安全检查演示：不得公开）", COMPLAINTS),
    (SIGNED, "导游服务名单（安全检查演示：会签）", GUIDES),
)
REASON = {"kind": "synthetic", "reason": "人物和号码均为虚构，用于演示会签", "article": "演示环境说明"}


def load(act: Any) -> None:
    """Make the two datasets, and the sign-off of the second, unless they are there."""
    import ckan.plugins.toolkit as tk
    from werkzeug.datastructures import FileStorage

    act("nx_safety_officer_update", user=OFFICER, officer=True)
    for name, title, content in DATASETS:
        try:
            act("package_show", id=name)
            continue
        except tk.ObjectNotFound:
            pass
        summary = {"zh": "人物和号码均为虚构，不公开，用来演示发布前的安全检查。"}
        texts = {"title_translated": {"zh": title}, "notes_translated": summary}
        act("package_create", name=name, owner_org=OWNER, private=True, license_id="nx-open-1.0", **texts)
        upload = FileStorage(stream=io.BytesIO(content.encode()), filename="demo.csv")
        file = act("resource_create", package_id=name, name="名单", format="CSV", url="demo.csv", upload=upload)
        act("nx_safety_scan", id=file["id"])
        if name == SIGNED:
            signoff = tk.get_action("nx_safety_signoff_create")({"user": EDITOR}, {"id": file["id"], **REASON})
            tk.get_action("nx_safety_signoff_decide")({"user": OFFICER}, {"id": signoff["id"], "approve": True})
