import pathlib
import re
import tomllib

import attrs

from docsync_trio.config.describe import reference_page
from docsync_trio.config.keys import keys_of
from docsync_trio.config.kind import Surroundings
from docsync_trio.config.schema import SiteSettings, TlsSettings
from tests.config.every_key import every_key_commented_out

PAGE = pathlib.Path(__file__).parents[2] / "docs/reference/site.md"
REMAKE = "the page and the schema differ; `make reference` writes it anew"


def every_key(table=SiteSettings):
    for key in keys_of(table).values():
        yield key
        inner = key.table or key.tables
        if inner is not None:
            yield from every_key(inner)


def test_the_reference_page_is_in_step_with_the_schema():
    assert PAGE.read_text(encoding="utf-8") == reference_page(), REMAKE


def test_every_key_is_on_the_reference_page_with_its_doc():
    page = reference_page()
    for key in every_key():
        if key.kind is not None:
            assert f"| `{key.name}` |" in page
            assert key.doc in page


def test_every_key_has_a_doc_that_is_a_sentence():
    for key in every_key():
        assert key.doc.endswith(".")


def test_every_default_and_example_is_right():
    around = Surroundings(pathlib.Path("/nowhere"), {}, look=False)
    for key in every_key():
        if key.kind is None:
            continue
        if key.example is not None:
            key.kind.read(tomllib.loads(f"value = {key.example}")["value"], around)
        if key.default is not None and not key.required:
            assert key.kind.read(key.kind.plain(key.default), around) == key.default


def test_a_key_says_by_its_default_or_an_example_what_to_write():
    for key in every_key():
        if key.kind is not None and key.default in (None, attrs.NOTHING, "", (), {}):
            assert key.example is not None, key.name


def test_the_template_is_a_site_with_all_defaults(folder):
    text = every_key_commented_out(title="Desk", path="/app", file="app.py")
    settings = folder.load(text, application=False).settings
    assert attrs.evolve(settings, applications=(), title="") == SiteSettings()
    assert settings.applications[0].path == "/app"
    folder.load(text, application=False, profile="dev")


def test_what_the_template_comments_out_is_right_too(folder):
    text = every_key_commented_out(title="Desk", path="/app", file="app.py")
    bare = re.sub(r"^#([a-z_.]+ = )", r"\1", text, flags=re.MULTILINE)
    assert bare.count("\n#") < text.count("\n#")
    for example in ("cert.pem", "key.pem", "clients.pem"):
        (folder.path / example).touch()
    environ = {"DOCSYNC_SECRET_KEY": "k", "DOCSYNC_TLS_PASSWORD": "k"}
    # Who may see what means something only where somebody can sign in.
    bare += '\n[sign_in]\nfunction = "rules:who"\n'
    site = folder.load(bare, application=False, environ=environ)
    server = site.settings.server
    assert server.tls.password == "k"
    assert attrs.evolve(server, tls=TlsSettings()) == SiteSettings().server
