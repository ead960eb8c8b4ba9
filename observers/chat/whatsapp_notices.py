"""What WhatsApp itself writes in place of or around somebody's words, in the languages its phones speak.

Shapes come first, lists second: iOS sets a left-to-right mark before everything WhatsApp says, Android puts angle
brackets around a placeholder and parentheses after a file's name, whatever the language.
"""

from __future__ import annotations

import re

_LRM = "\u200e"
_MAX_NOTICE = 120

# A file's name, then what the phone's language says for "file attached".
_ATTACHED = re.compile(r"^\u200e?[^\n/\\]{1,200}\.\w{2,5} \([^()\n]{3,60}\)$")
_IOS_ATTACHED = re.compile(r"\u200e?<[^<>:\n]{2,40}: [^<>\n]{1,200}\.\w{2,5}>")
_EDITED = re.compile(r"\s?\u200e?<[^<>\n]{4,80}>\Z")
_PLACEHOLDER = re.compile(r"<[^<>\n]{3,60}>")
_POLL = re.compile(r"^[\w ]{3,20}:$")

_EDIT_WORDS = re.compile(
    r"edit|bearbeit|modifi|bewerkt|redig|düzenle|измен|змін|edyt|uprav|muokat|szerkesz|編集|编辑|編輯|수정|تعديل|נערכ",
    re.IGNORECASE,
)
_MEDIA_WORDS = re.compile(
    r"media|medien|multimedia|m[ée]dia|omitt|omitido|omiss?[aei]?\b|ausgeschlossen|weggelaten|oculto|archivo|"
    r"медиа|файл|medya|メディア|미디어|媒体|媒體|وسائط|מדיה|mídia|utelämnad|udelad|utelatt|pominięto|vynechán|मीडिया",
    re.IGNORECASE,
)
_ENCRYPTION = re.compile(
    r"end-to-end|ende-zu-ende|extremo a extremo|ponta a ponta|bout en bout|eind-tot-eind|uçtan uca|сквозн|наскрізн|"
    r"端[到對对]端|エンドツーエンド|종단간|تمام.? بين|התפרים|مقصد|קצה לקצה|änd-till-änd|päästä päähän|koncové|kompleks|"
    r"ujung ke ujung|punto a punto|crittograf|criptograf|cifrad|chiffr|verschlüssel|versleuteld|encrypted",
    re.IGNORECASE,
)
_DELETED = frozenset(
    line.strip()
    for line in """
    This message was deleted
    You deleted this message
    This message was deleted by admin
    Diese Nachricht wurde gelöscht
    Du hast diese Nachricht gelöscht
    Se eliminó este mensaje
    Eliminaste este mensaje
    Este mensaje fue eliminado
    Mensagem apagada
    Esta mensagem foi apagada
    Você apagou esta mensagem
    Apagou esta mensagem
    Ce message a été supprimé
    Vous avez supprimé ce message
    Questo messaggio è stato eliminato
    Hai eliminato questo messaggio
    Dit bericht is verwijderd
    Je hebt dit bericht verwijderd
    U hebt dit bericht verwijderd
    Bu mesaj silindi
    Bu mesajı sildiniz
    Данное сообщение удалено
    Сообщение удалено
    Вы удалили данное сообщение
    Wiadomość została usunięta
    Usunięto tę wiadomość
    Det här meddelandet raderades
    Du raderade det här meddelandet
    Denne besked blev slettet
    Denne meldingen ble slettet
    Pesan ini telah dihapus
    Anda telah menghapus pesan ini
    このメッセージは削除されました
    このメッセージを削除しました
    삭제된 메시지입니다
    此消息已被删除
    您已删除这条消息
    此訊息已刪除
    您已刪除此訊息
    تم حذف هذه الرسالة
    حذفت هذه الرسالة
    הודעה זו נמחקה
    यह मैसेज मिटा दिया गया
    null
    Missed voice call
    Missed video call
    Waiting for this message
    Waiting for this message. This may take a while.
    """.splitlines()
    if line.strip()
)


def own_words(text: str, *, bracketed: bool) -> str:
    """What of a message's text its sender wrote; ``""`` if nothing."""
    text = _EDITED.sub(lambda m: "" if _EDIT_WORDS.search(m[0]) else m[0], text)
    text = _IOS_ATTACHED.sub("", text)
    if bracketed and text.startswith(_LRM):
        return _poll(text)
    head, newline, caption = text.partition("\n")
    if _ATTACHED.match(head):
        text = caption if newline else ""
    text = text.strip()
    return "" if _is_notice(text) else text


def _is_notice(text: str) -> bool:
    if len(text) > _MAX_NOTICE:
        return False
    bare = text.strip("\u200e\u200f ")
    if _PLACEHOLDER.fullmatch(bare):
        return bool(_MEDIA_WORDS.search(bare))
    return bare.rstrip(".。") in _DELETED


def _poll(text: str) -> str:
    """The question and options of a poll; nothing else that WhatsApp says on iOS is the sender's."""
    lines = text.replace(_LRM, "").split("\n")
    return "\n".join(lines[1:]).strip() if len(lines) > 2 and _POLL.match(lines[0].strip()) else ""


def announces_encryption(text: str) -> bool:
    """Whether ``text`` is the notice that opens an iOS export, whose sender is the chat itself."""
    return text.lstrip(" ").startswith(_LRM) and bool(_ENCRYPTION.search(text))
