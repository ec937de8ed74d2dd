"""Passwords that guessing programs try first: long enough, and yet worth nothing (NIST SP 800-63B, 5.1.1.2)."""

from __future__ import annotations

from app.core.i18n import N_

MESSAGE = N_("This is one of the passwords that are tried first. Put a few unrelated words together.")
FEWEST_LETTERS = 4  # different ones
ROWS = ("01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")
# Those of ten and more that leaks have most often, in the languages of our people; digits at their end do not matter.
KNOWN = frozenset(
    """
    administrador administrator adminadmin barcelona barcelonafc bemvindo bienvenido bismillah changeme contrasena contraseña
    corinthians estrella familia flamengo football futebol iloveyou indonesia internet jakarta jesuscristo letmein madrid
    mariposa master minhasenha mudar numberone palmeiras pass password passw0rd princesa princess rahasia realmadrid recado
    recadorecado sayang sayangku secret secreto segredo senha starwars sunshine superman tequiero teamo trustno1
    welcome whatsapp 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5 zaq12wsx qazwsxedc asdfghjkl a1b2c3d4e5 123qweasdzxc
    123456789a a123456789
    """.split()  # noqa: SIM905 - a list of words is read as words
)


def is_easy(password: str, *about: str) -> bool:
    """`about` is what everybody knows of the person: address, name, company."""
    said = password.lower().replace(" ", "")
    stem = said.rstrip("0123456789!.?*-_@#$")
    known = {part.lower().replace(" ", "") for each in about for part in (each, each.partition("@")[0]) if part}
    return (
        len(set(said)) < FEWEST_LETTERS or {said, stem} & (KNOWN | known) != set()
        or any(said in row for row in ROWS)
    )  # fmt: skip
