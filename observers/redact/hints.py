"""The cheap look that spares harmless texts the detectors.

Nine messages in ten hold neither digits enough, nor a long token, nor a word for a secret. One pass of a regular
expression over the lower-cased text says so in a few microseconds; it may only err towards looking closer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from observers.redact.spans import lowered

if TYPE_CHECKING:
    from collections.abc import Iterable

# Beginnings of everything in `vocabulary` and of the names in `identity`, lower case, each line after the families of
# detectors that need them: I identity, A accounts, C codes, P passwords, K keys, R recovery phrases. "^" wants the
# beginning of a word, "·" is a space. A test runs all detectors with and without this filter and wants the same.
_STEMS = """
I ^ssn social ^itin nino ^ni· the·ni ^nhs ^bsn burger sofin citizen steuer idnr sozialv rentenv sv-n svn ^ahv sécu
I fiscal insee ^nir ^niss n°·ss n°ss rijksreg national ^dni ^nie ^nif ^cif seguridad contrib cartão·de cartao·de
I ^cpf ^rg ^curp ^rfc ^rut ^cuil ^cuit cédula cedula codice·fis cod·fis cod.·fis aadh adhaar आधार ^pan pesel rodné
I rodne personn fødsels fodsels ^cpr ^hetu henkil kennit ^tc· t.c kimlik ^egn егн ^cnp jmbg ^oib amka αμκα αφμ снилс
I инн insurance ^tfn tax·file ^tin taxpay tax·id tax·num nric fin·number mykad identity id·number personal ^pps
I passport reisepass passn pasaport passeport driver driving マイナ 個人 my·number 身份 身分 주민 паспорт payroll
I payslip tax·office tax·return tax·form ^w2 ^w4 ^w9 ^w-2 ^w-4 ^w-9 ^i-9 hmrc number·for mynumber
A crypto sort: sort·: ^account ^acct a/c ^acc sort·code sortcode
A s/c ^bsb ^blz bankleit routing ^aba transit kontonr kontonummer
A ^kto compte cuenta ^conta ^conto numer·konta účtu rekening tilinum hesap 口座 账号 сч ^cv ^csc security·code
A card·secur prüfziff kartenpr cryptogr digits·on numbers·on código·de·seg codigo·de·seg
C ^lock unlock ^door ^tür ^porte puerta ^porta ^drzwi ^brama ^ovi ^dörr kłódka candado cadenas lucchetto cadeado
C sleutelk guard keybox key·box keysafe key·safe keypad lockbox lock·box code ^cod kod kód cód koodi код コード 验证
C 驗證 动态 校验 확인 인증 कोड رمز one-time one·time onetime ^otp totp 2fa mfa tan· tan: tans ^tan ^blik ^pin pin·
C pinc pink geheim tunnusl 番号 取件 提货 门禁 ओटीपी пин alarm allarme domofon intercom padlock ^gate cancello
C portão portao tresor ^safe coffre schlüssel hälytin larm combo combination rescue scratch emergency single-use
C notfall sicherungs gjenopp gendann secours récup respaldo reserva recupero zapasow odzysk резерв バック 备用
C backup back-up recovery återst herstel wiederherst ·sms security·code
PC passw passo passc pass-c pass·c passz пассв парол パス 密码 密碼 口令 hasł hasl şifre sifre kennw ワンタイム
P smtp :*: 5432: root: admin: administrator: postgres: ubuntu: guest:
P pass-p pass·p passp pass-w pass·w ^pass pwd ^pw zugang mot·de·pass mots·de·pass mdp ^clave ^clé· contrase senha
P palavra parola wachtw ^ww hesl lösen losen adgangs kodeord salasan jelsz sandi mật·kh 合言葉 비밀번호 패스 암호
P पासव كلمة סיסמ κωδικ รหัส ^log -login ^sign creden ^creds kicked locked wi-fi wifi wlan w-lan ssid hotspot router
P вай ^user benutzer utilis identifi usuario utente utilizador gebruiker użytkow netflix hulu spotify disney ^hbo
P ^prime paramount crunchyr apple·tv appletv anmelde sshpass --p --u ·-p ·-u echo· printf capital lower·case
P lowercase upper·case uppercase all·small all·caps in·caps one·word no·spaces no·caps gross·ges groß klein minuscul
P minúscul majuscul mayúscul maiúscul minuscolo litery hoofdletter kleine·l med·stor med·små with·a netzwerk ^wpa
P network security·key sicherheits netwerk sécurité ^made nätverk 暗号 reset chang geändert cambi zmieni set·it
P set·to set·th set·my set·the update switched gesperrt
K key token secret jeton webhook キー 秘密鍵 密钥 令牌 ключ токен klucz sleutel nyckel nøkkel nøgle avain anahtar
K clé api chiave chave credential
R seed mnemon ^wallet ·words -words twelve four·word wörter ·mots palabras ·parole woord słów ·slov ·ord sanaa
R kelime слов phrase frase fraza palautus kurtarma сид мнем リカバ シード 助记 助記
"""

# Six digits near each other (the shortest number that needs no word beside it), or a token as long as a key.
_SIX_DIGITS = r"\d(?:\D{0,3}\d){5}"
_LONG_RUN = r"[a-z0-9][!#$%^&*][a-z0-9]|[a-z0-9+/_=\-.]{18}|://|-{3,5}begin"
_MANY_WORDS = re.compile(r"(?<![a-z])(?:[a-z]{3,8}+[^a-z]{1,12}+){11}[a-z]{3}")
_LONG = 12 * 4  # characters; twelve words take more
_BACK, _AHEAD = 60, 160  # characters around a word for a secret in which the secret may stand
_SHORT = 160  # characters; below, the whole text is one stretch


def _families() -> dict[str, str]:
    """Return stem -> families."""
    out: dict[str, str] = defaultdict(str)
    for line in _STEMS.strip().splitlines():
        name, *stems = line.split()
        for stem in stems:
            out[stem.replace("·", " ")] += name
    return dict(out)


def _trie_pattern(stems: Iterable[str]) -> str:
    """Return one pattern for all stems that reads every character once; the longest stem wins."""
    trie: dict[str, Any] = {}
    for stem in stems:
        node = trie.setdefault(stem.lstrip("^")[0], {})
        if stem.startswith("^"):
            node = node.setdefault(f"(?<![a-z0-9]{re.escape(stem[1])})", {})
        for letter in stem.lstrip("^")[1:]:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _node_pattern(trie)


def _node_pattern(node: dict[str, Any]) -> str:
    rest = [(key if len(key) > 1 else re.escape(key)) + _node_pattern(below) for key, below in node.items() if key]
    if not rest:
        return ""
    return f"(?:{'|'.join(rest)})" + ("?" if "" in node else "")


_FAMILIES = _families()
_STEM = _trie_pattern(_FAMILIES)
_ANNOUNCING = re.compile(_STEM)
_ANNOUNCED_AT = re.compile(f"(?=({_STEM}))")
_NUMBER = re.compile(_SIX_DIGITS)
_HOLDING = re.compile(f"{_SIX_DIGITS}|{_LONG_RUN}|{_STEM}")


@cache
def _families_of(found: str) -> frozenset[str]:
    """Return the families of a stem in a text, and of every stem that begins like it: only one of them was matched."""
    alike = ((stem.lstrip("^"), families) for stem, families in _FAMILIES.items())
    return frozenset(
        f for stem, families in alike if stem.startswith(found) or found.startswith(stem) for f in families
    )


def may_announce(text: str) -> bool:
    """Whether the text may speak of a secret; if not, it surely does not."""
    return _ANNOUNCING.search(text.lower()) is not None


def may_hold(text: str) -> bool:
    """Whether the text may hold a secret by itself; if not, no detector would find one."""
    low = text.lower()
    return _HOLDING.search(low) is not None or (len(low) >= _LONG and _MANY_WORDS.search(low) is not None)


def numbers(text: str) -> list[tuple[int, int]]:
    """Return the stretches of the text that hold six digits or more, with what may belong to them."""
    if len(text) <= _SHORT:
        return [(0, len(text))]
    return _stretches(text, ((m.start() - 48, m.end() + 48) for m in _NUMBER.finditer(text)))


def announcements(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return for each family of detectors the stretches of the text around its words for secrets."""
    if len(text) <= _SHORT:
        return {family: [(0, len(text))] for family in "IACPKR"}
    around: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for match in _ANNOUNCED_AT.finditer(lowered(text)):
        for family in _families_of(match[1]):
            around[family].append((match.start() - _BACK, match.start() + _AHEAD))
    return {family: _stretches(text, stretches) for family, stretches in around.items()}


def _stretches(text: str, around: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Widen every stretch to the next space, lest it cut a token, and join those that overlap."""
    out: list[tuple[int, int]] = []
    for start, end in around:
        first, last = max(start, 0), min(end, len(text))
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return [(_space_before(text, first), _space_after(text, last)) for first, last in out]


def _space_before(text: str, at: int) -> int:
    return max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1


def _space_after(text: str, at: int) -> int:
    found = [i for i in (text.find(" ", at), text.find("\n", at)) if i >= 0]
    return min(found, default=len(text))
