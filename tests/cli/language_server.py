"""A language server as an editor drives it: messages over its standard input and output."""

import contextlib
import json
import shutil
import subprocess
import sysconfig

import attrs
import pytest


def tool(name):
    """Return the path of a program that pip installs beside Python; skip where it cannot be."""
    path = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed: pip has no wheel of it for this machine")
    return path


@attrs.define
class LanguageServer:
    """A running server. Lines and columns count from 0 here, as in LSP."""

    _process: subprocess.Popen
    _asked: int = 0
    _told: list = attrs.field(factory=list)

    def open(self, path, text):
        """Open the file *path*, which holds *text*."""
        path.write_text(text)
        document = {"uri": path.as_uri(), "languageId": "toml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        return OpenFile(self, path.as_uri())

    def ask(self, method, **params):
        """Return the answer to a request; what the server says meanwhile is kept."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while "method" in (message := self._receive()) or message["id"] != self._asked:
            self._hear(message)
        assert "error" not in message, message
        return message["result"]

    def tell(self, method, **params):
        self._send({"method": method, "params": params})

    def next_told(self, method):
        """Return what the server says of its own accord, in its order."""
        while True:
            for told in self._told:
                if told["method"] == method:
                    self._told.remove(told)
                    return told["params"]
            self._hear(self._receive())

    def _hear(self, message):
        if "id" not in message:
            self._told.append(message)
            return
        # The server asks us something: an editor without settings has nothing to say.
        items = (message.get("params") or {}).get("items")
        self._send({"id": message["id"], "result": None if items is None else [None] * len(items)})

    def _send(self, message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self._process.stdin.flush()

    def _receive(self):
        length = 0
        while (line := self._process.stdout.readline()) != b"\r\n":
            assert line, "the language server has ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return json.loads(self._process.stdout.read(length))


@attrs.frozen
class OpenFile:
    """A file that is open in a language server."""

    server: LanguageServer
    uri: str

    def mistakes(self):
        """Return the line and the message of each mistake, as soon as there is one."""
        while True:
            told = self.server.next_told("textDocument/publishDiagnostics")
            if told["uri"] == self.uri and told["diagnostics"]:
                return {(d["range"]["start"]["line"], d["message"]) for d in told["diagnostics"]}

    def complete(self, line, column, *, with_):
        """Return what an editor would offer: the documentation by the label.

        A server reads the schema while it answers already: *with_* is there when it has.
        """
        while with_ not in (offered := self._offered(line, column)):
            pass
        return offered

    def _offered(self, line, column):
        found = self.server.ask("textDocument/completion", **self._at(line, column)) or []
        items = found["items"] if isinstance(found, dict) else found
        return {item["label"]: _text(item.get("documentation")) for item in items}

    def hover(self, line, column):
        """Return what is shown below the pointer."""
        found = self.server.ask("textDocument/hover", **self._at(line, column))
        return _text(found and found["contents"])

    def _at(self, line, column):
        position = {"line": line, "character": column}
        return {"textDocument": {"uri": self.uri}, "position": position}


@contextlib.contextmanager
def language_server(command, folder):
    """Run the language server that *command* starts, for the files in *folder*."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = LanguageServer(process)
        server.ask(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            workspaceFolders=[{"uri": folder.as_uri(), "name": "site"}],
            capabilities={
                "textDocument": {
                    "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                    "hover": {"contentFormat": ["markdown"]},
                    "publishDiagnostics": {},
                },
                "workspace": {"configuration": True, "workspaceFolders": True},
            },
        )
        server.tell("initialized")
        yield server
    finally:
        process.kill()
        process.communicate()


def _text(contents):
    return contents["value"] if isinstance(contents, dict) else contents or ""
