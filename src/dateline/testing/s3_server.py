"""A stand-in for an S3 store (moto's server) on loopback, in a process of its own.

>>> with S3Server("drops") as server:
...     settings = Settings(s3_endpoint=server.endpoint)
...     ...                              # drop to s3://drops/in with the secret `server.secret`
...     server.files("drops")            # {"in/a-b-en-v1.txt": b"..."}
"""

import argparse
import logging
import sys
from typing import Any, Final

from dateline.testing.background import InProcess

_KEYS: Final = ("AKIATEST", "secret-of-tests")


class S3Server:
    """A running store with these buckets."""

    secret = ":".join(_KEYS).encode()

    def __init__(self, *buckets: str) -> None:
        self._server = InProcess("dateline.testing.s3_server", *buckets)
        self.port = self._server.port

    @property
    def endpoint(self) -> str:
        """For the setting `s3_endpoint`."""
        return f"http://127.0.0.1:{self.port}"

    def store(self, bucket: str) -> Any:
        """obstore's view of a bucket."""
        from obstore.store import S3Store

        return S3Store(
            bucket,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=_KEYS[0],
            secret_access_key=_KEYS[1],
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )

    def files(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        """Everything in a bucket, or below a prefix, by its key."""
        import obstore

        store = self.store(bucket)
        names = [item["path"] for page in obstore.list(store, prefix or None) for item in page]
        return {name: bytes(obstore.get(store, name).bytes()) for name in names}

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()

    def __enter__(self) -> "S3Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _main() -> None:
    import boto3
    from moto.server import ThreadedMotoServer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("buckets", nargs="*")
    given = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=_KEYS[0],
        aws_secret_access_key=_KEYS[1],
    )
    for bucket in given.buckets:
        client.create_bucket(Bucket=bucket)
    print(f"port {port}", flush=True)
    sys.stdin.buffer.read()
    server.stop()


if __name__ == "__main__":
    _main()
