"""Requests and answers of the Model Context Protocol (JSON-RPC 2.0), without a session.

Each request is answered by itself with one JSON object, as the streamable HTTP transport allows; the server never asks
back. Shapes are the SDK's types (``mcp_types``), both of the versions with a handshake and of those without one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import jsonschema
import mcp_types as types
from mcp_types import methods, version
from pydantic import ValidationError

from ckanext.nxopendata.core.edge import payload
from ckanext.nxopendata.portal.mcp import tools

SERVER = "ckanext-nxopendata"
META_VERSION = "io.modelcontextprotocol/protocolVersion"
INSTRUCTIONS = (
    "Public data of the departments and cities of Ningxia, China. Read only. Ask answer_question first for one number; "
    "else search_datasets, describe_dataset, query_rows. Give the citation and the licence with every number, and do "
    "not add rows of different units or times."
)
CAPABILITIES = {"tools": {"listChanged": False}}


@dataclass(frozen=True, slots=True)
class ProtocolError(Exception):
    """A request cannot be answered: ``code`` of JSON-RPC and ``message``; ``data`` where the protocol defines it."""

    code: int
    message: str
    data: Any = None


def answer(body: bytes, header_version: str, site_version: str) -> dict[str, Any] | None:
    """Answer a request.

    Args:
        body: JSON.
        header_version: ``MCP-Protocol-Version`` of the request, or "".
        site_version: version of this software.

    Returns:
        the answer as JSON-RPC; None for a notification, which gets none.
    """
    request_id: Any = None
    try:
        request = _parse(body)
        if "id" not in request:
            return None
        request_id = request["id"]
        method, params = str(request.get("method") or ""), request.get("params") or {}
        result = _dispatch(method, params, _find_version(method, params, header_version), site_version)
        return {"jsonrpc": "2.0", "id": request_id, "result": result}
    except ProtocolError as problem:
        error = {"code": problem.code, "message": problem.message}
        if problem.data is not None:
            error["data"] = problem.data
        return {"jsonrpc": "2.0", "id": request_id, "error": error}


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = payload.parse_json(body)
    except ValueError:
        raise ProtocolError(types.PARSE_ERROR, "The body is no JSON") from None
    if problem := payload.find_problem(request):
        raise ProtocolError(types.INVALID_REQUEST, f"A value cannot be read: {problem}")
    wrong = (
        not isinstance(request, dict) or request.get("jsonrpc") != "2.0" or not isinstance(request.get("method"), str)
    )
    if wrong or not isinstance(request.get("params", {}), dict | None):
        raise ProtocolError(types.INVALID_REQUEST, "Send one JSON-RPC 2.0 request")
    if not isinstance(request.get("id", ""), str | int):
        raise ProtocolError(types.INVALID_REQUEST, "The id must be a text or a whole number")
    return request


def _find_version(method: str, params: Mapping[str, Any], header: str) -> str:
    """The version of a request: what a handshake offers, what the request says of itself, or what its header says."""
    if method == "initialize":
        asked = params.get("protocolVersion")
        return asked if asked in version.HANDSHAKE_PROTOCOL_VERSIONS else version.LATEST_HANDSHAKE_VERSION
    told = (params.get("_meta") or {}).get(META_VERSION) if isinstance(params.get("_meta"), dict) else None
    asked = told or header or version.HANDSHAKE_PROTOCOL_VERSIONS[1]
    if asked not in version.KNOWN_PROTOCOL_VERSIONS:
        supported = {"supported": list(version.KNOWN_PROTOCOL_VERSIONS), "requested": str(asked)[:50]}
        raise ProtocolError(types.UNSUPPORTED_PROTOCOL_VERSION, "This version is not supported", supported)
    return str(asked)


def _dispatch(method: str, params: Mapping[str, Any], spoken: str, site_version: str) -> dict[str, Any]:
    try:
        methods.parse_client_request(method, spoken, params)
    except KeyError:
        raise ProtocolError(types.METHOD_NOT_FOUND, f"There is no method {method[:80]}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ProtocolError(types.INVALID_PARAMS, f"{where}: {first['msg']}") from None
    about = {"name": SERVER, "title": tk.h.nx_site_title(), "version": site_version}
    if method == "initialize":
        result: dict[str, Any] = {"protocolVersion": spoken, "serverInfo": about}
        result |= {"capabilities": CAPABILITIES, "instructions": INSTRUCTIONS}
    elif method == "server/discover":
        result = {"supportedVersions": list(version.KNOWN_PROTOCOL_VERSIONS), "serverInfo": about}
        result |= {"capabilities": CAPABILITIES, "instructions": INSTRUCTIONS, "resultType": "complete"}
        result |= {"ttlMs": 3_600_000, "cacheScope": "public"}
    elif method == "tools/list":
        result = {"tools": [_describe(tool) for tool in tools.list_tools()], "resultType": "complete"}
        result |= {"ttlMs": 3_600_000, "cacheScope": "public"}
    elif method == "tools/call":
        result = _call(str(params["name"]), params.get("arguments") or {})
    elif method == "ping":
        result = {}
    else:
        raise ProtocolError(types.METHOD_NOT_FOUND, f"This server has no {method}")
    return methods.serialize_server_result(method, spoken, result)


def _describe(tool: tools.Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": dict(tool.schema),
        "annotations": {"title": tool.title, "readOnlyHint": True, "idempotentHint": True, "openWorldHint": False},
    }


def _call(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    tool = tools.find_tool(name)
    if tool is None:
        raise ProtocolError(types.INVALID_PARAMS, f"There is no tool {name[:80]}")
    try:
        jsonschema.validate(arguments, tool.schema)
        found = tool.answer(arguments)
    except jsonschema.ValidationError as problem:
        where = ".".join(map(str, problem.absolute_path))
        return _fail(f"{where}: {problem.message}" if where else problem.message)
    except tk.ValidationError as problem:
        return _fail("; ".join(f"{field}: {text}" for field, text in problem.error_summary.items()))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        # What is hidden is answered as what does not exist.
        return _fail(tk._("Not found, or not open to the public"))
    text = json.dumps(found, ensure_ascii=False, default=str)
    return {
        "content": [{"type": "text", "text": text}],
        "structuredContent": json.loads(text),
        "isError": False,
        "resultType": "complete",
    }


def _fail(message: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": message[:2000]}], "isError": True, "resultType": "complete"}
