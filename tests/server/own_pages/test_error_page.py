"""What a visitor is told when there is no page to show."""

import re

import pytest

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.base.events import BuildFailed, ConnectionRefused, RequestFailed
from docsync_trio.config.schema import TcpBind
from docsync_trio.server.own_pages.error_page import of_failure, of_fault, of_refusal
from tests.server.a_site import BROKEN, a_site, application
from tests.server.memory_client import ask, http_scope

HTML = {"accept": "text/html,*/*"}


def failure(error):
    told = ApplicationError("x", application="/a", incident="abc12345")
    told.__cause__ = error
    return told


async def test_in_development_the_authors_line_comes_first(tmp_path):
    async with a_site(application(tmp_path, "/app", BROKEN)) as site:
        page = await ask(site.asgi, "/app", headers=HTML)
        assert page.status == 500
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-store"
        places = re.findall(r"<code>([^<]*app\.py)</code>, line (\d+)", page.text)
        assert [int(line) for _, line in places] == [6, 8]
        assert page.text.index("return whole / 0") < page.text.index("The traceback")
        assert "ZeroDivisionError: division by zero" in page.text


async def test_the_traceback_for_people_without_a_browser_begins_with_the_authors_lines(tmp_path):
    async with a_site(application(tmp_path, "/app", BROKEN)) as site:
        lines = (await ask(site.asgi, "/app")).text.splitlines()
        first = next(line for line in lines if line.startswith("  File "))
        assert first == f'  File "{tmp_path}/-app.py", line 8, in <module>'
        assert not any("docsync_trio/" in line for line in lines)


async def test_a_known_mistake_is_told_with_what_to_do_about_it(tmp_path):
    source = "import trio\nfrom bokeh.plotting import figur\n"
    async with a_site(application(tmp_path, "/app", source)) as site:
        page = await ask(site.asgi, "/app", headers=HTML)
        assert "did you mean &#39;figure&#39;?" in page.text
        assert "did you mean 'figure'?" in (await ask(site.asgi, "/app")).text


async def test_what_the_page_shows_is_escaped_and_has_no_values_of_variables(tmp_path):
    source = 'import trio\nsecret = "hunter" + "2"\nraise ValueError("<script>alert(1)</script>")\n'
    async with a_site(application(tmp_path, "/app", source)) as site:
        page = await ask(site.asgi, "/app", headers=HTML)
        assert "<script" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "hunter2" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_in_production_the_visitor_gets_a_number_and_the_log_the_rest(tmp_path):
    public = (TcpBind("0.0.0.0", 80),)
    async with a_site(application(tmp_path, "/app", BROKEN), bind=public) as site:
        page = await ask(site.asgi, "/app", headers=HTML)
        (failed,) = site.seen(BuildFailed)
        assert page.status == 500
        assert failed.incident in page.text
        for secret in ("ZeroDivision", "half", str(tmp_path), "Traceback"):
            assert secret not in page.text
        script = await ask(site.asgi, "/app/autoload.js?bokeh-autoload-element=x")
        assert "ZeroDivision" not in script.text


async def test_the_next_visitor_gets_a_fresh_attempt(tmp_path):
    (tmp_path / "broken").touch()
    source = f"""
import trio
from pathlib import Path
if Path({str(tmp_path / "broken")!r}).exists():
    raise SystemExit(3)
"""
    async with a_site(application(tmp_path, "/app", source)) as site:
        assert (await ask(site.asgi, "/app")).status == 500
        (tmp_path / "broken").unlink()
        assert (await ask(site.asgi, "/app")).status == 200


async def test_a_full_application_answers_503_and_when_to_come_back(tmp_path):
    full = application(tmp_path, "/app", sessions={"max_sessions": 1})
    async with a_site(full) as site:
        assert (await ask(site.asgi, "/app")).status == 200
        reply = await ask(site.asgi, "/app", headers=HTML)
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) > 0
        (refused,) = site.seen(ConnectionRefused)
        assert "max_sessions" in refused.hint
        assert refused.hint not in reply.text


async def test_where_there_is_nothing_the_applications_are_listed(tmp_path):
    applications = [application(tmp_path, "/a b", title="A & B"), application(tmp_path, "/x/{y}")]
    async with a_site(*applications, prefix="/desk") as site:
        page = await ask(site.asgi, "/nowhere", headers=HTML)
        assert page.status == 404
        assert '<a href="/desk/a%20b">A &amp; B' in page.text
        assert "{y}" not in page.text
        mounted = await ask(site.asgi, "/docs/nowhere", headers=HTML, root_path="/docs")
        assert '<a href="/docs/desk/a%20b">' in mounted.text
        assert site.events == []


async def test_programs_get_plain_text(tmp_path):
    async with a_site(application(tmp_path, "/app", BROKEN)) as site:
        reply = await ask(site.asgi, "/nowhere")
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert reply.text.startswith("404 ")
        assert "ZeroDivisionError" in (await ask(site.asgi, "/app")).text


async def test_head_gets_the_status_and_no_body(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        for target in ("/nowhere", "/static/js/nothing.js"):
            assert (await ask(site.asgi, target, method="HEAD")).status == 404


async def test_a_fault_of_ours_is_logged_and_answered_with_a_number(tmp_path, monkeypatch):
    from docsync_trio.server.pages import application_page as pages

    async def fail(*_args):
        raise KeyError("inner secret")

    monkeypatch.setattr(pages, "open_session_for", fail)
    public = (TcpBind("", 80),)
    async with a_site(application(tmp_path, "/app"), bind=public) as site:
        reply = await ask(site.asgi, "/app")
        assert reply.status == 500
        assert "secret" not in reply.text
        (failed,) = site.seen(RequestFailed)
        assert failed.incident in reply.text
        assert (failed.target, failed.peer) == ("/app", "10.0.0.9:4444")
        assert isinstance(failed.error, KeyError)


async def test_an_answer_that_has_begun_is_cut_off_and_not_mixed_with_another(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        sent = []

        async def send(message):
            sent.append(message["type"])
            if message["type"] == "http.response.body":
                raise OSError("the peer is gone")

        with pytest.raises(OSError, match="the peer is gone"):
            await site.asgi(http_scope("/static/js/bokeh.min.js"), None, send)
        assert sent == ["http.response.start", "http.response.body"]


def test_a_group_of_exceptions_shows_the_first_in_it():
    group = ExceptionGroup("several", [ExceptionGroup("inner", [ValueError("the cause")])])
    told = of_failure(failure(group), show=True)
    assert told.trace.error == "ValueError: the cause"
    assert "several" in told.trace.whole


def test_an_error_without_a_cause_has_only_its_number():
    told = of_failure(failure(None), show=True)
    assert told.trace is None
    assert "abc12345" in told.as_html()
    assert "abc12345" in told.as_text()
    assert "abc12345" in told.as_script("x")


def test_the_script_is_safe_inside_a_page_and_without_an_element():
    told = of_fault(ValueError("</script><script>"), "1", show=True)
    assert "</script" not in told.as_script("x")
    assert "const id = null" in told.as_script(None)


def test_a_status_that_nobody_has_heard_of_is_explained_all_the_same():
    assert "599" in of_refusal(Refusal(599, "Odd")).as_text()
    assert "Odd." in of_refusal(Refusal(418, "Odd")).as_html()
