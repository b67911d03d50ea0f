"""The read-only MCP server at ``/mcp``: what programs that reason for people may ask of the public data.

protocol      requests and answers (JSON-RPC)      tools      what can be asked      views      the route
"""
