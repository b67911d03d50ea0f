"""The places of Ningxia."""
