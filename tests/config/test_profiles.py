from docsync_trio.config.schema import ReloadSettings, TcpBind

TEXT = """
[profiles.dev]
server.bind = ":1"
[profiles.production]
sessions.secret_key = { env = "NOT_ON_THIS_MACHINE" }
routes = [{ path = "/files", static = "/not/on/this/machine" }]
"""


def test_a_profile_is_laid_over_the_file(folder):
    assert folder.load(TEXT, profile="dev").settings.server.bind == (TcpBind("", 1),)
    assert folder.load(TEXT).settings.server.bind == (TcpBind("127.0.0.1", 5006),)


def test_an_unknown_profile_is_told_with_those_there_are(folder):
    assert folder.wrong(TEXT, profile="test") == [
        'site.toml:2:2: profiles: no profile is called "test"; there are dev, production'
    ]
    assert folder.wrong(TEXT, profile="dve") == [
        'site.toml:2:2: profiles: no profile is called "dve"; did you mean "dev"?'
    ]
    assert folder.wrong("", profile="test") == [
        'site.toml:1:1: profiles: no profile is called "test"; there is dev'
    ]


def test_the_profile_dev_is_always_there(folder):
    assert folder.load("", profile="dev").settings.reload.enabled
    assert not folder.load("").settings.reload.enabled
    text = "profiles.dev.reload = { keep_state = false }"
    assert folder.load(text, profile="dev").settings.reload == ReloadSettings(
        enabled=True, keep_state=False
    )
    text = "profiles.dev.reload.enabled = false"
    assert not folder.load(text, profile="dev").settings.reload.enabled


def test_files_and_secrets_of_a_profile_are_looked_for_only_when_it_is_chosen(folder):
    folder.load(TEXT, profile="dev")
    lines = folder.wrong(TEXT, profile="production")
    assert [line.split(": ")[1] for line in lines] == [
        "profiles.production.sessions.secret_key.env",
        "profiles.production.routes[0].static",
    ]


def test_mistakes_are_told_in_every_profile_chosen_or_not(folder):
    text = """
        [profiles.dev]
        server.bnd = ":1"
        [profiles]
        other = 1
        """
    for profile in (None, "dev"):
        assert folder.wrong(text, profile=profile) == [
            'site.toml:3:8: profiles.dev.server.bnd: no such key; did you mean "bind"?',
            "site.toml:5:9: profiles.other: expected a table of changed keys, not 1",
        ]
