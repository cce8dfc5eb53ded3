"""Makes keys and tokens with PyJWT. Reads a list of tokens as JSON, writes the public keys and the tokens."""

import json
import secrets
import sys

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import encode
from jwt.algorithms import get_default_algorithms

CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def make_key(name):
    if name.startswith("HS"):
        return secrets.token_bytes(int(name[2:]) // 8)
    if name in CURVES:
        return ec.generate_private_key(CURVES[name]())
    if name == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def to_jwk(name, key):
    public = key if isinstance(key, bytes) else key.public_key()
    jwk = get_default_algorithms()[name].to_jwk(public, as_dict=True)
    return {**jwk, "kid": f"key of {name}"}


wanted = json.load(sys.stdin)
keys = {name: make_key(name) for name in dict.fromkeys(token["algorithm"] for token in wanted)}
tokens = [
    encode(token["claims"], keys[token["algorithm"]], token["algorithm"], headers=token["header"])
    for token in wanted
]
json.dump({"keys": [to_jwk(name, key) for name, key in keys.items()], "tokens": tokens}, sys.stdout)
