"""What a site file may say of signing in."""

import pytest

from docsync_trio.config.schema import SignInSettings


def test_nobody_signs_in_unless_the_file_says_how(folder):
    settings = folder.load("").settings.sign_in

    assert settings == SignInSettings()
    assert not settings.is_on


def test_three_ways_may_stand_side_by_side(folder):
    (folder.path / "users.toml").touch()
    text = """
        [sign_in]
        users = "users.toml"
        provider = "oidc"
        issuer = "https://id.example.org"
        client_id = "desk"
        client_secret = { env = "ID_SECRET" }
        function = "rules:who"
    """
    settings = folder.load(text, environ={"ID_SECRET": "hush"}).settings.sign_in

    assert settings.is_on
    assert settings.has_page
    assert settings.client_secret == "hush"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("optional = true", "nobody could sign in; add users, provider or function"),
        ('provider = "oidc"\nclient_id = "x"', '"oidc" needs issuer beside it'),
        ('provider = "github"\nclient_id = "x"', '"github" needs client_secret beside it'),
        (
            'provider = "oidc"\nclient_id = "x"\nissuer = "id.example.org"',
            '"id.example.org" is no address; expected one that starts with https://',
        ),
        (
            'function = "rules:who"\nlogin_path = "/login/{x}"',
            '"/login/{x}" has a parameter; write a fixed path',
        ),
        (
            'function = "rules:who"\nlogin_path = "/app"',
            '"/app" is also applications[0].path; give one of them another path',
        ),
        (
            'function = "rules:who"\n[monitoring]\nmetrics = "/metrics"',
            "would be there for everybody; give monitoring.bind an address of its own",
        ),
        (
            'function = "rules:who"\n[monitoring]\nsessions = "/sessions"',
            "would be there for everybody; give monitoring.bind an address of its own",
        ),
    ],
)
def test_what_would_let_nobody_or_everybody_in_is_an_error(folder, table, says):
    (line,) = folder.wrong(f"[sign_in]\n{table}\n")

    assert line.endswith(says)


def test_who_may_see_something_means_nothing_where_nobody_signs_in(folder):
    text = """
        [[applications]]
        path = "/other"
        public = true
        authorize = "rules:may"
        handlers = [{ file = "app.py" }]

        [[routes]]
        path = "/files"
        public = true
        redirect = "/app"
    """
    lines = folder.wrong(text)

    assert len(lines) == 3
    assert all("means something only with [sign_in]" in line for line in lines)
