"""The words that announce a secret, in the languages people mix.

They are patterns for ``re.IGNORECASE``, grouped by what they announce. Words alone decide nothing: the value beside
them has to look like one. ``is`` in a dozen languages stands here too, because "hasło to X" and "la clave es X"
announce as much as a colon does.
"""

from __future__ import annotations

# ruff: noqa: S105 -- patterns for the words, not passwords

# A word begins here; Chinese, Japanese and Korean need no space before it.
START = r"(?:(?<![^\W_])|(?=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]))"
PASSWORD = (
    r"pass[ -]?words?|(?:wlan-?)?netzwerkschlüssel|wpa[23]?(?:[-/ ]psk)?(?: key)?|network (?:security )?key|(?:wifi "
    r"|wi-fi |network )?security key|sicherheitsschlüssel|netwerksleutel|cl[ée] (?:de )?(?:sécurité|réseau)"
    r"|clave (?:wpa|de red)|nätverksnyckel|暗号化キー|passwd|pass[ -]?phrases?|pass[ -]?codes?|passwds?|pwds?|pws?"
    r"|pass?w[0o]rd|(?:wlan|wifi|wi-fi)[ -]?(?:pass|key|schlüssel|code|pw)"
    r"|[\w-]{0,12}passw[oö]rt(?:e|s|es)?|[\w-]{0,12}kennwort(?:e|s|es)?|zugangswort"
    r"|mots? de passes?|mdp|cl[ée] (?:wifi|wi-fi|wpa|du wifi)"
    r"|contraseñas?|contrasenas?|clave(?= (?:del?|de la) (?:wi|red|correo|cuenta))"
    r"|claves?(?= (?:es|actual|nueva)\b| (?:del?|de la|para) [\w ]{1,20}:)"
    r"|senhas?|palavras?[ -]passe|parola d'ordine"
    r"|wachtwoord(?:en)?|ww(?=\s*[:=])|has[łl](?:o|a|em|u)|hesl(?:o|a|em|u)"
    r"|l[öo]senord(?:et|en)?|passord(?:et|ene)?|adgangskoden?|kodeord(?:et)?|salasana(?:n|t|si|ni|mme|a)?"
    r"|[şs]ifre(?:si|m|miz|niz|n|yi|nin)?|parola(?:s[ıi]|m|n)?|jelsz[óo]\w{0,3}"
    r"|kata sandi|mật khẩu|парол[ьяюие]м?|пассворд"
    r"|パスワード|パスコード|パスフレーズ|合言葉|密码|密碼|口令|비밀번호|패스워드|암호|पासवर्ड"
    r"|كلمة (?:المرور|السر)|סיסמ[הא]|κωδικός πρόσβασης"
    r"|รหัสผ่าน"
)
SHORT_PASSWORD = r"pass"  # only before a colon, "is" or a strong value: a mountain pass is no secret
LOGIN = (
    r"log[ -]?ins?|log(?:ged|ging)? (?:me |us |you )?(?:back )?(?:in|into|on)\b|log(?:ged|s)?(?: \w+)? (?:back )?in"
    r"|logged (?:\w+ )?out|sign(?:ed)? (?:\w+ )?(?:in|out)|credentials?|creds|account (?:is |got |was )?locked"
    r"|konto gesperrt"
    r"|kicked (?:\w+ )?(?:off|out)|locked (?:\w+ )?out|wi-?fi|w-?lan|ssid|hotspot|router|вай-?фа\w{0,2}|wi-?fi'?\w{0,3}"
    r"|user ?names?|user|benutzer(?:name)?|utilisateur|identifiants?|usuario|utente|utilizador|gebruiker(?:snaam)?"
    r"|użytkownik"
    r"|netflix|hulu|spotify|disney(?: ?plus|\+)?|hbo(?: ?max)?|prime(?: video)?|paramount\+?|crunchyroll|apple ?tv"
    r"|anmelde\w{0,6}|zugangsdaten"
)
IS = (
    r"(?:is|are|was|'s|ist|lautet|est|c['’]est|es|è|é|e'|jest|to|to jest|je|zní|är|er|on|dır|hai|है|это|теперь"
    r"|becomes?|equals|changed to|set to|reset to|resetted to|became)"
    r"(?:[ \t]+(?:now|still|just|again|currently|temporarily|jetzt|noch|immer noch|maintenant|toujours|ahora|agora"
    r"|ora|teraz|nu|nyt|artık|le|la))*"
)
LANGUAGE_NEUTRAL_IS = r"[:=：＝→⇒–—]|-+>|=>"
CJK_IS = r"[はは是为為]|는|은"
CASE_REMARK = (
    r"with an? (?:zero|one|three|five|number|dollar|underscore|hyphen|dash|dot|exclamation)"
    r"|(?:with )?(?:an? )?capital [a-z]\b|capital(?:ised|ized)?\b|all (?:in )?(?:lower ?case|small|caps|one word)"
    r"|(?:lower|upper) ?case|no (?:spaces|caps|capitals)"
    r"|(?:alles )?(?:klein|groß) ?geschrieben|alles klein|großem \w\b|tout en (?:minuscule|majuscule)s?"
    r"|(?:avec )?(?:une )?majuscule|(?:tudo|todo|con|com) "
    r"(?:em |en )?(?:min|may|mai)[úu]scul[ao]s?|tutto minuscolo|(?:z )?(?:dużej|wielkiej|małej) litery|hoofdletter"
    r"|kleine letters|med (?:stor|små) \w+"
)
CODE = (
    r"codes?|[ck][oó]d(?:e|ig?o|igos|ice|ici|y|u|em|ów|en|er|et)?|koodi(?:n|si|t)?|kodu(?:nuz|m|n)?|kodunu"
    r"|[\w]{0,16}kode?(?:n|en)?|[\w]{4,18}code|код[аыу]?|コード|验证码|驗證碼|动态码|校验码|인증번호|कोड|رمز|κωδικός"
)
SECRET_CODE = (
    r"(?:locker|gate|door|box|unit|flat|room|apartment) \d{1,4} (?:code|pin)|"
    r"one[ -]?time (?:pass)?(?:codes?|words?|pins?|[\w-]+ codes?)|pass ?codes?|otps?|totp|2fa|mfa|m?tans?|blik"
    r"|tan-nummer"
    r"|(?:verification|security|sign[ -]?in|log[ -]?in|access|auth(?:entication|orization|orisation)?|confirmation"
    r"|unlock|entry|pairing|activation|secret|sms|reset|safety|pickup|collection|gift card|guard)"
    r" (?:codes?|pins?|numbers?)"
    r"|(?:gate|door|alarm|lock(?:box)?|key ?box|keypad|safe|garage|front door|locker|padlock|shed|lobby|entry|house"
    r"|flat|intercom|keysafe|key safe|barrier|pool|gym door|bike shed|combi(?:nation)?) (?:codes?|pins?|combo"
    r"|combination)"
    r"|pins?(?:[ -]?(?:codes?|numbers?|nummer|kod))?|pincodes?|pinkod\w{0,3}|geheimzahl|geheimnummer|tunnusluku"
    r"|dosya kodu"
    r"|(?:bestätigungs|verifizierungs|sicherheits|zugangs|anmelde|freischalt|einmal|tür|tor|alarm|pin|sms"
    r"|aktivierungs|log-?in)-?(?:code|kode|pin|passwort|kennwort)s?"
    r"|code (?:de (?:vérification|confirmation|sécurité|connexion|validation|la porte|l'alarme|porte)|secret"
    r"|confidentiel|d['’](?:accès|entrée|activation)|sms|pin|fürs? \w+)|digicode"
    r"|c[óo]digo (?:de |do |da |del |secreto |sms)(?:verificaci[óo]n|verifica[çc][ãa]o|confirma(?:ci[óo]n|[çc][ãa]o)"
    r"|seguran[çc]a(?: \w+)?|seguridad|acces[os]o?|acesso|autoriza\w+|un solo uso|la puerta|port[ãa]o|porta"
    r"|alarma?e?|ativa[çc][ãa]o)"
    r"|codice (?:di (?:verifica|conferma|accesso|sicurezza|attivazione|sblocco)|otp|segreto|del cancello|della porta"
    r"|sms|pin)"
    r"|kod (?:weryfikacyjny|potwierdzający|sms|autoryzacyjny|odbioru|dostępu|do \w+|pin|jednorazowy|blik|aktywacyjny"
    r"|zabezpieczający)|hasło sms"
    r"|(?:ověřovací|potvrzovací|bezpečnostní|přístupový|sms|autorizační) k[óo]d|(?:verificatie|bevestigings"
    r"|beveiligings|toegangs|inlog|activerings|\w{0,8}deur|poort|slot|kluis|alarm|sms-?)code"
    r"|(?:engångs|verifierings|bekräftelse|säkerhets|inloggnings|aktiverings|port|dörr|larm|bekreftelses"
    r"|verifiserings|sikkerheds|sikkerhets|engangs|bekræftelses|verifikations|alarm|dør|port)-?kode?(?:n|en)?"
    r"|(?:vahvistus|todennus|kerta|ovi|hälytys|avain|turva)koodi\w{0,3}|(?:doğrulama|onay|güvenlik|giriş|aktivasyon"
    r"|tek kullanımlık) (?:kodu\w*|şifre\w*)"
    r"|(?:認証|確認|セキュリティ|ログイン|暗証)(?:コード|番号)|ワンタイムパスワード|解錠番号|(?:验证|驗證|动态|校验|确认|取件|提货|门禁)(?:码|碼|密码)|인증(?:번호|코드)"
    r"|код (?:подтверждения|доступа|проверки|активации|безопасности|от \w+|для входа|домофона)|пин-?код|(?:sms"
    r"|смс)-?код|ओटीपी|رمز (?:التحقق|الدخول)"
)
LOCK = (
    r"key ?box|key ?safe|lock ?box|keypad|padlock|bike lock|intercom|digicode|domofonu?|schlüsselbox|schlüsseltresor"
    r"|sleutelkluis|kłódka|candado|cadenas|lucchetto|cadeado"
)
DOOR = (
    r"(?:bike )?lock|combination|combo|unlock|(?:front |back |studio |side |main )?door|tür|porte|puerta|porta|drzwi"
    r"|brama|ovi|dörr|alarm(?:e|a|en|et|u|ie)?|allarme|key ?box|key ?safe|lock ?box|keypad|domofonu?|intercom"
    r"|padlock|digicode|gate|cancello|port[ãa]o|tresor|safe|coffre|schlüsselbox|hälytin|larmet"
)
SECURITY_CODE = (
    r"cv[vc2]2?|crypto|csc|cvn|card security code|security code|prüfziffer|kartenprüfnummer|cryptogramme(?: visuel)?"
    r"|c[óo]digo de seguran[çc]a do cart[ãa]o|(?:three|3|four|4) (?:digits|numbers) on the (?:back|front)"
)
RECOVERY_PHRASE = (
    r"seed ?(?:phrase|words?)|recovery (?:phrase|words|seed)|secret (?:recovery )?phrase|mnemonic(?: phrase)?"
    r"|wallet (?:phrase|words|seed|backup)|back-?up phrase"
    r"|(?:12|15|18|21|24|twelve|twenty[- ]four)[ -](?:seed |secret |recovery |magic )?words?|(?:12|24) (?:wörter"
    r"|mots|palabras|parole|palavras|woorden|słów|slov|ord|sanaa|kelime|слов\w?)"
    r"|wiederherstellungs(?:phrase|wörter|satz)|phrase (?:de récupération|secrète|mnémonique|de passe)"
    r"|frase (?:semilla|de recuperaci[óo]n|de recupera[çc][ãa]o|secreta|di recupero|seme)"
    r"|herstelzin|fraza (?:odzyskiwania|seed)|återställningsfras|palautuslause|kurtarma (?:ifadesi|kelimeleri)"
    r"|сид[ -]?фраза|мнемоник\w+|リカバリーフレーズ|シードフレーズ|助记词|助記詞"
)
RECOVERY_CODES = (
    r"(?:back-?up|recovery|rescue|emergency|scratch|single-use|one-time|wiederherstellungs|notfall|sicherungs"
    r"|återställnings|gjenopprettings|gendannelses)[ -]?(?:codes?|koder?|keys?)"
    r"|codes? de (?:secours|récupération)|c[óo]digos? de (?:recuperaci[óo]n|respaldo|recupera[çc][ãa]o|reserva)"
    r"|codici di (?:backup|recupero)|kody (?:zapasowe|odzyskiwania)|(?:back-?up|herstel)codes"
    r"|резервные коды|バックアップコード|备用(?:验证)?码"
)
KEY = (
    r"(?:api|access|secret|auth(?:entication|orization)?|stream(?:ing)?|private|encryption|signing|service|account"
    r"|master|shared|client|session|deploy|webhook|license|maps|storage|dev(?:eloper)?|live|test|bot|app|admin|reset"
    r"|refresh|bearer|personal access|id)[ _-]?"
    r"(?:access[ _-]?|secret[ _-]?)?(?:keys?|tokens?|secrets?)"
    r"|api[ -]?schlüssel|cl[ée]s? (?:api|d['’]api|secrète)|claves? (?:api|de api|secreta)|chaves? (?:de )?(?:api"
    r"|secreta)|chiave (?:api|segreta)|klucz(?:e|a)? api|api-?(?:sleutel|nyckel|nøkkel|nøgle|avain|anahtarı)"
    r"|apiキー|秘密鍵|アクセスキー|トークン|(?:api)?密钥|令牌|ключ api|api[ -]ключ"
    r"|токен|secrets?|tokens?|jetons?|keys?|webhooks?"
)
HARMLESS_CODE = (
    r"error|exit|status|return|http|response|promo(?:tion(?:al)?)?|discount|coupon|voucher|referral|zip|post(?:al|e"
    r"|leitzahl)?|postal|pocztow[yae]?\w*|area|country|dial(?:l?ing)?|calling|product|produkt|item|article|artikel"
    r"|course|class|module|dress"
    r"|colou?rs?|farb|source|src|tax|steuer|fiscal[e]?|flight|airport|iata|icao|department|booking|reservation|hs"
    r"|sic|nace|naics|icd|cpt|currency|language|lang|station|room|job|project|order|model|part|colour|bar|qr|zip"
    r"|morse|building|penal|civil|highway"
    r"|error|erreur|fehler|fout|błędu?|chyby?|virhe|hata|エラー|错误|ошибки|sort|swift|bic|ifsc|branch|bank|batch|lot"
    r"|serial|fault|stop|team|friend|invite|invitation|meeting|game|cheat|source|legacy|old|machine|byte|op|vs|my|g"
    r"|unicode|hex|ascii|charge|event|reference|ref|route|de la route"
    r"|postnummer|postcode|poštovní|psč|posta|descuento|promocional|desconto|sconto|rabatow[yea]|rabatt|slevov[ýé]"
    r"|kampanj|alennus|indirim|客户|郵便|邮政|邮编|почтовый|promotionnel|avantage|réduction"
)
QUESTION = (
    r"\?|？|\bwhat(?:'?s| is| was)?\b|\bwhich\b|\bsend\b|\b(?:can|could) (?:yo)?u\b|\bgive\b|\btell\b|\bneed\b"
    r"|\bremind\b|\bhave you got\b|\bgot the\b|\bpls\b|\bplease\b|\bwie (?:ist|lautet|war)\b|\bwas (?:ist|war)\b"
    r"|\bc['’]est quoi\b|\bquel(?:le)?\b|\bcu[áa]l\b|\bqual\b|\bjakie\b|\bjaké\b|\bwat is\b"
    r"|\bvad är\b|\bhva er\b|\bhvad er\b|\bmikä on\b|\bne(?:dir)?\b|\bkya\b"
    r"|教えて|何|什么|多少|какой|뭐|क्या|\bagain\b|\bis$"
    r"|:$|：$"
)
