"""Requests of the portal to other servers, to public addresses only."""
