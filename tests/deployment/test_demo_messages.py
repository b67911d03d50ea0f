"""What ``deployment/demo`` says when something is in the way: what happened and what to do, never a stack trace."""

import os
import socket
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTANCE = "demo-for-messages"


def demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deployment" / "demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NX_DEMO_INSTANCE": INSTANCE} | environment,
    )


def test_a_port_in_use_is_named_with_another_one_to_take() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        result = demo("up", "--port", str(port))
    assert result.returncode == 1
    assert f"端口 {port} 已被别的程序占用" in result.stderr
    assert f"deployment/demo up --port {port + 1}" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_demo_that_does_not_run_says_how_to_start_it() -> None:
    result = demo("status")
    assert result.returncode == 1
    assert "deployment/demo" in result.stdout


def test_logs_of_an_unknown_program_name_the_known_ones() -> None:
    result = demo("logs", "no-such-program")
    assert result.returncode == 1
    assert "没有 no-such-program 的日志" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_debian_packages_and_apt_the_missing_ones_are_named(tmp_path: Path) -> None:
    for tool in (
        "bash",
        "df",
        "dirname",
        "id",
        "tr",
        "tail",
        "mkdir",
        "flock",
        "python3",
        "cat",
        "sha256sum",
        "grep",
        "printf",
    ):
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip()
        (tmp_path / tool).symlink_to(found)
    result = demo("up", PATH=str(tmp_path))
    assert result.returncode == 1
    assert "缺少软件" in result.stderr
    assert "redis-server" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_network_the_remedy_is_named(tmp_path: Path) -> None:
    """The set-up's own step, pointed at a package index that nobody serves."""
    script = f"""
        source {ROOT}/deployment/local/bootstrap.sh
        ROOT={tmp_path} VENV={tmp_path}/venv
        mkdir -p {tmp_path}/requirements {tmp_path}/var
        echo 'six==1.17.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000' \
            > {tmp_path}/requirements/lock.txt
        touch {tmp_path}/setup.py
        set_up_python
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environment |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": "/dev/null"}
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 1
    assert "请检查网络或软件源" in result.stderr
    assert "Traceback" not in result.stderr
