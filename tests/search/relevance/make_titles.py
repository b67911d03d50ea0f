"""Make ``titles.csv``: titles as Chinese departments write them, every subject in several places.

    python tests/search/relevance/make_titles.py

The subjects are those of public catalogues of Chinese provinces and cities; the titles are composed, not copied.
"""

import csv
from pathlib import Path

HERE = Path(__file__).parent
PLACES = ("宁夏回族自治区", "银川市", "石嘴山市", "吴忠市", "固原市", "中卫市", "兴庆区", "金凤区", "灵武市", "盐池县")
SUBJECTS = {
    "scenic": ("A级旅游景区名录", "旅游", "自治区文化和旅游厅"),
    "hotel": ("星级饭店名录", "旅游", "自治区文化和旅游厅"),
    "tourists": ("旅游接待人次统计", "旅游", "自治区文化和旅游厅"),
    "museum": ("博物馆信息", "文化", "自治区文化和旅游厅"),
    "relic": ("文物保护单位名录", "文物", "自治区文化和旅游厅"),
    "population": ("常住人口统计", "人口", "自治区统计局"),
    "census": ("第七次全国人口普查数据", "人口普查", "自治区统计局"),
    "gdp": ("地区生产总值（GDP）核算数据", "经济", "自治区统计局"),
    "income": ("居民人均可支配收入", "收入", "自治区统计局"),
    "poverty": ("脱贫人口监测情况", "乡村振兴", "自治区乡村振兴局"),
    "village": ("乡村振兴重点帮扶村名单", "乡村振兴", "自治区乡村振兴局"),
    "air": ("空气质量日报", "环境", "自治区生态环境厅"),
    "pm25": ("PM2.5浓度监测数据", "环境", "自治区生态环境厅"),
    "water": ("地表水水质监测数据", "环境", "自治区生态环境厅"),
    "polluter": ("重点排污单位名录", "环境", "自治区生态环境厅"),
    "school": ("中小学基本信息", "教育", "自治区教育厅"),
    "kindergarten": ("幼儿园名单", "教育", "自治区教育厅"),
    "hospital": ("医疗机构名录", "医疗", "自治区卫生健康委员会"),
    "pharmacy": ("零售药店名单", "医疗", "自治区药品监督管理局"),
    "doctor": ("执业医师注册信息", "医疗", "自治区卫生健康委员会"),
    "vaccine": ("预防接种门诊一览表", "医疗", "自治区卫生健康委员会"),
    "elderly": ("养老机构名录", "养老", "自治区民政厅"),
    "lowincome": ("最低生活保障标准", "救助", "自治区民政厅"),
    "bus": ("公交线路和站点", "交通", "自治区交通运输厅"),
    "taxi": ("出租汽车企业名单", "交通", "自治区交通运输厅"),
    "road": ("公路里程统计", "交通", "自治区交通运输厅"),
    "parking": ("公共停车场信息", "城建", "自治区住房和城乡建设厅"),
    "toilet": ("公共厕所分布", "城建", "自治区住房和城乡建设厅"),
    "housing": ("商品房预售许可信息", "住房", "自治区住房和城乡建设厅"),
    "charging": ("电动汽车充电桩分布", "能源", "自治区发展和改革委员会"),
    "project": ("重大建设项目清单", "项目", "自治区发展和改革委员会"),
    "enterprise": ("企业登记信息", "市场", "自治区市场监督管理厅"),
    "food": ("食品安全抽检结果", "食品", "自治区市场监督管理厅"),
    "elevator": ("电梯登记信息", "特种设备", "自治区市场监督管理厅"),
    "fund": ("住房公积金缴存情况", "住房", "自治区住房和城乡建设厅"),
    "social": ("社会保险参保人数", "社保", "自治区人力资源和社会保障厅"),
    "jobs": ("招聘岗位信息", "就业", "自治区人力资源和社会保障厅"),
    "land": ("建设用地供应结果", "土地", "自治区自然资源厅"),
    "mine": ("采矿权登记信息", "矿产", "自治区自然资源厅"),
    "grape": ("酿酒葡萄种植面积", "农业", "自治区农业农村厅"),
    "goji": ("枸杞产量统计", "农业", "自治区农业农村厅"),
    "sheep": ("滩羊存栏和出栏统计", "农业", "自治区农业农村厅"),
    "weather": ("气象站观测数据", "气象", "自治区气象局"),
    "earthquake": ("应急避难场所分布", "应急", "自治区应急管理厅"),
    "fire": ("消防重点单位名单", "应急", "自治区消防救援总队"),
    "lawyer": ("律师事务所名录", "司法", "自治区司法厅"),
    "notary": ("公证机构名录", "司法", "自治区司法厅"),
    "budget": ("部门预算公开数据", "财政", "自治区财政厅"),
    "tax": ("税收收入统计", "财政", "国家税务总局宁夏税务局"),
    "police": ("派出所户籍窗口信息", "公安", "自治区公安厅"),
    "vehicle": ("机动车检测机构名单", "公安", "自治区公安厅"),
}

if __name__ == "__main__":
    with (HERE / "titles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["subject", "place", "title", "tag", "department"])
        for subject, (words, tag, department) in SUBJECTS.items():
            writer.writerows((subject, place, place + words, tag, department) for place in PLACES)
