"""What a block in Python may take for granted."""

import base64
import hashlib
import hmac
import logging
import time
import urllib.request

import libauth

access_key, secret_key = "access-key", "secret-key"
url = "https://seller.example"
seller = libauth.Seller(libauth.Config(url), access_key=access_key, secret_key=secret_key)
seller.token()
creditpay = libauth.CreditPay(
    libauth.Config("https://creditpay.example"), plat_id="plat", api_key="api-key", signature_key="signature-key"
)


class requests:
    """What is used of the package of this name."""

    @staticmethod
    def request(method, url, headers, data):
        with urllib.request.urlopen(urllib.request.Request(url, data or None, headers, method=method)) as got:
            received = requests()
            received.status_code, received.headers, received.content = got.status, dict(got.headers), got.read()
        return received


class request:
    """A message of creditpay, as a server has it."""

    @staticmethod
    def get_data():
        return b'{"type":"PAY_SUCCESS","event_id":"1"}'

    headers = {
        "signature": base64.b64encode(
            hmac.new(b"signature-key", b"/notify" + get_data.__func__(), hashlib.sha1).digest()
        ).decode(),
        "timestamp": str(int(time.time() * 1000)),
    }


# BLOCK
