"""The local stack: private PostgreSQL, Redis, Solr and CKAN under ``var/``, run by supervisor.

``deployment/demo``, ``deployment/test`` and ``deployment/ckan`` are its three doors.
"""
