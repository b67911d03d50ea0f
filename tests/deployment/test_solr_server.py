"""The launcher of the search server, started by itself as the local stack and the tests start it."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pysolr
import pytest
import requests

ROOT = Path(__file__).parents[2]
JAVA = ["java", "-Xmx128m", "-XX:+UseSerialGC", "-cp", f"{ROOT}/var/solr/classes:{ROOT}/var/solr/lib/*"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(home: Path, port: int, *options: str) -> subprocess.Popen[str]:
    command = [*JAVA, *options, "SolrServer", str(home), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/solr/ckan/admin/ping", timeout=5).ok:
                return server
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
    server.kill()
    pytest.fail(f"Solr did not start: {server.communicate()[0]}")


def stop(server: subprocess.Popen[str]) -> str:
    server.send_signal(signal.SIGTERM)
    return server.communicate(timeout=30)[0]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the home, as a stack makes it."""
    return Path(shutil.copytree(ROOT / "deployment" / "solr" / "home", tmp_path / "home"))


class TestCommandLine:
    @pytest.mark.parametrize("arguments", [[], ["only-home"], ["home", "not-a-port"]])
    def test_a_wrong_one_is_refused_with_the_right_one(self, arguments: list[str]) -> None:
        run = subprocess.run([*JAVA, "SolrServer", *arguments], capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert "Usage" in run.stderr

    def test_a_folder_that_is_no_home_is_refused_with_the_remedy(self, tmp_path: Path) -> None:
        command = [*JAVA, "SolrServer", str(tmp_path), "1"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert "deployment/solr/home" in run.stderr

    def test_a_port_in_use_is_said_without_a_stack_trace(self, home: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            run = subprocess.run(
                [*JAVA, "SolrServer", str(home), str(port)], capture_output=True, text=True, check=False
            )
        assert run.returncode == 1
        assert f"127.0.0.1:{port}" in run.stderr
        assert "\tat " not in run.stderr


class TestLife:
    def test_it_listens_on_loopback_only_and_keeps_what_was_written_when_stopped(
        self, home: Path, tmp_path: Path
    ) -> None:
        port, index = free_port(), tmp_path / "index"
        index.mkdir()
        server = start(home, port, f"-Dsolr.data.home={index}")
        solr = pysolr.Solr(f"http://127.0.0.1:{port}/solr/ckan", timeout=20)
        solr.add([{"index_id": "1", "id": "1", "site_id": "s", "title": "公安厅"}], commit=False)
        listening = Path("/proc/net/tcp6").read_text() + Path("/proc/net/tcp").read_text()
        wildcards = [f" {'0' * 32}:{port:04X} ", f" {'0' * 8}:{port:04X} "]
        assert not any(address in listening for address in wildcards)
        log = stop(server)
        assert "ERROR" not in log

        server = start(home, port, f"-Dsolr.data.home={index}")
        assert solr.search("title:公安").hits == 1
        stop(server)
        assert not (home / "ckan" / "data").exists()

    def test_it_says_nothing_when_all_is_well(self, home: Path) -> None:
        server = start(home, free_port())
        assert stop(server) == ""
