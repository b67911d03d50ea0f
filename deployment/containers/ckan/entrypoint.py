"""Turns the container's secrets into CKAN's configuration, then becomes the command it was given.

Reads ``/run/secrets/*`` (``NX_SECRETS``), writes ``CKAN_INI`` readable by this user alone, sets the addresses of the
services in the environment as CKAN reads them, and replaces itself by its arguments. A secret that is missing, empty
or not of URL-safe characters ends the container with one line that names the file.

The operator's own settings, every option of CKAN and of this project, stand in one more file, ``site_ini``, beside the
secrets: lines ``option = value`` as CKAN reads them. It wins over what the image says; what the secrets give it may
not set.
"""

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SITE = Path(__file__).with_name("nxopendata.ini")
# CKAN interpolates "%" in its configuration, and an address may hold neither "@" nor "/" in a password.
URL_SAFE = re.compile(r"[A-Za-z0-9_-]{12,}")
TEMPLATE = """\
# Written at each start of the container.
[DEFAULT]
[app:main]
use = config:{site}
SECRET_KEY = {secret_key}
WTF_CSRF_SECRET_KEY = {csrf_key}
api_token.jwt.encode.secret = string:{api_token_key}
api_token.jwt.decode.secret = string:{api_token_key}
licenses_group_url = file://{licences}
"""
OPERATOR = "site_ini"
"""The file of the operator's settings, beside the secrets."""

RESERVED = re.compile(
    r"use|secret_key|wtf_csrf_secret_key|api_token\.jwt\..*secret|licenses_group_url|sqlalchemy\.url|solr_url"
    r"|ckan\.(datastore\.(write|read)_url|redis\.url|storage_path|site_url)",
    re.IGNORECASE,
)
"""Options that secrets and compose.yaml give: said twice, they would contradict each other."""


def operator_settings(folder: Path) -> dict[str, str]:
    """The options of the operator's file; none when there is no file. SystemExit when one may not stand there."""
    file = folder / OPERATOR
    if not file.exists():
        return {}
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), strict=True)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]  the names as they are written
    try:
        text = file.read_text(encoding="utf-8-sig")
        parser.read_string(text if "[app:main]" in text else f"[app:main]\n{text}", source=str(file))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        sys.exit(f"设置文件 {file} 不能读取 · the settings cannot be read: {error}")
    settings = dict(parser["app:main"])
    if reserved := sorted(name for name in settings if RESERVED.fullmatch(name)):
        sys.exit(
            f"{file}：{'、'.join(reserved)} 由密钥文件和 compose.yaml 给出，请从这里删去"
            " · are given by the secrets and compose.yaml: remove them here"
        )
    return settings


def read_secret(folder: Path, name: str) -> str:
    """The secret ``name``; SystemExit with the remedy when it cannot be used."""
    try:
        value = (folder / name).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"密钥文件 {folder / name} 不能读取：请运行 make-secrets · secret not readable: {error}")
    if not URL_SAFE.fullmatch(value):
        sys.exit(
            f"密钥文件 {folder / name} 须为至少 12 位的字母、数字、下划线或连字符"
            " · must be 12 or more letters, digits, _ or -"
        )
    return value


def addresses(environment: Mapping[str, str], secrets: Path) -> dict[str, str]:
    """CKAN's environment variables for the addresses of PostgreSQL and Redis, passwords included."""
    server = f"{environment.get('NX_DB_HOST', 'db')}:{environment.get('NX_DB_PORT', '5432')}"
    owner = f"{environment.get('NX_DB_OWNER', 'ckan')}:{read_secret(secrets, 'db_password')}"
    reader = f"{environment.get('NX_DB_READER', 'datastore_reader')}:{read_secret(secrets, 'db_reader_password')}"
    datastore = environment.get("NX_DB_DATASTORE", "datastore")
    redis = f"{environment.get('NX_REDIS_HOST', 'redis')}:{environment.get('NX_REDIS_PORT', '6379')}"
    return {
        "CKAN_SQLALCHEMY_URL": f"postgresql://{owner}@{server}/{environment.get('NX_DB_CKAN', 'ckan')}",
        "CKAN_DATASTORE_WRITE_URL": f"postgresql://{owner}@{server}/{datastore}",
        "CKAN_DATASTORE_READ_URL": f"postgresql://{reader}@{server}/{datastore}",
        "CKAN_REDIS_URL": f"redis://:{read_secret(secrets, 'redis_password')}@{redis}/0",
    }


def configuration(environment: Mapping[str, str], secrets: Path, licences: Path) -> str:
    """The text of the configuration file that adds the secrets and the list of licences to the site's settings."""
    settings = {"ckanext.nxopendata.harvest.allowed_hosts": environment.get("NX_HARVEST_ALLOWED_HOSTS", "")}
    settings |= {
        option: environment[name]
        for option, name in (("smtp.server", "NX_SMTP_SERVER"), ("smtp.mail_from", "NX_SMTP_MAIL_FROM"))
        if environment.get(name)
    }
    settings |= operator_settings(secrets)
    lines = "".join(f"{name} = {value.replace(chr(10), chr(10) + '    ')}\n" for name, value in settings.items())
    return _of_secrets(secrets, licences) + lines


def _of_secrets(secrets: Path, licences: Path) -> str:
    """The lines that the secrets give."""
    return TEMPLATE.format(
        site=SITE,
        secret_key=read_secret(secrets, "secret_key"),
        csrf_key=read_secret(secrets, "csrf_key"),
        api_token_key=read_secret(secrets, "api_token_key"),
        licences=licences,
    )


def main(arguments: list[str]) -> None:
    """Prepare the environment and replace this process by ``arguments``."""
    if not arguments:
        sys.exit("没有要运行的命令 · no command to run")
    secrets = Path(os.environ.get("NX_SECRETS", "/run/secrets"))
    ini = Path(os.environ["CKAN_INI"])
    licences = ini.with_name("licences.json")
    text = configuration(os.environ, secrets, licences)
    os.environ.update(addresses(os.environ, secrets))
    ini.unlink(missing_ok=True)
    ini.touch(mode=0o600)
    ini.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ckanext.nxopendata.licences.license_list_export", str(licences)], check=True)
    try:
        os.execvp(arguments[0], arguments)
    except FileNotFoundError:
        sys.exit(f"找不到命令 {arguments[0]} · command not found")


if __name__ == "__main__":
    main(sys.argv[1:])
