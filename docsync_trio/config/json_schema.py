"""The JSON Schema of a site file, for editors that complete and check while one types.

It has no `$id`: it lies beside the site file, in whatever version of docsync-trio that is
for. What Tombi and Taplo, the two language servers for TOML, make of it is tested.
"""

import json
from typing import Any

import tomli

from docsync_trio.config.keys import Key, keys_of
from docsync_trio.config.schema import ONE_OF, SiteSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of the whole site file."""
    definitions: dict[str, Any] = {}
    profile = _table(SiteSettings, definitions)
    definitions["Profile"] = {**profile, "description": "What differs in this profile."}
    profiles = {
        "type": "object",
        "description": "Named sets of changes; `--profile NAME` chooses one.",
        "additionalProperties": {"$ref": "#/$defs/Profile"},
    }
    return {
        "$schema": DIALECT,
        "title": "docsync site file",
        **profile,
        "properties": {**profile["properties"], "profiles": profiles},
        "anyOf": [{"required": ["applications"]}, {"required": ["routes"]}],
        "$defs": definitions,
    }


def _table(table: type, definitions: dict[str, Any]) -> dict[str, Any]:
    keys = keys_of(table)
    schema: dict[str, Any] = {
        "type": "object",
        "description": (table.__doc__ or "").strip(),
        "additionalProperties": False,
        "properties": {name: _key(key, definitions) for name, key in keys.items()},
    }
    if required := [name for name, key in keys.items() if key.required]:
        schema["required"] = required
    if table in ONE_OF:
        schema["oneOf"] = [{"required": [name]} for name in ONE_OF[table]]
    if companions := {k.name: _one_present(k.only_with) for k in keys.values() if k.only_with}:
        schema["dependentSchemas"] = companions
    return schema


def _one_present(names: tuple[str, ...]) -> dict[str, Any]:
    return {"anyOf": [{"required": [name]} for name in names]}


def _key(key: Key, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = {**_value(key, definitions), "description": key.doc}
    if "anyOf" in schema:
        # Taplo looks for the description in the branches, where other editors want it above.
        schema["anyOf"] = [{"description": key.doc, **branch} for branch in schema["anyOf"]]
    if key.kind is not None and key.default is not None and not key.required:
        schema["default"] = key.kind.plain(key.default)
    if key.example is not None:  # better than those of its kind
        schema["examples"] = [tomli.loads(f"value = {key.example}")["value"]]
    return schema


def _value(key: Key, definitions: dict[str, Any]) -> dict[str, Any]:
    if key.kind is not None:
        return key.kind.json_schema()
    if key.table is not None:
        return _reference(key.table, definitions)
    assert key.tables is not None, "a key is of one of the three forms"  # noqa: S101
    items = {"type": "array", "items": _reference(key.tables, definitions)}
    return {**items, "minItems": 1} if key.required else items


def _reference(table: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if table.__name__ not in definitions:
        definitions[table.__name__] = {}
        definitions[table.__name__] = _table(table, definitions)
    return {"$ref": f"#/$defs/{table.__name__}"}


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(json_schema(), indent=2) + "\n"
