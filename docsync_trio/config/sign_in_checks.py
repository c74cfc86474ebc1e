"""What is wrong with `[sign_in]` as a whole."""

from collections.abc import Iterator

from docsync_trio.base.errors import Problem
from docsync_trio.config.kind import shown
from docsync_trio.config.layers import Tree
from docsync_trio.config.sign_in_schema import NEEDED_BY_PROVIDER, WAYS


def check_sign_in(tree: Tree) -> Iterator[Problem]:
    """Yield why nobody could sign in as *tree* has it; and who asks for it without."""
    table = tree.get("sign_in")
    if isinstance(table, dict):
        if not any(table.get(way) for way in WAYS):
            text = f"nobody could sign in; add {', '.join(WAYS[:-1])} or {WAYS[-1]}"
            yield Problem(("sign_in",), text)
        yield from _provider(table)
        yield from _paths(table)
        yield from _monitoring(tree)
    else:
        yield from _without(tree)


def _provider(table: Tree) -> Iterator[Problem]:
    provider = table.get("provider")
    if not isinstance(provider, str):
        return
    for name in NEEDED_BY_PROVIDER.get(provider, ()):
        if not table.get(name):
            yield Problem(("sign_in", "provider"), f"{shown(provider)} needs {name} beside it")
    for name in ("issuer", "authorize_url", "token_url", "user_url", "redirect_url"):
        url = table.get(name)
        if isinstance(url, str) and url and not url.startswith(("https://", "http://")):
            text = f"{shown(url)} is no address; expected one that starts with https://"
            yield Problem(("sign_in", name), text)


def _paths(table: Tree) -> Iterator[Problem]:
    for name in ("login_path", "logout_path"):
        path = table.get(name)
        if isinstance(path, str) and "{" in path:
            yield Problem(("sign_in", name), f"{shown(path)} has a parameter; write a fixed path")


def _monitoring(tree: Tree) -> Iterator[Problem]:
    monitoring = tree.get("monitoring")
    if not isinstance(monitoring, dict) or "bind" in monitoring:
        return
    for name in ("metrics", "sessions"):
        if monitoring.get(name, "off") != "off":
            text = "would be there for everybody; give monitoring.bind an address of its own"
            yield Problem(("monitoring", name), text)


def _without(tree: Tree) -> Iterator[Problem]:
    for kind, names in (("applications", ("public", "authorize")), ("routes", ("public",))):
        tables = tree.get(kind)
        for index, one in enumerate(tables if isinstance(tables, list) else ()):
            for name in names:
                if isinstance(one, dict) and one.get(name):
                    text = "means something only with [sign_in]; add it, or remove this"
                    yield Problem((kind, index, name), text, on_key=True)
