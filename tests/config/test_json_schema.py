import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from docsync_trio.config.json_schema import json_schema, schema_text
from docsync_trio.config.keys import keys_of
from docsync_trio.config.schema import SiteSettings
from tests.config.every_key import every_key_commented_out

WHOLE = """
title = "Ocean desk"
[server]
bind = ["127.0.0.1:0", "unix:/run/site.sock", "fd://3"]
keep_alive = { ping = "off" }
[sessions]
secret_key = { env = "KEY" }
[[applications]]
path = "/app/{x}"
handlers = [{ file = "app.py", argv = ["a"] }, { bokeh = "a:B", arguments = { c = 1 } }]
metadata = { any = [1] }
sessions = { outbox = "1MB" }
[[routes]]
path = "/"
static = "."
[profiles.dev]
server.bind = ":1"
"""


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_schema_and_goes_into_a_file():
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(json_schema())))


@pytest.mark.parametrize(
    "text", [WHOLE, every_key_commented_out(title="T", path="/a", file="a.py")]
)
def test_a_right_site_is_valid(validator, text):
    assert list(validator.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title", "titel"),
        ('"off"', "25"),
        ('"off"', '"25 s"'),
        ('"fd://3"', '"nowhere"'),
        ('"fd://3"', "3"),
        ('{ env = "KEY" }', '{ env = "KEY", file = "x" }'),
        ('"/app/{x}"', '"app"'),
        ('path = "/app/{x}"', ""),
        ('file = "app.py"', 'file = "app.py", json = "x.json"'),
        ('file = "app.py"', 'json = "app.json"'),
        ('"1MB"', '"1mb"'),
        ("server.bind", "server.bnd"),
        ('bokeh = "a:B"', 'function = "a:B"'),
    ],
)
def test_a_wrong_site_is_invalid(validator, old, new):
    assert old in WHOLE
    assert list(validator.iter_errors(tomllib.loads(WHOLE.replace(old, new, 1)))) != []


def test_an_empty_site_is_invalid(validator):
    assert list(validator.iter_errors({})) != []


def test_every_key_has_its_description_and_default():
    properties = json_schema()["$defs"]["SessionSettings"]["properties"]
    assert properties["unused_lifetime"]["default"] == "15s"
    assert properties["secret_key"]["examples"] == [{"env": "DOCSYNC_SECRET_KEY"}]
    assert all(entry["description"] for entry in properties.values())


def tables(table=SiteSettings):
    yield table
    for key in keys_of(table).values():
        if inner := key.table or key.tables:
            yield from tables(inner)


def test_defaults_and_examples_are_valid_by_their_own_schema():
    definitions = json_schema()["$defs"]
    for table in set(tables()) - {SiteSettings}:
        for entry in definitions[table.__name__]["properties"].values():
            values = [*entry.get("examples", [])]
            values += [entry["default"]] if "default" in entry else []
            by_its_own = jsonschema.Draft202012Validator({**entry, "$defs": definitions})
            assert [error for value in values for error in by_its_own.iter_errors(value)] == []


def test_every_value_has_a_default_or_an_example_and_every_table_a_description():
    definitions = json_schema()["$defs"]
    for name, table in definitions.items():
        assert table["description"], name
        for key, entry in table["properties"].items():
            assert entry["description"], key
            is_table = "$ref" in entry or "$ref" in entry.get("items", {})
            assert is_table or "default" in entry or "examples" in entry, (name, key)


def test_times_and_sizes_have_their_pattern_and_show_how_they_are_written():
    sessions = json_schema()["$defs"]["SessionSettings"]["properties"]
    for key in ("unused_lifetime", "outbox"):
        entry = sessions[key]
        assert all(re.search(entry["pattern"], value) for value in entry["examples"])
        assert not re.search(entry["pattern"], "25")


def test_the_schema_of_the_repository_is_in_step():
    path = Path(__file__).parent.parent.parent / "docs/reference/site.schema.json"

    assert path.read_text() == schema_text(), "run `make reference`"
