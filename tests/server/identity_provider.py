"""A provider of OpenID Connect in miniature, and of OAuth 2 alone; its tokens are real."""

import base64
import hashlib
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs
import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

ISSUER = "https://id.test"
CLIENT = "desk"
SECRET = "hush"


def new_key(name):
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@attrs.define(eq=False)
class IdentityProvider:
    """Says that every visitor is *claims*; *spoil* changes them on their way into a token.

    *hold*, an event, keeps those waiting who want newer tokens.
    """

    key: object
    claims: dict = attrs.field(factory=lambda: {"sub": "7", "preferred_username": "alice"})
    told: dict = attrs.field(factory=dict)
    spoil: object = staticmethod(lambda claims: claims)
    published: dict = attrs.field(factory=dict)
    denies: bool = False
    refreshed: int = 0
    seconds: int = 3600
    hold: object = None
    asked: list = attrs.field(factory=list)
    _codes: dict = attrs.field(factory=dict)

    def client(self):
        """What stands for the network of a site."""
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app()))

    def visit(self, url):
        """Sign a visitor in at *url*; return the arguments with which they are sent back."""
        parts = urlsplit(url)
        assert url.startswith(f"{ISSUER}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(asked)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        if self.denies:
            return urlencode({"error": "access_denied", "state": asked["state"]})
        code = f"code{len(self.asked)}"
        self._codes[code] = asked
        return urlencode({"code": code, "state": asked["state"], "iss": ISSUER})

    def _app(self):
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/me", self._me),
                Route("/elsewhere", lambda _: RedirectResponse("/me")),
            ]
        )

    async def _configuration(self, _):
        return JSONResponse(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "userinfo_endpoint": f"{ISSUER}/me",
                "jwks_uri": f"{ISSUER}/keys",
                **self.published,
            }
        )

    async def _keys(self, _):
        odd = {"kty": "XYZ", "kid": "of another kind"}
        return JSONResponse({"keys": [odd, self.key.as_dict(private=False)]})

    async def _me(self, request):
        assert request.headers["authorization"].startswith("Bearer access")
        return JSONResponse({"sub": self.claims.get("sub"), **self.told})

    async def _token(self, request):
        given = {name: v[0] for name, v in parse_qs((await request.body()).decode()).items()}
        basic = request.headers.get("authorization", "")
        sent = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if basic != f"Basic {sent}" and given.get("client_secret") != SECRET:
            return JSONResponse({"error": "invalid_client"}, 401)
        if given["grant_type"] == "refresh_token":
            self.refreshed += 1
            if self.hold is not None:
                await self.hold.wait()
            good = given["refresh_token"] == f"refresh{self.refreshed}"
            return self._tokens() if good else JSONResponse({"error": "invalid_grant"}, 400)
        asked = self._codes.pop(given["code"], None)
        if asked is None or asked["redirect_uri"] != given["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if proof != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return self._tokens(asked.get("nonce"))

    def _tokens(self, nonce=None):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = self.spoil({**claims, **self.claims})
        header = {"alg": "RS256", "kid": self.key.kid}
        return JSONResponse(
            {
                "access_token": f"access{self.refreshed}",
                "refresh_token": f"refresh{self.refreshed + 1}",
                "expires_in": self.seconds,
                "id_token": jwt.encode(header, claims, self.key),
            }
        )
