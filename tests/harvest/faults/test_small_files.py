"""Small files with words of failure are files; small answers that say of themselves that they failed are none."""

from __future__ import annotations

import json

import pytest

from .test_http import ZIPPED, prove

XML = "<?xml version='1.0' encoding='UTF-8'?>"
KML = f'{XML}<kml xmlns="http://www.opengis.net/kml/2.2">'
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FEATURE = '{"type":"Feature","properties":{"状态":"停止维护"},"geometry":{"type":"Point","coordinates":[106,38]}}'

TAKEN = {
    # every format with unlucky words
    "JSON rows": ('[{"设备":"A","状态":"失败"}]', "application/json", "a.json"),
    "JSON rows of many": ('[{"号":1,"状态":"异常"},{"号":2,"状态":"session expired"}]', "application/json", "a.json"),
    "JSON of a refusal": (
        '{"code":200,"msg":"success","data":[{"企业":"某公司","事由":"拒绝履行"}]}',
        *("application/json", "a.json"),
    ),
    "JSON, its format untold": ('[{"设备":"A","状态":"失败"}]', "text/plain", "download?id=1"),
    "JSON with tags, its format untold": (
        '{"rows":[{"正文":"<iframe src=x></iframe>"},{"正文":"登录"}]}',
        "text/plain",
        "download?id=1",
    ),
    "JSON in lines": ('{"设备":"A","状态":"失败"}\n{"设备":"B","状态":"正常"}\n', "application/json", "a.jsonl"),
    "JSON with a comma too many": ('[{"设备":"A","状态":"失败"},]', "application/json", "a.json"),
    "JSON of one column": ('["失败","异常","超时"]', "application/json", "a.json"),
    "JSON-LD": ('{"@id":"http://a.example/1","http://a.example/状态":"失效"}', "application/ld+json", "a.jsonld"),
    "JSONP of data": ('callback({"rows":[{"状态":"失败"}]});', "text/javascript", "a.js"),
    "data in JavaScript": ('var rows = [{"状态":"失败"}];', "text/javascript", "data.js"),
    "GeoJSON": ('{"type":"FeatureCollection","features":[' + FEATURE + "]}", "application/geo+json", "a.geojson"),
    "GeoJSON of one": (FEATURE, "application/geo+json", "a.geojson"),
    "XML": (f"{XML}<rows><row><s>error</s></row><row><s>ok</s></row></rows>", "text/xml", "a.xml"),
    "XML of one row": ("<rows><row><s>error</s></row></rows>", "text/xml", "a.xml"),
    "XML of the denied": ("<list><item>禁止停车</item><item>禁止鸣笛</item></list>", "text/xml", "a.xml"),
    "KML": (f"{KML}<Placemark><name>停止维护的井</name></Placemark></kml>", "application/xml", "a.kml"),
    "RDF": (
        f'{XML}<rdf:RDF xmlns:rdf="{RDF}" xmlns:a="http://a.example/"><rdf:Description><a:s>failed</a:s>'
        "</rdf:Description></rdf:RDF>",
        *("application/rdf+xml", "a.rdf"),
    ),
    "SVG": (
        '<svg xmlns="http://www.w3.org/2000/svg"><title>登录失败次数</title><text>错误</text></svg>',
        *("image/svg+xml", "a.svg"),
    ),
    "Turtle": ('@prefix a: <http://a.example/> .\na:x a:status "failed" .\n', "text/turtle", "a.ttl"),
    "Turtle of relative addresses": ('<a> <b> "failed" .\n', "text/turtle", "a.ttl"),
    "Turtle of a title": ('<title> <b> "failed" .\n<p> a <q> .\n', "text/turtle", "a.ttl"),
    "Turtle without a name": ('[] <http://a.example/s> "失败" .\n', "text/turtle", "a.ttl"),
    "triples": ('<http://a.example/x> <http://a.example/s> "无效" .\n', "application/n-triples", "a.nt"),
    "graphs": ('{ <http://a.example/x> <http://a.example/s> "无效" . }\n', "application/trig", "a.trig"),
    "SQL": ("drop table session;", "application/sql", "a.sql"),
    "SQL of an error": ("INSERT INTO t VALUES (1, '失败');", "text/plain", "a.sql"),
    "SQL with a comment": ("-- 会话表\nCREATE TABLE session (id int);", "text/plain", "a.sql"),
    "SQL, its format untold": ("delete from session where state = 'expired';", "text/plain", "download?id=1"),
    "CSV": ("id,error\n", "text/csv", "a.csv"),
    "CSV of a column": ("error rate\n0.2\n", "text/csv", "a.csv"),
    "a table with blanks": ("错误类型 数量\n失败 3\n", "text/plain", "a.txt"),
    # statistics of errors
    "errors of a year": ('{"year":2023,"errors":12,"total":50}', "application/json", "a.json"),
    "a count of errors": ('{"error_count":3,"total":100}', "application/json", "a.json"),
    "an error of measurement": ('[{"error":0.5,"x":1,"y":2}]', "application/json", "a.json"),
    "a rate among many": (
        json.dumps([{"error_rate": 0.1} | {f"k{n}": n for n in range(30)}]),
        *("application/json", "a.json"),
    ),
    "a rate among few": ('[{"error_rate":"0.1%","fault_rate":"3%"}]', "application/json", "a.json"),
    "an error in XML": ("<root><error>0.2</error><value>3</value></root>", "text/xml", "a.xml"),
    "errors in a list of numbers": ('{"errors":[12,15,9]}', "application/json", "a.json"),
    "errors by month": (
        '{"errors":[{"month":"1月","n":3},{"month":"2月","n":5}]}',
        *("application/json", "a.json"),
    ),
    "errors of stations in XML": (
        "<errors><error><station>银川</station><n>3</n></error><error><station>吴忠</station><n>1</n></error></errors>",
        *("text/xml", "a.xml"),
    ),
    # faults of the earth and of devices
    "a fault": ('<fault id="7"><name>贺兰山东麓断裂</name></fault>', "text/xml", "a.xml"),
    "a fault with a code": (
        "<fault><code>F07</code><name>贺兰山东麓断裂</name><length>80</length></fault>",
        *("text/xml", "a.xml"),
    ),
    "faults": ('{"faults":[{"name":"贺兰山东麓断裂","length":80}]}', "application/json", "a.json"),
    "a fault in JSON": ('{"fault":"贺兰山东麓断裂","length":80}', "application/json", "a.json"),
    "a problem": ("<Problem><content>路灯不亮</content><area>兴庆区</area></Problem>", "text/xml", "a.xml"),
    "a fault in GeoJSON": (
        '{"type":"Feature","properties":{"fault":"黄河断裂","error":15},"geometry":null}',
        *("application/json", "a.geojson"),
    ),
    "a fault in KML": (f"{KML}<Placemark><name>fault</name></Placemark></kml>", "text/xml", "a.kml"),
    "a device in XML": ('<sensor id="3" status="error"><name>温度</name></sensor>', "text/xml", "a.xml"),
    "a device in JSON": ('{"device":"A","status":"error"}', "application/json", "a.json"),
    "a road in XML": ('<road code="404"><name>清水河路</name></road>', "text/xml", "a.xml"),
    "a code of errors": ('{"errorCode":"E001","name":"电机过热","level":2}', "application/json", "a.json"),
    # tables
    "a table of one line": ("企业名称,失败原因", "text/csv", "a.csv"),
    "a table of one line and two errors": ("错误类型,错误数量", "text/csv", "a.csv"),
    "a table of sessions": ("session_id;user\n1;a\n", "text/csv", "a.csv"),
    "a header of sessions": ("session_id\tlogin_time", "text/tab-separated-values", "a.tsv"),
    "a header in quotation marks": ('"编号","拒绝原因"\r\n', "text/csv", "a.csv"),
    "a column of reasons": ("失败原因\n法定代表人身份证件过期无效\n", "text/csv", "a.csv"),
    "rows without a header": ("银川市,失败,3\n吴忠市,异常,4\n", "text/csv", "a.csv"),
    "one row": ("2023-01-01,登录失败,37", "text/csv", "a.csv"),
    "states in a column": ("车牌,状态\n宁A12345,已过期\n", "text/csv", "a.csv"),
    "a table with bars": ("编号|状态\n1|无效\n", "text/plain", "a.txt"),
    "a table for a page": ("编号,状态\n1,无效\n", "text/html", "a.csv"),
    "a count in two columns": ("error count\nfailed 3\ntimeout 5\n", "text/plain", "a.txt"),
    # the law
    "a rule": ("依据《中华人民共和国民法典》第一百五十三条，该合同无效。", "text/plain", "a.txt"),
    "a document of a number": ("宁政发〔2010〕12号文件自2023年1月1日起失效。", "text/plain", "a.txt"),
    "a refusal in XML": (
        "<案件><事由>拒绝、阻碍执法</事由><处理>申请不予受理</处理></案件>",
        *("text/xml", "a.xml"),
    ),
    "those who do not pay": (
        '{"list":[{"name":"张某","duty":"有履行能力而拒不履行","state":"失信"}],"total":1}',
        *("application/json", "a.json"),
    ),
    "a licence that ended": ('{"许可证":"宁A001","状态":"已过期"}', "application/json", "a.json"),
    # roots that pages have too
    "facts in meta": (f"{XML}<meta><name>人口</name><year>2023</year></meta>", "text/xml", "a.xml"),
    "a head": (f"{XML}<head><name>人口</name><rows>3</rows></head>", "text/xml", "a.xml"),
    "a body": (f"{XML}<body><organ>心脏</organ><organ>肝</organ></body>", "text/xml", "a.xml"),
    "a table of XML": ("<table><row><s>异常</s></row></table>", "text/xml", "a.xml"),
    # what a server calls them
    "JSON as an archive": ('{"a":1}', "application/zip", "a.json"),
    "JSON as Excel": ('{"a":1}', "application/vnd.ms-excel", "a.json"),
    "CSV as an archive": ("编号,名称\n1,甲\n", "application/zip", "a.csv"),
    "much CSV as an archive": ("编号,名称\n" + "1,甲\n" * 20_000, "application/zip", "a.csv"),
    "much JSON as an archive": ("[" + '{"a":1},' * 200_000 + "1]", "application/zip", "a.json"),
    "XML as an archive": (f"{XML}<rows><row>1</row><row>2</row></rows>", "application/zip", "a.xml"),
    "SQL as an archive": ("CREATE TABLE t (id int);\n", "application/zip", "a.sql"),
    # as portals of Chinese cities publish
    "faults of the earth in a table": (
        "断层名称,长度(km),最新活动时代\n贺兰山东麓断裂,80,全新世\n",
        "text/csv",
        "a.csv",
    ),
    "faults in KML": (
        f"{KML}<Document><name>活动断层</name><Placemark><name>黄河断裂</name><description>最大误差5米，禁止建设"
        "</description><LineString><coordinates>106,38 106,39</coordinates></LineString></Placemark></Document></kml>",
        *("application/vnd.google-earth.kml+xml", "a.kml"),
    ),
    "faults of lifts": ("电梯编号,故障类型,是否困人\nNX001,门机异常,否", "text/csv", "a.csv"),
    "faults of lights": ("故障类型;件数\n不亮;3\n", "text/csv", "a.csv"),
    "faults of a grid": ('{"faults":3,"month":"2023-01","repaired":2}', "application/json", "a.json"),
    "faults by kind": ('{"title":"电梯故障","faults":{"门机":3,"曳引机":1}}', "application/json", "a.json"),
    "a list of faults": ('{"faults":["贺兰山东麓断裂","黄河断裂"]}', "application/json", "a.json"),
    "errors in figures": ("年份,错误率,超时率\n2022,0.2%,0.1%\n", "text/csv", "a.csv"),
    "errors of a service": (
        "<statistics><month>1</month><errors>12</errors><timeouts>3</timeouts></statistics>",
        *("text/xml", "a.xml"),
    ),
    "the mean error": ('{"rmse":0.31,"mean_error":0.02,"max_error":0.9}', "application/json", "a.json"),
    "a percentage with a text": ('{"error_rate":"3%","description":"接口调用"}', "application/json", "a.json"),
    "errors and when": ('{"errors":"1,234","time":"2023-01"}', "application/json", "a.json"),
    "sessions of a council": ("会话编号,开始时间\nS1,2023-01-01\n", "text/csv", "a.csv"),
    "one session": ("session,2023-01-01,王某", "text/csv", "a.csv"),
    "sessions in XML": (
        "<sessions><session id='1'><state>expired</state></session></sessions>",
        *("text/xml", "a.xml"),
    ),
    "refusals": ("申请编号\t处理结果\t理由\nA1\t不予受理\t材料无效\n", "text/plain", "a.tsv"),
    "a refusal of the law": (
        '[{"案号":"（2023）宁01执1号","失信行为":"违反财产报告制度","履行情况":"全部未履行，拒绝配合"}]',
        *("application/json;charset=utf-8", "a.json"),
    ),
    "refusals in answers": (
        '{"status":0,"message":"操作成功","data":{"total":1,"list":[{"事项":"申请无效"}]}}',
        *("application/json", "a.json"),
    ),
    "a provision": ("第十二条 禁止在禁渔期内捕捞；拒绝检查的，处以罚款。", "text/plain", "a.txt"),
    "a dump": (
        "INSERT INTO `login_log` (`id`,`state`) VALUES (1,'登录失败'),(2,'验证码错误');\n",
        *("text/plain", "a.sql"),
    ),
    "a dump of MySQL": ("/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `error_log`;\n", "", "a.sql"),
    "a dump of PostgreSQL": ("SET client_encoding = 'UTF8';\nCREATE VIEW errors AS SELECT 1;", "", "a.sql"),
    "a view": ("CREATE OR REPLACE VIEW v_error AS\nSELECT * FROM error_log;", "application/octet-stream", "a.sql"),
    "wells in GeoJSON": (
        '{"type":"FeatureCollection","name":"机井","features":[{"type":"Feature","properties":{"状态":"失效","权限":"无"},'
        '"geometry":{"type":"Point","coordinates":[106.2,38.4]}}]}',
        *("application/octet-stream", "a.geojson"),
    ),
    "no wells yet": ('{"type":"FeatureCollection","name":"失效机井","features":[]}', "application/json", "a.geojson"),
    "a place in GPX": (
        f'{XML}<gpx version="1.1"><wpt lat="38" lon="106"><name>禁止通行</name></wpt></gpx>',
        *("application/gpx+xml", "a.gpx"),
    ),
    "news": (
        f'{XML}<rss version="2.0"><channel><title>系统维护公告</title><item><title>停水</title></item></channel></rss>',
        *("application/rss+xml", "a.rss"),
    ),
    "one line of CSV": ("640100,银川市,正常,无异常", "text/csv", "a.csv"),
    "one line of states": ("编号,名称,状态,是否过期", "text/csv", "a.csv"),
    "two columns of codes": ("状态码,含义\n404,未找到\n500,服务器错误\n", "text/csv", "a.csv"),
    "a list of codes": (
        '[{"code":"401","name":"未登录"},{"code":"404","name":"未找到"}]',
        *("application/json", "a.json"),
    ),
    "codes by name": ('{"401":"未登录","404":"未找到","500":"服务器错误"}', "application/json", "a.json"),
    "codes in XML": ('<codes><code v="1">失败</code><code v="2">异常</code></codes>', "text/xml", "a.xml"),
    "states by place": ('{"银川":"正常","吴忠":"异常"}', "application/json", "a.json"),
    "those that are abnormal": ("企业名称\n宁夏某某经营异常有限公司\n", "text/csv", "a.csv"),
    "a table in GBK": ("编号,状态\r\n1,失败\r\n".encode("gbk"), "text/csv", "a.csv"),
    "JSON with a mark": (b"\xef\xbb\xbf" + '[{"状态":"失败"}]'.encode(), "application/json", "a.json"),
    "XML with a comment": (f"{XML}<!-- 导出 -->\n<rows><row s='拒绝'/></rows>", "text/xml", "a.xml"),
    "words in RDF": (
        "PREFIX dct: <http://purl.org/dc/terms/>\n<http://a.example/1> dct:title '拒绝往来户' .",
        *("text/turtle", "a.ttl"),
    ),
    "words in a graph": (
        '<http://a.example/1> <http://a.example/t> "失效" <http://a.example/g> .',
        *("application/n-quads", "a.nq"),
    ),
    "a class of exceptions": ('{"exceptions":12,"year":2023}', "application/json", "a.json"),
    "kinds of errors": ('{"errors":[{"type":"超时","n":3}]}', "application/json", "a.json"),
    "a kind of errors": ('[{"error_type":"超时","count":3}]', "application/json", "a.json"),
    "a kind of faults": ('{"fault_name":"门机异常","times":3}', "application/json", "a.json"),
    "a kind of errors in XML": ("<row><error_type>超时</error_type><num>3</num></row>", "text/xml", "a.xml"),
    "a decision": ("银川市人民政府关于废止失效文件的决定\n", "text/plain", "a.txt"),
    "a fault of its own": (
        '{"fault":{"code":"F07","name":"贺兰山东麓断裂","length":80}}',
        *("application/json", "a.json"),
    ),
    "a column in quotation marks": ('"失败"\n"成功"\n', "text/csv", "a.csv"),
    "a header as an archive": ("编号,名称\n", "application/zip", "a.csv"),
    "a dump that is loaded": ("LOAD DATA INFILE 'error.csv' INTO TABLE t;", "text/plain", "a.sql"),
    "Turtle of short names": ('ex:a ex:b "failed" .', "text/turtle", "a.ttl"),
    "a signature": ("签名,单位\n王某,教育厅\n", "text/csv", "a.csv"),
    "a mask of a map": ("<map><layer name='禁止开发区'/></map>", "text/xml", "a.xml"),
}
"""Name -> a good file as its server sends it: body, media type, name."""

REFUSED = {
    "a session that ended": ("会话已超时，请重新登录", "text/plain", "a.csv"),
    "a sentence with a comma": ("系统错误,稍后再试", "text/csv", "a.csv"),
    "two halves of a sentence": ("登录失败,密码错误", "text/csv", "a.csv"),
    "three parts of a sentence": ("系统异常,操作失败,请联系管理员", "text/csv", "a.csv"),
    "three parts in English": ("Sorry, request failed, try again", "text/csv", "a.csv"),
    "two halves in English": ("Login failed, session expired", "text/csv", "a.csv"),
    "a sentence for SQL": ("系统繁忙，请稍后再试", "text/plain", "a.sql"),
    "a sentence for SQL in English": ("Update failed: session expired", "text/plain", "a.sql"),
    "a sentence for Turtle": ("Session expired, please log in.", "text/plain", "a.ttl"),
    "a page for Turtle": ("<p>请登录</p>", "text/plain", "a.ttl"),
    "a page of parts for Turtle": ("<div>\n<b>请登录</b></div>", "text/plain", "a.ttl"),
    "a page for XML": ("<title>404</title><body>not found</body>", "text/xml", "a.xml"),
    "a page for XML that refreshes": (f'{XML}<meta http-equiv="refresh" content="0"/>', "text/xml", "a.xml"),
    "a code and a message": ('{"code":"500","message":"服务器内部错误"}', "application/json", "a.json"),
    "a number and a message": ('{"error":1,"msg":"参数不能为空"}', "application/json", "a.json"),
    "a number of an error": ('{"errcode":40001,"errmsg":"invalid credential"}', "application/json", "a.json"),
    "only a number": ('{"errorCode":1001}', "application/json", "a.json"),
    "only a code": ('{"error":401}', "application/json", "a.json"),
    "an error of OAuth": ('{"error":"invalid_token","error_description":"expired"}', "application/json", "a.json"),
    "an error and what it is of": ('{"error":"not_found","url":"/x"}', "application/json", "a.json"),
    "errors in words": ('{"errors":["系统异常"]}', "application/json", "a.json"),
    "errors with messages": ('{"errors":[{"code":3,"message":"x"}],"data":null}', "application/json", "a.json"),
    "an error of ArcGIS": ('{"error":{"code":499,"message":"Token Required","details":[]}}', "text/plain", "a.json"),
    "an error of CKAN": (
        '{"help":"x","error":{"__type":"Not Found Error","message":"未找到"},"success":false}',
        *("application/json", "a.json"),
    ),
    "an error of JavaScript": ("{'code': 500, 'msg': '系统错误'}", "text/plain", "a.json"),
    "JSON that broke off": ('{"code":401,"msg":"未登录"', "text/plain", "download?id=1"),
    "a sentence in JSON": ('"系统繁忙"', "application/json", "a.json"),
    "a sentence in XML": ("<msg>系统繁忙，请稍后再试</msg>", "text/xml", "a.xml"),
    "an error in words in XML": (f"{XML}<error>系统繁忙</error>", "text/xml", "a.xml"),
    "an error of a store": (
        f"{XML}<Error><Code>NoSuchKey</Code><Message>x</Message><Key>a</Key><BucketName>b</BucketName>"
        "<HostId>c</HostId></Error>",
        *("application/xml", "a.xml"),
    ),
    "an error of attributes": ('<error code="404" message="x"/>', "text/xml", "a.xml"),
    "an error in Hadoop's words": (
        '{"RemoteException":{"exception":"AccessControlException","message":"denied"}}',
        *("application/json", "a.json"),
    ),
    "a fault of SOAP": (
        "<Fault><faultcode>Server</faultcode><faultstring>x</faultstring></Fault>",
        *("text/xml", "a.xml"),
    ),
    "a problem of RFC 9457": (
        '<problem xmlns="urn:ietf:rfc:7807"><title>x</title><status>403</status></problem>',
        *("application/problem+xml", "a.xml"),
    ),
    "errors of WFS": (
        '<ows:ExceptionReport version="1.0"><ows:Exception exceptionCode="x"/></ows:ExceptionReport>',
        *("text/xml", "a.xml"),
    ),
    "errors in a list of XML": (
        "<errors><error><code>1</code><message>x</message></error></errors>",
        *("text/xml", "a.xml"),
    ),
    "an error as an archive": ("系统繁忙，请稍后再试", "application/zip", "a.zip"),
    "words as an archive": ("甲乙丙", "application/zip", "a.csv"),
    "an archive for JSON": (ZIPPED, "application/zip", "a.json"),
    "an error in two lines": ("Request failed\nstatus 500", "text/plain", "a.csv"),
    "refused": ("拒绝访问", "text/plain", "a.csv"),
    "nothing found": ("文件不存在或已被删除", "text/html", "a.xlsx"),
    "nothing found for JSON": ("文件不存在", "application/json", "a.json"),
    "a sentence for GeoJSON": ("Service Unavailable", "text/plain", "a.geojson"),
    "a sentence for KML": ("会话失效，请重新登录。", "text/plain", "a.kml"),
    "a token": ("Invalid token", "text/plain", "a.csv"),
    "access for days": ("您的IP访问过于频繁,请稍后再访问", "text/csv", "a.csv"),
    "the number of calls": ('{"code":429,"message":"访问过于频繁"}', "application/json", "a.csv"),
    "a code of a gateway": ('{"code":"40300","msg":"无权访问","data":null,"success":false}', "text/plain", "a.json"),
    "a failure in pinyin keys": ('{"status":"fail","msg":"签名错误"}', "application/json", "a.json"),
    "a refusal of Elasticsearch": (
        '{"error":{"root_cause":[{"type":"x","reason":"no such index"}],"type":"x"},"status":404}',
        *("application/json", "a.json"),
    ),
    "a refusal of Kong": ('{"message":"No API key found in request"}', "application/json", "a.json"),
    "a refusal of Baidu": ('{"error_code":110,"error_msg":"Access token invalid"}', "application/json", "a.json"),
    "a refusal of AMap": (
        '{"status":"0","info":"INVALID_USER_KEY","infocode":"10001"}',
        *("application/json", "a.json"),
    ),
    "a refusal of Tianditu": (
        '{"msg":"非法key","resolve":"请到API控制台重新申请key","code":300001}',
        *("application/json", "a.json"),
    ),
    "a refusal of Dubbo": (
        '{"timestamp":"2023-01-01T00:00:00","status":404,"error":"Not Found","message":"","path":"/f"}',
        *("application/json", "a.json"),
    ),
    "a refusal in XML of Chinese make": (
        f"{XML}<result><success>false</success><message>用户未登录</message></result>",
        *("text/xml", "a.xml"),
    ),
    "a refusal of OAI": (
        f'{XML}<OAI-PMH xmlns="x"><request>y</request><error code="badArgument">z</error></OAI-PMH>',
        *("text/xml", "a.xml"),
    ),
    "a refusal of WMS": (
        f'{XML}<ServiceExceptionReport><ServiceException code="x"/></ServiceExceptionReport>',
        *("text/xml", "a.kml"),
    ),
    "a refusal of OSS": (
        f"{XML}<Error>\n  <Code>AccessDenied</Code>\n  <Message>Request has expired.</Message>\n</Error>",
        *("application/xml", "a.csv"),
    ),
    "an error with words in it": ("<error><info>请登录</info></error>", "text/xml", "a.xml"),
    "an exception in XML": (
        "<exception><type>NullPointer</type><message>x</message></exception>",
        *("text/xml", "a.xml"),
    ),
    "a database that is away": ("SQLSTATE[HY000] [2002] Connection refused", "text/plain", "a.sql"),
    "an error of Java": ("java.lang.NullPointerException\n\tat a.b.C(C.java:3)", "text/plain", "a.csv"),
    "an error of PHP": ("Warning: mysql_connect(): x in /var/www/a.php on line 3", "text/plain", "a.csv"),
    "500": ("500 Internal Server Error\n", "text/plain", "a.csv"),
    "a page that begins with words": ("正在跳转<script>location.href='/login'</script>", "text/html", "a.txt"),
    "a sentence of two lines": ("系统维护中\n预计明日恢复，请稍后访问", "text/plain", "a.csv"),
    "a sentence with its code": ("错误代码：500，服务器异常", "text/plain", "a.csv"),
    "errors of a form": ('{"errors":{"status":["无效"]}}', "application/json", "a.json"),
    "an answer of minus one": ('{"ret":-1,"msg":"x"}', "application/json", "a.json"),
    "a state of failure": ('{"state":"FAIL","desc":"会话超时"}', "application/json", "a.json"),
    "only a detail": ('{"detail":"Credentials were not provided."}', "application/json", "a.json"),
    "a flag": ('{"flag":false,"info":"未登录"}', "application/json", "a.json"),
    "a success that is none": ('{"isSuccess":false,"errorMsg":"x"}', "application/json", "a.json"),
    "a description": ('{"errCode":"E1","errDesc":"非法请求"}', "application/json", "a.json"),
    "an error with a number": (
        "<error><number>500</number><message>x</message></error>",
        *("text/xml", "a.xml"),
    ),
    "no data": ("暂无数据", "text/plain", "a.csv"),
}
"""Name -> an answer of failure as its server sends it: body, media type, name."""


@pytest.mark.parametrize("what", TAKEN)
def test_a_small_file_is_taken_whatever_words_it_has(what):
    assert prove(*TAKEN[what]) is None


@pytest.mark.parametrize("what", REFUSED)
def test_an_answer_of_failure_is_refused(what):
    assert prove(*REFUSED[what]) in {
        *("file_is_an_error", "file_is_a_page", "file_of_another_type", "file_incomplete"),
    }
