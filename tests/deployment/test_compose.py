"""The container set-up, as far as it can be checked without a container engine: the files and their promises."""

import configparser
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import crossplane
import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deployment" / "compose.yaml"
CONTAINERS = ROOT / "deployment" / "containers"
SCRIPTS = [CONTAINERS / "make-secrets", *sorted(CONTAINERS.glob("*/*.sh"))]
DOCKERFILES = [CONTAINERS / "Dockerfile", CONTAINERS / "solr" / "Dockerfile"]
BIN = Path(sys.executable).parent

Compose = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Compose:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def check(*command: str | Path) -> None:
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def default(value: str) -> str:
    """What Compose puts for ``${NAME:-default}`` when the operator sets nothing."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def images(compose: Compose) -> dict[str, str]:
    """Every image by the service that runs it or is built on it."""
    found = {}
    for name, service in compose["services"].items():
        arguments = service.get("build", {}).get("args")
        found[name] = default(next(iter(arguments.values())) if arguments else service["image"])
    return found


class TestFiles:
    def test_the_compose_file_is_valid_by_the_specification(self) -> None:
        check(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)

    @pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
    def test_scripts_are_clean(self, script: Path) -> None:
        check(BIN / "shellcheck", script)

    @pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
    def test_dockerfiles_are_clean(self, dockerfile: Path) -> None:
        check(BIN / "hadolint", "--failure-threshold", "warning", dockerfile)

    def test_the_proxy_configuration_is_understood(self) -> None:
        file = CONTAINERS / "nginx" / "nginx.conf"
        lines = file.read_text(encoding="utf-8").splitlines()
        errors = crossplane.parse(str(file), single=True, strict=True)["errors"]
        # crossplane takes the keys of a map for directives
        assert [error for error in errors if not lines[error["line"] - 1].lstrip().startswith("map $")] == []

    @pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
    def test_what_a_dockerfile_copies_is_there(self, dockerfile: Path) -> None:
        context = ROOT if dockerfile.parent == CONTAINERS else ROOT / "deployment" / "solr"
        copies = re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
        assert copies
        for source in " ".join(copies).split():
            assert (context / source).exists(), source

    def test_what_is_copied_is_not_ignored(self) -> None:
        allowed = re.findall(
            r"^!(\S+?)/?$", (CONTAINERS / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE
        )
        for source in ("setup.py", "requirements", "deployment/containers/ckan", "deployment/local/wsgi.py"):
            assert source in allowed
        assert not any("secrets" in path or "var" in path for path in allowed)

    def test_mounted_files_are_there(self, compose: Compose) -> None:
        mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
        for source in (mount.split(":")[0] for mount in mounts if mount.startswith(".")):
            assert (COMPOSE.parent / source).exists(), source


class TestSafety:
    def test_every_image_names_its_version(self, compose: Compose) -> None:
        for name, image in images(compose).items():
            tag = image.rpartition(":")[2]
            assert re.match(r"\d+\.\d+", tag), f"{name}: {image}"

    def test_dockerfiles_name_the_same_images(self, compose: Compose) -> None:
        for dockerfile, service in zip(DOCKERFILES, ("web", "solr"), strict=True):
            argument = re.search(r"^ARG \w+_IMAGE=(\S+)$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
            assert argument
            assert argument[1] == images(compose)[service]

    def test_every_service_runs_without_root_or_new_rights_and_cannot_write_its_image(self, compose: Compose) -> None:
        for name, service in compose["services"].items():
            assert service["user"] not in ("root", "0"), name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert service["read_only"] is True, name
            assert "privileged" not in service, name

    def test_every_lasting_service_is_watched_and_started_again(self, compose: Compose) -> None:
        for name, service in compose["services"].items():
            if service["restart"] == "no":
                assert compose["services"]["web"]["depends_on"][name]["condition"] == "service_completed_successfully"
            else:
                assert service["restart"] == "unless-stopped", name
                assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert service["mem_limit"], name
            assert default(service["logging"]["driver"]) == "journald", name  # which bounds them by time and size

    def test_databases_are_on_a_network_without_a_way_out(self, compose: Compose) -> None:
        assert compose["networks"]["backend"]["internal"] is True
        for name in ("db", "redis", "solr", "initialise"):
            assert compose["services"][name]["networks"] == ["backend"], name

    def test_only_the_proxy_has_a_port_outside(self, compose: Compose) -> None:
        assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]

    def test_no_password_stands_in_the_files(self, compose: Compose) -> None:
        for name, service in compose["services"].items():
            for key, value in service.get("environment", {}).items():
                secret = re.search(r"PASSWORD|SECRET|TOKEN|_KEY", key)
                assert not secret or (key.endswith("_FILE") and value.startswith("/run/secrets/")), f"{name}: {key}"
                assert not re.search(r"://[^/]*@", str(value)), f"{name}: {key}"
        site = configparser.RawConfigParser()
        site.read(CONTAINERS / "ckan" / "nxopendata.ini", encoding="utf-8")
        assert not [key for key in site["app:main"] if re.search(r"secret|password|_url$|sqlalchemy", key)]

    def test_every_secret_is_made_by_the_script_and_kept_out_of_git(self, compose: Compose, tmp_path: Path) -> None:
        run = subprocess.run([CONTAINERS / "make-secrets", tmp_path], capture_output=True, text=True, check=True)
        assert {path.name for path in tmp_path.iterdir()} == set(compose["secrets"])
        assert tmp_path.stat().st_mode & 0o077 == 0
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert before["secret_key"].decode() not in run.stdout
        subprocess.run([CONTAINERS / "make-secrets", tmp_path], capture_output=True, check=True)
        assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        for secret in compose["secrets"].values():
            check("git", "-C", ROOT, "check-ignore", "--quiet", COMPOSE.parent / secret["file"])

    def test_every_service_gets_the_secrets_its_scripts_read_and_no_other(self, compose: Compose) -> None:
        services = compose["services"]
        ckan = {
            "db_password",
            "db_reader_password",
            "redis_password",
            "secret_key",
            "csrf_key",
            "api_token_key",
            "site_ini",
        }
        assert set(services["web"]["secrets"]) == set(services["worker"]["secrets"]) == ckan
        assert set(services["initialise"]["secrets"]) == ckan | {"admin_password"}
        assert set(services["db"]["secrets"]) == {"postgres_password", "db_password", "db_reader_password"}
        assert services["redis"]["secrets"] == ["redis_password"]
        assert set(services["proxy"]["secrets"]) == {"tls_certificate", "tls_key"}
        assert "secrets" not in services["solr"]


class TestSameSiteAsTheDemo:
    def test_the_plugins_are_those_of_the_demo(self) -> None:
        demo, containers = configparser.RawConfigParser(), configparser.RawConfigParser()
        demo.read(ROOT / "deployment" / "local" / "demo.ini.in", encoding="utf-8")
        containers.read(CONTAINERS / "ckan" / "nxopendata.ini", encoding="utf-8")
        assert containers["app:main"]["ckan.plugins"] == demo["app:main"]["ckan.plugins"]

    def test_the_image_takes_the_versions_of_the_lock_file(self) -> None:
        lock = ROOT / "requirements" / "lock.txt"
        command = [CONTAINERS / "ckan" / "constraints.sh", lock]
        constraints = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        locked = [line for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line]
        assert len(constraints) == len(locked)
        assert "ckan==2.12.0" in constraints
        assert all(re.fullmatch(r"[\w.-]+==[\w.+!-]+", line) for line in constraints)

    def test_the_base_image_has_the_ckan_of_the_lock_file(self, compose: Compose) -> None:
        lock = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
        version = images(compose)["web"].rpartition(":")[2]
        assert f"ckan=={version} " in lock or f"ckan=={version}\n" in lock
