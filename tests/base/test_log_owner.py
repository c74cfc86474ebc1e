import contextvars

from docsync_trio.base.log_owner import LogOwner, log_owner, logs_owned_by


def test_what_runs_in_the_block_belongs_to_the_owner_and_what_follows_does_not():
    application, session = LogOwner("/a"), LogOwner("/a", "one")

    assert log_owner() is None
    with logs_owned_by(application):
        with logs_owned_by(session):
            assert log_owner() is session
        assert log_owner() is application
    assert log_owner() is None


def test_what_was_started_in_the_block_stays_the_owners():
    with logs_owned_by(LogOwner("/a")):
        started = contextvars.copy_context()

    assert started.run(log_owner) == LogOwner("/a")
