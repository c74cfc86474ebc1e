import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.conversation import TABLE, Conversation, When
from docsync_trio.protocol.message import Message
from docsync_trio.protocol.outgoing import outgoing, pull_request, server_info_request

CONTENT = {
    "PUSH-DOC": {"doc": {}},
    "PULL-DOC-REPLY": {"doc": {}},
    "PATCH-DOC": {"events": []},
    "ERROR": {"text": "no"},
    "SERVER-INFO-REPLY": {"version_info": {}},
}
MOST_OF_A_REASON = 123  # bytes that fit a close frame beside the code
KINDS = sorted({kind for rules in TABLE.values() for kind in rules})


def message(kind, *, reply_to=None, content=None):
    return Message(kind, "m1", CONTENT.get(kind, {}) if content is None else content, reply_to)


def greeted_client():
    client = Conversation("client")
    client.receive(message("ACK"))
    return client


def refused(conversation, incoming):
    with pytest.raises(ProtocolError) as caught:
        conversation.receive(incoming)
    return caught.value.close_code


@pytest.mark.parametrize("kind", ["PULL-DOC-REQ", "PUSH-DOC", "PATCH-DOC", "SERVER-INFO-REQ"])
def test_a_server_takes_requests_and_changes_at_any_time(kind):
    server = Conversation("server")

    server.receive(message(kind))
    server.receive(message(kind))


@pytest.mark.parametrize(
    "kind", ["ACK", "PULL-DOC-REPLY", "SERVER-INFO-REPLY", "", "ack", "x" * 200]
)
def test_a_server_takes_nothing_else(kind):
    assert refused(Conversation("server"), message(kind)) == CloseCode.UNEXPECTED_MESSAGE


@pytest.mark.parametrize("kind", ["OK", "ERROR"])
def test_a_server_takes_an_answer_only_to_what_it_asked(kind):
    server = Conversation("server")
    push = outgoing("PUSH-DOC", "{}")
    server.asked(push)
    server.receive(message(kind, reply_to=push.id))

    assert refused(server, message(kind, reply_to=push.id)) == CloseCode.UNEXPECTED_MESSAGE


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ACK"])
def test_a_client_hears_the_greeting_before_anything_else(kind):
    client = Conversation("client")
    request = outgoing("PUSH-DOC", "{}")
    client.asked(request)

    answer = message(kind, reply_to=request.id)
    assert refused(client, answer) == CloseCode.UNEXPECTED_MESSAGE


def test_a_client_is_greeted_once():
    assert refused(greeted_client(), message("ACK")) == CloseCode.UNEXPECTED_MESSAGE


def test_a_client_takes_changes_between_question_and_answer():
    client = greeted_client()
    request = pull_request()
    client.asked(request)

    client.receive(message("PATCH-DOC"))
    client.receive(message("PULL-DOC-REPLY", reply_to=request.id))


@pytest.mark.parametrize(
    "request_kind", ["PULL-DOC-REQ", "SERVER-INFO-REQ", "PUSH-DOC", "PATCH-DOC"]
)
def test_every_request_may_be_answered_with_an_error(request_kind):
    client = greeted_client()
    request = outgoing(request_kind, "{}")
    client.asked(request)

    client.receive(message("ERROR", reply_to=request.id))


def test_an_answer_must_be_of_the_kind_that_was_asked_for():
    client = greeted_client()
    request = server_info_request()
    client.asked(request)

    answer = message("PULL-DOC-REPLY", reply_to=request.id)
    assert refused(client, answer) == CloseCode.UNEXPECTED_MESSAGE


@pytest.mark.parametrize("reply_to", [None, "", "unknown"])
def test_an_answer_to_nothing_is_refused(reply_to):
    answer = message("OK", reply_to=reply_to)

    assert refused(greeted_client(), answer) == CloseCode.UNEXPECTED_MESSAGE


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("PUSH-DOC", {}),
        ("PUSH-DOC", {"doc": []}),
        ("PATCH-DOC", {}),
        ("PATCH-DOC", {"events": {}}),
        ("PATCH-DOC", {"events": None}),
    ],
)
def test_content_that_lacks_what_the_kind_needs_is_refused(kind, content):
    incoming = message(kind, content=content)

    assert refused(Conversation("server"), incoming) == CloseCode.PROTOCOL_ERROR


def test_the_table_has_at_most_one_greeting_for_a_role():
    for rules in TABLE.values():
        assert sum(rule.when is When.FIRST for rule in rules.values()) <= 1


def outcome(role, said):
    """The error that ends what is *said*, or None."""
    conversation = Conversation(role)
    try:
        for kind, reply_to, content in said:
            conversation.receive(message(kind, reply_to=reply_to, content=content))
    except ProtocolError as error:
        return error
    return None


@given(
    st.sampled_from(["server", "client"]),
    st.lists(
        st.tuples(
            st.sampled_from(KINDS) | st.text(st.characters(exclude_categories=[]), max_size=200),
            st.none() | st.text(max_size=3),
            st.dictionaries(st.sampled_from(["doc", "events", "text"]), st.none() | st.just([])),
        )
    ),
)
def test_whatever_is_said_is_taken_or_gives_a_protocol_error(role, said):
    error = outcome(role, said)

    if error is not None:
        assert error.close_code in {CloseCode.UNEXPECTED_MESSAGE, CloseCode.PROTOCOL_ERROR}
        assert len(str(error).encode()) <= MOST_OF_A_REASON
