import pytest

from benchmarks.arguments import chosen, parse

ROWS = ("page", "pull", "fan-out-1", "fan-out-10")
PEERS = ("ours-3.11", "ours-3.13", "bokeh-3.9", "bokeh-3.10")


def wanted(*words):
    return parse(words, rows=ROWS, peers=PEERS)


def test_everything_is_measured_and_written_down_unless_one_says_less():
    everything = wanted()
    assert everything.rows == ROWS
    assert everything.peers == PEERS
    assert everything.results is not None


def test_a_quick_run_has_two_peers_and_writes_nothing():
    quick = wanted("--quick")
    assert len(quick.peers) == 2
    assert quick.results is None


def test_names_are_in_the_order_of_the_table_and_stars_match():
    assert chosen("pull, fan-out-*,page", ROWS, ()) == ("page", "pull", "fan-out-1", "fan-out-10")


def test_an_unknown_name_is_told_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        wanted("--rows", "pages")
    assert "no such name: pages; there are page, pull" in capsys.readouterr().err


def test_a_comparison_is_of_ours_alone():
    compared = wanted("--compare", "HEAD")
    assert compared.peers == ("ours-3.11",)
    assert compared.compare == "HEAD"
    assert compared.results is None
