import base64
import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300


def verify_webhook(secret, headers, body, now=None):
    """Raises ValueError unless the request was sent by DripPulse within the last five minutes.

    `body` is the request's body as bytes, before any JSON parser has touched it; header names are in lower case.
    """
    try:
        message_id = headers["webhook-id"]
        timestamp = headers["webhook-timestamp"]
        signatures = headers["webhook-signature"]
    except KeyError as missing:
        raise ValueError("a webhook header is missing") from missing
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise ValueError("webhook-timestamp is not a number")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("too old or too new")

    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # There are two signatures for a day after a rotation; one that matches is enough.
    for signature in signatures.split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), expected):
            return
    raise ValueError("no signature matches")
