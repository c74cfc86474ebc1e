"""The files in configs/ that others run us with agree with what we do by default."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from docsync_trio.base.durations import parse_duration
from docsync_trio.config.load import load_site
from docsync_trio.config.schema import SiteSettings

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
UNIT = CONFIGS / "systemd" / "docsync.service"
SOCKET = CONFIGS / "systemd" / "docsync.socket"
DOCKERFILE = CONFIGS / "docker" / "Dockerfile"
DEFAULT = SiteSettings()
SHUTDOWN = DEFAULT.server.keep_alive.shutdown
APPLICATION = '[[applications]]\npath = "/app"\nhandlers = [{ function = "apps:app" }]\n'


def keys_of(unit: Path) -> dict[str, str]:
    lines = (line for line in unit.read_text().splitlines() if re.match(r"\w+=", line))
    return dict(line.split("=", 1) for line in lines)


def instruction(name: str) -> str:
    """What follows *name* in the Dockerfile, in one line."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    return re.findall(rf"^\s*{name} (.*)$", text, flags=re.MULTILINE)[-1]


def settings_of(words: list[str], tmp_path: Path, environ: dict[str, str]) -> SiteSettings:
    """What the site file becomes by the options in *words*."""
    assert words[:3] == ["docsync", "run", "site.toml"]
    short = {"--bind": "server.bind", "--log-format": "logging.format"}
    options = dict(zip(words[3::2], words[4::2], strict=True))
    overrides = [
        value if name == "--set" else f"{short[name]}={json.dumps(value)}"
        for name, value in options.items()
    ]
    (tmp_path / "site.toml").write_text(APPLICATION)
    return load_site(tmp_path / "site.toml", overrides=overrides, environ=environ).settings


def test_the_unit_leaves_the_server_the_time_that_it_takes(tmp_path):
    unit, socket = keys_of(UNIT), keys_of(SOCKET)

    assert parse_duration(unit["TimeoutStopSec"]) > SHUTDOWN
    # A loop that is held is told by `stuck_after`, and not by a watchdog that is impatient.
    assert parse_duration(unit["WatchdogSec"]) < DEFAULT.monitoring.stuck_after
    (tmp_path / "secret_key").write_text("k" * 40)
    (variable,) = shlex.split(UNIT.read_text().partition("\nEnvironment=")[2].splitlines()[0])
    name, _, value = variable.replace("%d", str(tmp_path)).partition("=")
    words = shlex.split(unit["ExecStart"].replace("/srv/site/.venv/bin/", ""))
    settings = settings_of(words, tmp_path, {name: value})
    assert [str(bind) for bind in settings.server.bind] == [
        f"systemd:{socket['FileDescriptorName']}"
    ]
    assert settings.sessions.secret_key == "k" * 40


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_the_units(tmp_path):
    shutil.copy(SOCKET, tmp_path)
    program = shutil.which("true")
    assert program is not None
    text = UNIT.read_text().replace("/srv/site/.venv/bin/docsync", program)
    (tmp_path / UNIT.name).write_text(text)

    units = [tmp_path / SOCKET.name, tmp_path / UNIT.name]
    verified = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_image_tells_how_it_is_where_it_says(tmp_path):
    words = json.loads(instruction("ENTRYPOINT"))
    settings = settings_of(words, tmp_path, {})

    asked = re.findall(r"urlopen\('http://127\.0\.0\.1:(\d+)(/\w+)'\)", instruction("HEALTHCHECK"))
    port = str(settings.monitoring.bind.port)
    assert asked == [(port, settings.monitoring.livez)]
    assert instruction("EXPOSE").split() == [str(settings.server.bind[0].port), port]
    assert settings.logging.format == "json"


def kubernetes() -> dict[str, Any]:
    text = (CONFIGS / "kubernetes" / "docsync.yaml").read_text()
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def test_kubernetes_asks_where_the_image_answers_and_leaves_it_time(tmp_path):
    pod = kubernetes()["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    image = settings_of(json.loads(instruction("ENTRYPOINT")), tmp_path, {})
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}

    assert ports == {"http": image.server.bind[0].port, "monitoring": image.monitoring.bind.port}
    asked = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness")}
    assert {one["path"] for one in asked.values()} == {DEFAULT.monitoring.livez}
    ready = container["readinessProbe"]["httpGet"]
    assert ready == {"path": DEFAULT.monitoring.readyz, "port": "monitoring"}
    (_, paused) = container["lifecycle"]["preStop"]["exec"]["command"]
    assert pod["terminationGracePeriodSeconds"] > int(paused) + SHUTDOWN
    assert str(pod["securityContext"]["runAsUser"]) == instruction("USER")


def test_what_kubernetes_sets_is_what_a_site_reads(tmp_path):
    pod = kubernetes()["Deployment"]["spec"]["template"]["spec"]
    given = {one["name"]: one.get("value", "k" * 40) for one in pod["containers"][0]["env"]}

    settings = settings_of(["docsync", "run", "site.toml"], tmp_path, given)

    assert settings.sessions.secret_key == "k" * 40
    assert [str(one) for one in settings.server.trusted_proxies] == ["10.0.0.0/8"]


def test_the_ingress_is_more_patient_than_the_server_is_silent():
    parts = kubernetes()
    notes = {
        name.partition("/")[2]: value
        for name, value in parts["Ingress"]["metadata"]["annotations"].items()
    }
    silence = min(int(notes["proxy-read-timeout"]), int(notes["proxy-send-timeout"]))

    assert silence > 2 * DEFAULT.server.keep_alive.ping
    assert silence > DEFAULT.sessions.build_timeout
    assert notes["proxy-body-size"] == f"{DEFAULT.server.max_body_size // 10**6}m"
    backend = parts["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    service = parts["Service"]["spec"]["ports"][0]
    assert backend["name"] == parts["Service"]["metadata"]["name"]
    assert backend["port"]["name"] == service["name"] == service["targetPort"]
