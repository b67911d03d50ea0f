"""The description of the public API for programs (OpenAPI 3.1), and a page to try it.

openapi      the description, made from the actions themselves      views      the routes
"""
