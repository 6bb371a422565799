"""An OpenID provider that lets everybody in as the same person, and keeps the tokens that it gave."""

import base64
import json
import secrets
import time
from urllib.parse import parse_qs

import rsa  # The AWS CLI brings it.

from loopback import Handler, serve

CLIENT = "regent"


def url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return url_safe(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Provider:
    """Its person is in the group `dev`."""

    def __init__(self):
        self.public, self.private = rsa.newkeys(2048)
        self.nonces: dict[str, str] = {}
        self.given: list[dict] = []
        self.heard: list[dict[str, list[str]]] = []
        provider = self

        class Answering(Handler):
            def do_GET(self):
                self.answer(provider.documents().get(self.path))

            def do_POST(self):
                self.answer(provider.trade(parse_qs(self.body().decode())))

            def answer(self, answer: dict | None):
                self.say_json(answer or {"error": "invalid_grant"}, 200 if answer else 400)

        self.server, self.url = serve(Answering)

    def documents(self) -> dict[str, dict]:
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", "n": number(self.public.n), "e": number(self.public.e)}
        places = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks", "end_session_endpoint": "end"}
        about = {name: f"{self.url}/{path}" for name, path in places.items()}
        return {"/.well-known/openid-configuration": {"issuer": self.url, **about}, "/jwks": {"keys": [key]}}

    def approve(self, nonce: str) -> str:
        """A code for a browser that came with this nonce."""
        code = f"code-{secrets.token_urlsafe(24)}"
        self.nonces[code] = nonce
        return code

    def trade(self, asked: dict[str, list[str]]) -> dict | None:
        """Tokens for a code that was not traded yet."""
        self.heard.append(asked)
        nonce = self.nonces.pop(asked.get("code", [""])[0], None)
        if nonce is None:
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "subject-of-ben", "nonce": nonce, "preferred_username": "ben"}
        claims |= {"iat": now, "auth_time": now, "exp": now + 600, "groups": ["dev"]}
        tokens = {name: f"{name}-{secrets.token_urlsafe(24)}" for name in ("access_token", "refresh_token")}
        self.given.append({"token_type": "Bearer", "expires_in": 600, **tokens, "id_token": self.signed(claims)})
        return self.given[-1]

    def signed(self, claims: dict) -> str:
        parts = [url_safe(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "one"}, claims)]
        text = ".".join(parts)
        return f"{text}.{url_safe(rsa.sign(text.encode(), self.private, 'SHA-256'))}"
