"""What is typed for `bokeh serve` and `panel serve`, and the site file that comes of it."""

import os
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from docsync_trio.config.load import load_site
from docsync_trio.moving.command_line import BadCommandError, draft_site
from docsync_trio.moving.flags import BOKEH_FLAGS, PANEL_FLAGS
from docsync_trio.moving.page import with_flags
from docsync_trio.moving.variables import SECRETS, VARIABLES

PAGE = Path(__file__).parents[2] / "docs" / "moving.md"


def site_of(line, **more):
    return tomllib.loads(draft_site(line.split(), **more).as_text())


def test_a_script_is_served_where_it_was():
    site = site_of("bokeh serve apps/sliders.py")

    assert site["server"]["bind"] == "0.0.0.0:5006"
    assert site["applications"] == [{"path": "/sliders", "handlers": [{"file": "apps/sliders.py"}]}]


def test_a_line_in_quotes_is_taken_apart():
    text = draft_site(["bokeh serve 'my app.py' --port 80"]).as_text()
    assert tomllib.loads(text)["applications"][0]["handlers"] == [{"file": "my app.py"}]
    with pytest.raises(BadCommandError, match="quote"):
        draft_site(["bokeh serve 'a.py"])


def test_the_command_may_be_called_in_several_ways():
    ways = ("bokeh serve", "python -m bokeh serve", "/usr/bin/bokeh serve", "panel serve")

    assert len({str(site_of(f"{way} a.py")) for way in ways}) == 1


@pytest.mark.parametrize(
    ("flags", "key"),
    [
        ("--ssl-certfile c.pem", "c.pem"),
        ("--ssl-certfile c.pem --ssl-keyfile k.pem", "k.pem"),
        ("--ssl-keyfile k.pem --ssl-certfile c.pem", "k.pem"),
    ],
)
def test_a_certificate_has_its_key_in_the_same_file_or_in_another(flags, key):
    site = site_of(f"bokeh serve a.py {flags}")

    assert site["server"]["tls"] == {"certificate": "c.pem", "key": key}


def test_what_stands_behind_args_is_for_the_applications(tmp_path):
    (tmp_path / "desk").mkdir()
    site = site_of("bokeh serve desk tour.ipynb --args --points 5", folder=tmp_path)

    assert [one["handlers"][0] for one in site["applications"]] == [
        {"directory": "desk", "argv": ["--points", "5"]},
        {"notebook": "tour.ipynb", "argv": ["--points", "5"]},
    ]


def test_times_and_sizes_get_their_units():
    site = site_of(
        "bokeh serve a.py --keep-alive 10000 --unused-session-lifetime 1500 "
        "--session-token-expiration 60 --websocket-max-message-size 1000000"
    )

    assert site["server"]["keep_alive"] == {"ping": "10s"}
    assert site["sessions"] == {
        "unclaimed_lifetime": "1500ms",
        "unused_lifetime": "1500ms",
        "token_expiration": "60s",
    }
    assert site["server"]["max_message_size"] == "1000000B"


def test_no_keep_alive_is_off():
    assert site_of("bokeh serve a.py --keep-alive 0")["server"]["keep_alive"]["ping"] == "off"


def test_who_signs_in_has_keys_and_no_secret_is_copied():
    line = (
        "panel serve a.py --oauth-provider azurev2 --oauth-key desk --oauth-secret hush "
        "--oauth-expiry-days 0.5 --oauth-optional --login-endpoint in --cookie-secret hush "
        "--oauth-refresh-tokens --oauth-jwt-user upn"
    )
    text = draft_site(line.split()).as_text()

    assert "hush" not in text
    assert tomllib.loads(text)["sign_in"] == {
        "provider": "azure",
        "client_id": "desk",
        "client_secret": {"env": "PANEL_OAUTH_SECRET"},
        "lifetime": "12h",
        "optional": True,
        "login_path": "/in",
        "secret_key": {"env": "BOKEH_COOKIE_SECRET"},
        "keep_tokens": True,
        "user_key": "upn",
    }
    assert site_of("panel serve a.py --basic-auth hush")["sign_in"] == {"users": "users.toml"}
    asked = site_of("bokeh serve a.py --auth-module rules/auth.py")
    assert asked["sign_in"] == {"function": "rules.auth:get_user"}


def test_how_to_sign_in_is_left_out_where_nobody_does():
    assert "sign_in" not in site_of("bokeh serve a.py --cookie-secret hush")


def test_what_machines_ask_and_the_log_tells_has_keys():
    assert site_of("panel serve a.py --liveness")["monitoring"] == {"livez": "/liveness"}
    asked = site_of("panel serve a.py --liveness --liveness-endpoint alive")
    assert asked["monitoring"] == {"livez": "/alive"}
    told = site_of("bokeh serve a.py --stats-log-frequency 60000 --mem-log-frequency 0")
    assert told["monitoring"] == {"summary": "60s"}
    assert site_of("bokeh serve a.py --mem-log-frequency 10")["monitoring"] == {"summary": "1s"}


@pytest.mark.parametrize(
    ("typed", "bind"),
    [
        ("--port 80", "0.0.0.0:80"),
        ("--address 10.0.0.1", "10.0.0.1:5006"),
        ("--address ::1 --port=7", "[::1]:7"),
        ("--unix-socket /run/desk.sock", "unix:/run/desk.sock"),
    ],
)
def test_addresses_are_bound(typed, bind):
    assert site_of(f"bokeh serve a.py {typed}")["server"]["bind"] == bind


def test_what_has_no_key_is_told_at_the_head():
    text = draft_site(["bokeh", "serve", "a.py", "--num-procs", "4"]).as_text()

    assert text.startswith("# --num-procs: One process;")


def test_an_origin_that_lets_everybody_in_is_not_carried_over():
    draft = draft_site(["bokeh", "serve", "a.py", "--allow-websocket-origin=*"])

    assert "allow_origins" not in draft.tables["server"]
    assert "--allow-websocket-origin" in draft.remarks[0]


def run_with(line):
    return draft_site(line.split()).run


def test_flags_for_development_belong_to_the_command():
    assert draft_site(["bokeh", "serve", "a.py", "--dev", "x.css", "--show"]).run == [
        "--reload",
        "--open",
    ]
    assert run_with("panel serve --dev a.py --autoreload") == ["--reload", "--reload"]


def test_panels_own_flags_are_known_to_panel_only():
    site = site_of("panel serve a.py --static-dirs x=./files --index-titles a=Tides")

    assert site["routes"] == [{"path": "/x", "static": "./files"}]
    assert site["applications"][0]["title"] == "Tides"
    with pytest.raises(BadCommandError, match=r"bokeh serve would not take .*--static-dirs"):
        site_of("bokeh serve a.py --static-dirs x=./files")


@pytest.mark.parametrize(
    ("flags", "monitoring"),
    [
        ("--admin", {"sessions": "/sessions"}),
        ("--admin --admin-endpoint boss", {"sessions": "/boss"}),
        ("--admin-endpoint boss", None),
        ("--rest-session-info --session-history -1", {"sessions": "/sessions"}),
        ("--session-history 0", None),
        ("--admin --basic-auth u.toml", {"sessions": "/sessions", "bind": "127.0.0.1:9006"}),
    ],
)
def test_the_pages_of_panels_admins_become_that_of_operators(flags, monitoring):
    assert site_of(f"panel serve a.py {flags}").get("monitoring") == monitoring


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("serve a.py", "begin with the command"),
        ("bokeh serve", "name an application"),
        ("bokeh serve a.py --port x", "--port: expected a whole number, not 'x'"),
        ("bokeh serve a.py --port", "expected one argument"),
        ("bokeh serve a.py --keep-alive 1s", "--keep-alive: expected a whole number"),
        ("bokeh serve a.py --session-ids mine", "expected unsigned, signed or external-signed"),
        ("bokeh serve x/a.py y/a.ipynb", "x/a.py and y/a.ipynb would both be at /a"),
        ("panel serve a.py --static-dirs files", "--static-dirs: expected KEY=VALUE"),
        ("bokeh serve a.py --no-such-flag", "unrecognized arguments: --no-such-flag"),
    ],
)
def test_a_command_that_would_not_be_taken_is_explained(line, why):
    with pytest.raises(BadCommandError, match=why):
        site_of(line)


def test_globs_are_looked_up_now(tmp_path):
    for name in ("a.py", "b.py", "c.txt"):
        (tmp_path / name).touch()
    site = site_of("bokeh serve *.py --glob", folder=tmp_path)

    assert [one["path"] for one in site["applications"]] == ["/a", "/b"]


def test_a_site_file_elsewhere_finds_the_same_files(tmp_path):
    site = site_of("panel serve a.py --static-dirs x=f", folder=tmp_path, beside=tmp_path / "conf")

    assert site["applications"][0]["handlers"] == [{"file": "../a.py"}]
    assert site["routes"][0]["static"] == "../f"


def test_what_comes_out_is_a_good_site_file(tmp_path, monkeypatch):
    for variable in ("BOKEH_SECRET_KEY", "BOKEH_COOKIE_SECRET", "PANEL_OAUTH_SECRET"):
        monkeypatch.setenv(variable, "k" * 32)
    (tmp_path / "a.py").write_text("")
    (tmp_path / "files").mkdir()
    files = ("cert.pem", "front.html", "in.html", "key.pem", "ours.ico", "out.html", "users.toml")
    for name in files:
        (tmp_path / name).touch()
    values = {
        "--admin-endpoint": ["/boss"],
        "--auth-module": ["auth.py"],
        "--oauth-provider": ["github"],
        "--oauth-redirect-uri": ["https://example.org/login"],
        "--basic-login-template": ["in.html"],
        "--logout-template": ["out.html"],
        "--login-endpoint": ["/in"],
        "--logout-endpoint": ["/out"],
        "--index-titles": ["a=A"],
        "--static-dirs": ["f=files"],
        "--index": ["front.html"],
        "--ico-path": ["ours.ico"],
        "--session-ids": ["signed"],
        "--ssl-certfile": ["cert.pem"],
        "--ssl-keyfile": ["key.pem"],
        "--unix-socket": [],
        "--glob": [],
        "--log-level": ["trace"],
        "--websocket-max-message-size": ["20000000"],
    }
    line = ["panel", "serve", "a.py"]
    flags = {flag.name: flag for flag in BOKEH_FLAGS + PANEL_FLAGS}
    for flag in flags.values():
        if flag.takes == "rest" or values.get(flag.name) == []:
            continue
        default = [] if flag.takes == "nothing" else ["5000"]
        line += [flag.name, *values.get(flag.name, default)]
    site = tmp_path / "site.toml"
    site.write_text(draft_site([*line, "--args", "x"], folder=tmp_path).as_text())

    settings = load_site(site, environ=os.environ).settings

    assert settings.applications[0].title == "A"
    assert settings.applications[0].warm
    assert settings.sign_in.login_page == tmp_path / "in.html"
    assert settings.index == tmp_path / "front.html"
    assert settings.logging.level == "debug"
    assert settings.monitoring.sessions == "/boss"
    assert settings.monitoring.bind is not None
    assert settings.server.bind[0].port == 5000


FLAGS_OF = """
from {0}.command.subcommands.serve import Serve as BokehServe
from {1} import Serve
print(*sorted(name for name, _ in Serve.args if name.startswith("--")))
"""


def flags_of(module):
    # Apart from the tests: it imports Tornado.
    code = FLAGS_OF.format("bokeh", module)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_every_flag_of_bokeh_serve_has_its_row():
    table = [flag.name for flag in BOKEH_FLAGS]

    assert sorted(table) == flags_of("bokeh.command.subcommands.serve")


@pytest.mark.skipif(not find_spec("panel"), reason="Panel is not installed")
def test_every_flag_of_panel_serve_has_its_row():
    table = {flag.name for flag in BOKEH_FLAGS + PANEL_FLAGS}
    newer = {"--admin-password", "--admin-users", "--page-config", "--server"}  # in Panel 1.10
    installed = set(flags_of("panel.command.serve"))

    assert installed - table == set()
    assert table - installed <= newer


def test_the_page_has_the_whole_table():
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_flags(page), "run `make reference`"


def test_an_application_for_an_index_becomes_a_remark():
    text = draft_site(["panel", "serve", "a.py", "--index", "a"]).as_text()

    assert 'redirect = "/a"' in text
    assert "index" not in tomllib.loads(text)


@pytest.mark.parametrize(
    ("said", "origins"),
    [
        (["*:5006", "a.org"], ["a.org"]),
        (["https://a.org/", "http://b.org:8080", "a.org"], ["a.org", "b.org:8080"]),
        (["*.a.org", "localhost:5000", "10.0.0.1:80", "[::1]:80"], None),
        (["10.*.1.1:5006", "*"], []),
    ],
)
def test_origins_are_hosts_that_a_site_takes_or_are_told(tmp_path, said, origins):
    line = [f"--allow-websocket-origin={one}" for one in said]
    text = draft_site(["bokeh", "serve", "a.py", *line]).as_text()
    (tmp_path / "a.py").touch()
    (tmp_path / "site.toml").write_text(text)

    loaded = load_site(tmp_path / "site.toml", environ={})
    found = tomllib.loads(text)["server"].get("allow_origins", [])
    assert found == (said if origins is None else origins)
    assert len(loaded.settings.server.allow_origins) == len(found)
    assert text.count("nobody") == len([one for one in said if "*" in one and one not in found])


def test_variables_before_the_command_say_what_flags_do_not():
    line = (
        "env BOKEH_ALLOW_WS_ORIGIN=a.org,b.org:80 BOKEH_SIGN_SESSIONS=yes BOKEH_SECRET_KEY=k "
        "BOKEH_RESOURCES=cdn BOKEH_PY_LOG_LEVEL=debug bokeh serve a.py --show --log-level warning"
    )
    draft = draft_site(line.split())
    site = tomllib.loads(draft.as_text())

    assert site["server"]["allow_origins"] == ["a.org", "b.org:80"]
    assert site["sessions"] == {"secret_key": {"env": "BOKEH_SECRET_KEY"}}
    assert site["logging"]["level"] == "warning"
    assert draft.remarks == ["BOKEH_RESOURCES: stays in the environment"]
    assert draft.run == ["--open"]
    assert "secret_key" not in site_of("BOKEH_SIGN_SESSIONS=no bokeh serve a.py").get(
        "sessions", {}
    )


def test_variables_are_those_that_bokeh_has_and_flags_that_there_are():
    from bokeh.settings import settings

    known = {setting.env_var for setting in type(settings).__dict__.values() if is_setting(setting)}
    names = {variable.name for variable in VARIABLES} | SECRETS
    assert {name for name in names if name.startswith("BOKEH_")} <= known
    flags = {flag.name for flag in (*BOKEH_FLAGS, *PANEL_FLAGS)}
    assert {variable.flag for variable in VARIABLES} <= flags
    if panel := find_spec("panel"):
        code = Path(panel.origin).with_name("config.py").read_text()
        assert [name for name in names if name.startswith("PANEL_") and name not in code] == []


def is_setting(found):
    return isinstance(getattr(found, "env_var", None), str)


@pytest.mark.parametrize("port", ["70000", "-1", "abc"])
def test_a_port_that_there_is_not_is_told(port):
    with pytest.raises(BadCommandError, match="--port"):
        draft_site(["bokeh", "serve", "a.py", f"--port={port}"])


@pytest.mark.parametrize(
    ("flags", "bind"),
    [
        ("--port=$PORT", "0.0.0.0:$PORT"),
        ("--port= --address=127.0.0.1", "127.0.0.1:$PORT"),
        ("--port ${LISTEN} --address ::1", "[::1]:${LISTEN}"),
    ],
)
def test_a_port_of_the_environment_is_for_each_start(flags, bind):
    draft = draft_site(["bokeh", "serve", *flags.split(), "--use-xheaders", "a.py"])

    assert draft.run == ["--bind", bind]
    assert f'--bind "{bind}"' in draft.as_text()
    assert "bind" not in tomllib.loads(draft.as_text())["server"]


def test_a_sign_in_by_variables_is_one_by_keys():
    line = (
        "PANEL_OAUTH_KEY=abc PANEL_OAUTH_SECRET=s PANEL_OAUTH_OPTIONAL=true "
        "panel serve a.py --oauth-provider github"
    )
    assert site_of(line)["sign_in"] == {
        "provider": "github",
        "client_id": "abc",
        "client_secret": {"env": "PANEL_OAUTH_SECRET"},
        "optional": True,
    }
