"""What people say where a password might stand: "the password is wrong", and "thanks" to whoever sent it."""

from __future__ import annotations

# What stands after "the password is" when nobody tells it.
INSTEAD = frozenset(
    """
    a an the this that these those my your his her our their its it in on at under inside behind above below with
    without for from to of by as like not no never
    always still already just only also too very so really quite almost now then here there where when what which who
    why how if because since
    wrong incorrect invalid correct right fine good bad weak strong secure safe insecure short long longer shorter
    simple easy hard complex complicated different same
    required needed mandatory optional expired expiring changing changed forgotten lost missing gone stored saved
    hidden shown visible unknown known unique new old default empty blank
    reset resetting case-sensitive sensitive encrypted hashed being going getting set written stuck posted printed
    taped wired working broken locked blocked disabled enabled
    compromised leaked breached reused updated accepted rejected protected valid available attached below above
    enclosed secret private confidential public important necessary
    show hide forgot forgotten? reset? change edit copy paste save cancel submit next back continue login log sign
    enter confirm repeat retype remember generate generator manager health
    please ask see check call text message contact tell somewhere something anything nothing everything whatever yes
    yeah yep no nope none ok okay thanks cheers dunno sorry idk
    must should can could will would may might needs need has have had does do did min minimum max maximum least
    between characters chars letters digits length
    string str bytes text varchar char bool boolean int object null none undefined true false error failed failure
    mismatch policy field fields input type prompt
    updated! reset! mail email link page form box screen hint strength meter vault app tips advice protection
    recovery authentication entry wifi network
    ein eine der die das dem den falsch richtig nicht noch immer gleich dasselbe geheim abgelaufen vergessen
    unbekannt leer zu auf im am in bei beim ungültig erforderlich geändert wieder anzeigen vergessen? ändern neu
    speichern gespeichert weg schwach sicher
    un une le la les incorrect faux oublié oublié? toujours pas sur dans expiré invalide requis obligatoire trop
    affichée afficher correct changé changer écrit collé bon mauvais
    un una el la los las incorrecta incorrecto errónea equivocada olvidada olvidé siempre no en expirada caducada
    obligatoria demasiado correcta muy la misma mostrar cambiar
    il lo gli errata sbagliata scaduta dimenticata dimenticata? sempre non troppo corretta uguale obbligatoria nel
    nella sul sulla scritta mostra cambiata stessa
    o os as um uma errada errado esquecida sempre não nao na no numa muito correta igual obrigatória expirada mostrar
    alterar mesma
    błędne nieprawidłowe niepoprawne złe zapomniane zawsze nie na w za takie samo wymagane wygasło pokaż zmień
    verkeerd onjuist vergeten altijd niet op in te verlopen verplicht hetzelfde tonen wijzigen het de een ongeldig
    špatně špatné chybné nesprávné vždy na v ve příliš stejné neplatné fel felaktigt glömt glömd alltid inte på i för
    samma ogiltigt ugyldig feil glemt alltid ikke forkert glemt altid for den det en et
    väärä väärin unohtunut unohtui aina ei liian sama vaaditaan näytä yanlış hatalı unuttum unutulmuş her aynı
    geçersiz gerekli göster değiştir bir
    неверный неправильный забыл забыт всегда не на в тот такой истек показать изменить какой galat bhool kya wahi nahi
    忘れた 違います 間違い 错误 不对 忘记 忘了
    """.split()
)
REPLIES = frozenset(
    """
    thanks thank thankyou cheers great perfect brilliant lovely awesome nice cool sorry dunno maybe nothing never
    hello hallo hiya morning sure right exactly really tomorrow tonight today later
    working worked hmmm ahhh haha hahaha lmao please wait which where whose what danke merci gracias grazie obrigada
    obrigado dzięki dzieki bedankt děkuji díky tack takk kiitos teşekkürler sağol спасибо
    ありがとう 谢谢 bitte prego wrong again still incorrect nope yeah yepp okay thx welcome gotcha received copied noted
    seconds minute never mind check checking coming found ignored absolutely definitely certainly
    always sometimes already anyway because honestly actually unlucky good night goodnight weird strange connected
    connecting success typical same
    """.split()
)
