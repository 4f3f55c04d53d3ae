"""S3 against moto's server: created once, compared when it is there, overwritten only where asked."""

from collections.abc import Iterator

import pytest

from dateline.channels.s3.channel import S3Channel
from dateline.channels.tests.builders import edition, settings
from dateline.channels.tests.drop_builders import PICTURE, drop_parcel, drop_task, name_of, outcomes, send_all
from dateline.core.words import Receipt, Task
from dateline.testing.ports import DeadPort
from dateline.testing.s3_server import S3Server

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with S3Server("drops", "other") as found:
        yield found


def drop(server: S3Server, *tasks: Task) -> list[Receipt]:
    return send_all(S3Channel(settings(s3_endpoint=server.endpoint)), *tasks)


def to(server: S3Server, number: int, prefix: str) -> Task:
    return drop_task(number, f"s3://drops/{prefix}", channel="s3", secret=server.secret)


def files(server: S3Server, prefix: str) -> dict[str, bytes]:
    found = server.files("drops", prefix).items()
    return {name.removeprefix(f"{prefix}/"): data for name, data in found if name.startswith(f"{prefix}/")}


def test_objects_appear_whole_under_their_names(server: S3Server) -> None:
    tasks = [to(server, n, "plain") for n in range(10)]
    assert set(outcomes(drop(server, *tasks))) == {"accepted"}
    assert files(server, "plain") == {name_of(t.delivery): t.parcel.body for t in tasks}


def test_a_repeat_finds_its_own_object_and_is_accepted(server: S3Server) -> None:
    """I5: the crash came between the store's yes and our commit."""
    task = to(server, 1, "repeat")
    first, second = drop(server, task)[0], drop(server, task)[0]
    assert (first.outcome, second.outcome) == ("accepted", "accepted") and "already" in second.text
    assert files(server, "repeat") == {name_of(1): task.parcel.body}


def test_somebody_elses_object_is_left_alone(server: S3Server) -> None:
    import obstore

    task = to(server, 1, "theirs")
    obstore.put(server.store("drops"), f"theirs/{name_of(1)}", b"x" * len(task.parcel.body))
    (receipt,) = drop(server, task)
    assert receipt.outcome == "refused" and "left alone" in receipt.text
    assert files(server, "theirs")[name_of(1)] == b"x" * len(task.parcel.body)


def test_a_template_without_version_overwrites(server: S3Server) -> None:
    template = "{yyyy}/{release}-{language}.{ext}"
    tasks = [
        drop_task(
            n,
            "s3://drops/over",
            channel="s3",
            secret=server.secret,
            endpoint="o",
            parcel=drop_parcel(made),
            path=template,
        )
        for n, made in enumerate((edition(), edition(version=2, type="corrected", headline="Corrected")))
    ]
    assert outcomes(drop(server, *tasks)) == ["accepted", "accepted"]
    assert files(server, "over") == {"2026/k7m2x9qd4w-en.txt": tasks[1].parcel.body}


def test_pictures_lie_beside_the_text(server: S3Server) -> None:
    task = drop_task(
        1, "s3://drops/pics", channel="s3", secret=server.secret, parcel=drop_parcel(pictures=True)
    )
    assert outcomes(drop(server, task)) == ["accepted"]
    assert PICTURE in files(server, "pics").values() and task.parcel.body in files(server, "pics").values()


def test_a_missing_bucket_carries_the_code_that_ends_after_three_tries(server: S3Server) -> None:
    (receipt,) = drop(server, drop_task(1, "s3://nowhere/in", channel="s3", secret=server.secret))
    assert (receipt.outcome, receipt.code) == ("deferred", 404)
    assert "bucket does not exist" in receipt.text and "xml" not in receipt.text


def test_without_credentials_it_is_refused_with_the_remedy(server: S3Server) -> None:
    for secret in (b"", b"no-colon", b":x"):
        (receipt,) = drop(server, drop_task(1, "s3://drops/in", channel="s3", secret=secret))
        assert receipt.outcome == "refused" and "secret_ref" in receipt.text
        assert not secret or secret.decode() not in receipt.text


def test_a_store_that_is_away_defers() -> None:
    with DeadPort() as dead:
        channel = S3Channel(settings(s3_endpoint=f"http://127.0.0.1:{dead.port}"))
        (receipt,) = send_all(channel, drop_task(1, "s3://drops/in", channel="s3", secret=S3Server.secret))
        assert receipt.outcome == "deferred" and receipt.code == 0
        assert S3Server.secret.decode().partition(":")[2] not in receipt.text


def test_a_test_pack_is_sent_again_over_the_last_one(server: S3Server) -> None:
    made = [edition(release="testpack22", headline=f"Test {n}") for n in range(2)]
    tasks = [
        drop_task(n, "s3://drops/pack", channel="s3", secret=server.secret, parcel=drop_parcel(one))
        for n, one in enumerate(made)
    ]
    assert outcomes(drop(server, *tasks)) == ["accepted", "accepted"]
