"""Which accepted sessions are audited: a steady share, the same ones every time, unknown without the key."""

from lifecert.domain.audit import is_drawn

IDS = [f"session-{number}" for number in range(4000)]


def test_about_the_asked_share_is_drawn() -> None:
    for rate in (0.01, 0.25):
        assert abs(sum(is_drawn(one, "key", rate) for one in IDS) / len(IDS) - rate) < 4 * (rate / len(IDS)) ** 0.5


def test_none_or_all_at_the_ends() -> None:
    assert not any(is_drawn(one, "key", 0) for one in IDS)
    assert all(is_drawn(one, "key", 1) for one in IDS)


def test_the_draw_can_be_repeated_and_needs_the_key() -> None:
    drawn = {one for one in IDS if is_drawn(one, "key", 0.1)}

    assert drawn == {one for one in IDS if is_drawn(one, "key", 0.1)}
    assert drawn <= {one for one in IDS if is_drawn(one, "key", 0.2)}
    assert drawn != {one for one in IDS if is_drawn(one, "another key", 0.1)}
