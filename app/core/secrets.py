"""What must not be readable: sealed credentials (AES-256-GCM), hashed tokens, argon2 passwords."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, NIST SP 800-38D
KEY_ID = 4  # bytes of the key's digest, stored before the nonce so that rotation knows which key sealed it

_passwords = PasswordHasher()


class Unreadable(Exception):
    """No key of RECADO_ENCRYPTION_KEYS opens it, or it was moved to another row."""


def seal(plain: str, keys: tuple[str, ...], *, context: str) -> bytes:
    """Encrypts with the newest key; `context` names the row, and only that row can open it."""
    key_id, key = _key(keys[0])
    nonce = os.urandom(NONCE)
    return key_id + nonce + AESGCM(key).encrypt(nonce, plain.encode(), context.encode())


def unseal(sealed: bytes, keys: tuple[str, ...], *, context: str) -> str:
    """Raises Unreadable when no key fits or the context is another one."""
    for key_id, key in map(_key, keys):
        if sealed[:KEY_ID] == key_id:
            try:
                opened = AESGCM(key).decrypt(sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :], context.encode())
            except InvalidTag:
                break
            return opened.decode()
    raise Unreadable(context)


def _key(secret: str) -> tuple[bytes, bytes]:
    key = hashlib.sha256(secret.encode()).digest()
    return hashlib.sha256(key).digest()[:KEY_ID], key


def new_token(prefix: str = "") -> str:
    """256 random bits to hand out once; keep only `digest` of it."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """SHA-256: enough for a random token, useless for a password."""
    return hashlib.sha256(token.encode()).digest()


def key_for(purpose: str, secret: str) -> bytes:
    """A key of its own for each purpose, so that what one of them signs is worth nothing for another."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


def hash_password(password: str) -> str:
    """Argon2id with the library's current parameters (RFC 9106); about 50 ms on purpose."""
    return _passwords.hash(password)


def password_fits(password: str, hashed: str) -> bool:
    """Takes as long for a wrong password as for a right one."""
    try:
        return _passwords.verify(hashed, password)
    except VerificationError:
        return False


# Compared when the account does not exist, so that the answer takes as long and says nothing. It is the hash of a word that was
# thrown away; made anew at each start, it took a seventh of the time until a process is there.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$HHC+NwAWc72BTrw5Xig/Gw$Eon6rnCMipOaQlVXGdORLT9bJSllAemOHZeyXMiljGg"
