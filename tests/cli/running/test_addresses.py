import contextlib
import socket
import sys

import pytest

from docsync_trio.cli.running.addresses import base_urls, listening_at


@contextlib.contextmanager
def bound(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind(address)
        yield sock


def test_an_address_is_a_url():
    with bound(socket.AF_INET, ("127.0.0.1", 0)) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"

        assert listening_at(sock) == url
        assert base_urls([sock]) == (url,)
        assert listening_at(sock, "https") == url.replace("http", "https")
        assert base_urls([sock], "https") == (url.replace("http", "https"),)


def test_all_interfaces_are_told_as_such_and_opened_as_this_machine():
    with bound(socket.AF_INET, ("0.0.0.0", 0)) as sock:
        port = sock.getsockname()[1]

        assert listening_at(sock) == f"http://0.0.0.0:{port}"
        assert base_urls([sock]) == (f"http://127.0.0.1:{port}",)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6_stands_in_brackets():
    try:
        with bound(socket.AF_INET6, ("::1", 0)) as sock:
            assert listening_at(sock) == f"http://[::1]:{sock.getsockname()[1]}"
    except OSError:
        pytest.skip("this machine has no IPv6")


def test_a_unix_socket_has_a_path_and_no_url(tmp_path):
    path = str(tmp_path / "site.sock")
    with bound(socket.AF_UNIX, path) as sock:
        assert listening_at(sock) == f"unix:{path}"
        assert base_urls([sock]) == ()


@pytest.mark.skipif(sys.platform != "linux", reason="names without files are Linux's")
def test_a_unix_socket_without_a_file_has_a_name(tmp_path):
    name = f"{tmp_path.name}-\N{SNOWMAN}"
    with bound(socket.AF_UNIX, f"\0{name}") as sock:
        assert listening_at(sock) == f"unix:@{name}"


@pytest.mark.skipif(not hasattr(socket, "AF_VSOCK"), reason="this Python knows no other kind")
def test_a_socket_of_another_kind_that_was_passed_to_us_is_named():
    class Other:
        family = socket.AF_VSOCK

        def getsockname(self):
            return (2, 5006)

    assert listening_at(Other()) == "AF_VSOCK:(2, 5006)"
    assert base_urls([Other()]) == ()
