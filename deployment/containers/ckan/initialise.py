"""Brings the databases up to date and makes the first administrator; runs once before the site starts.

Safe to run again: every step leaves alone what is there. Ends with a code other than 0 when a step failed, so that
the site does not start on half a database.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2


def ckan(*arguments: str) -> str:
    """Run the ``ckan`` command line; what it printed, or SystemExit with what it said."""
    command = ["ckan", "-c", os.environ["CKAN_INI"], *arguments]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{' '.join(command)}:\n{run.stdout}{run.stderr}")
    return run.stdout


def set_datastore_permissions() -> None:
    """Give the DataStore's reader what it may read, as CKAN's own script says."""
    # psql's \connect is not SQL; this connection is to the database it names.
    script = re.sub(r"^\\connect .*$", "", ckan("datastore", "set-permissions"), flags=re.MULTILINE)
    connection = psycopg2.connect(os.environ["CKAN_DATASTORE_WRITE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(script)
    finally:
        connection.close()


def create_administrator(name: str, email: str, password: str) -> None:
    """Make the sysadmin ``name`` unless that name is taken."""
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    with app._wsgi_app.test_request_context():  # pyright: ignore[reportAttributeAccessIssue]  CKAN's wrapper
        import ckan.plugins.toolkit as tk

        def act(action: str, **data: Any) -> Any:
            return tk.get_action(action)({"user": site_user, "ignore_auth": True}, data)

        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        try:
            act("user_show", id=name)
            print(f"管理员 {name} 已存在 · the administrator is there")
        except tk.ObjectNotFound:
            act("user_create", name=name, email=email, password=password)
            act("user_patch", id=name, sysadmin=True)
            print(f"管理员 {name} 已建立 · the administrator was made")


def main() -> None:
    """Migrate, grant, create: in this order."""
    ckan("db", "init")
    set_datastore_permissions()
    print("数据库已就绪 · the databases are up to date")
    secrets = Path(os.environ.get("NX_SECRETS", "/run/secrets"))
    password = (secrets / "admin_password").read_text(encoding="utf-8").strip()
    create_administrator(os.environ["NX_ADMIN_NAME"], os.environ["NX_ADMIN_EMAIL"], password)
    ckan("nx", "harvest", "due")  # from here on the workers look at the schedules of the sources by themselves


if __name__ == "__main__":
    main()
