"""What a fault of libcurl or a reply of the server means for a drop (RFC 959 reply codes)."""

from collections.abc import Mapping
from typing import Final

import pycurl

from dateline.channels.filedrop.outcome import FULL, PATH, PERMISSION, SIGN_IN, DropFault

STALE: Final = frozenset(
    {
        pycurl.E_SEND_ERROR,
        pycurl.E_RECV_ERROR,
        pycurl.E_GOT_NOTHING,
        pycurl.E_FTP_WEIRD_SERVER_REPLY,
        pycurl.E_FTP_WEIRD_PASV_REPLY,
        pycurl.E_COULDNT_CONNECT,
        pycurl.E_OPERATION_TIMEDOUT,
        pycurl.E_SSL_CONNECT_ERROR,
    }
)
"""After these the connection is of no use; on a kept one they say only that the server had closed it."""

_REPLIES: Final[Mapping[int, int]] = {
    430: SIGN_IN,
    530: SIGN_IN,
    532: SIGN_IN,
    550: PERMISSION,
    553: PERMISSION,
    452: FULL,
    552: FULL,
}
_FAULTS: Final[Mapping[int, int]] = {
    pycurl.E_LOGIN_DENIED: SIGN_IN,
    pycurl.E_FTP_ACCESS_DENIED: PATH,  # CWD was refused
    pycurl.E_URL_MALFORMAT: PATH,
}


def fault(number: int, reply: int, words: bytes, guard: str, *, lost: bool) -> DropFault:
    """`number` is libcurl's, `reply` the server's last code, `guard` the address guard's words, if any."""
    if guard and number in {pycurl.E_COULDNT_CONNECT, pycurl.E_ABORTED_BY_CALLBACK}:
        return DropFault(guard, refused=True)
    if number == pycurl.E_USE_SSL_FAILED:
        return DropFault("the server offers no TLS, which ftps needs; nothing was sent", code=PERMISSION)
    if number == pycurl.E_PEER_FAILED_VERIFICATION:
        said = "its certificate is not trusted; add its authority to the file that ca_file names"
        return DropFault(said)
    if number in STALE:
        return DropFault(_curl_words(number, words), lost=lost)
    return DropFault(words, code=_FAULTS.get(number, _REPLIES.get(reply, 0)))


def _curl_words(number: int, words: bytes) -> bytes:
    if number == pycurl.E_OPERATION_TIMEDOUT:
        return b"timed out; " + words
    return words or f"the connection broke (libcurl {number})".encode()
