"""What everybody starts with: password managers, prompts for secrets, sign-in and payment pages, banks.

A ``default:`` rule stands for a group of rules here, so that what the user sees, and may take out, is a word and not a
pattern. Title patterns hold for whole pieces of a title (``Log in``, ``Online Banking | Example``), never for words
inside one: an article about online banking is read. Remote desktops and other people's sessions are left to the user.
"""

from __future__ import annotations

from functools import lru_cache

from observers.screen import own_pages
from observers.screen.rule import Group, Rule

_BEGIN = r"(?:^|[-–—|·•:] |[|·•(])"
_END = r"(?=$| [-–—|·•:]| ?[|·•]|[,:!.)](?: |$))"
_NOT_ABOUT = (  # where others write about a bank
    r"^(?!.*\b(?:wikipedia|youtube|news|reddit|google search|duckduckgo|bing|linkedin|facebook|trustpilot|glassdoor"
    r"|github|stack overflow|indeed)\b)"
)

_SECRETS_APPS = """
1password* bitwarden keepass keepass2 keepassxc keepassx keeweb lastpass dashlane enpass roboform nordpass protonpass
keeper keeperpasswordmanager passwords keychainaccess seahorse secrets buttercup qtpass gopass gopassui passwordsafe
pwsafe strongbox padloc passbolt psono stickypassword zohovault truekey authy authydesktop authenticator
googleauthenticator microsoftauthenticator yubicoauthenticator gnomeauthenticator otpclient 2fas enteauth raivo stepmfa
kwalletmanager* kleopatra ledgerlive trezorsuite electrum exodus
"""

_PROMPTS = """
pinentry* gcrprompter gcrviewer seahorse* *askpass *sshaskpass kwalletd* polkit* *polkitagent* *polkitgnome* lxpolkit
xfcepolkit *policykit* gksu* kdesu* credentialuibroker consent logonui lockapp loginwindow securityagent
coreautha coreauthuiagent screensaverengine i3lock* swaylock* hyprlock xscreensaver* lightlocker* *greeter gdm* sddm*
xsecurelock slock betterlockscreen kscreenlocker* matescreensaver* gnomescreensaver* cinnamonscreensaver*
"""

_SIGN_IN = (
    (
        r"(?:(?:please|amazon|admin|user|member|customer|secure|account|single|linkedin|[\w-]+(?:\.[\w-]+)+) )?"
        r"(?:sign|log)[- ]?[io]n(?: (?:to|with|into|or|at|for) [^-–—|·•:]{1,40})?"
    ),
    (
        r"(?:anmelden|anmeldung|einloggen|se connecter|connexion|identifiez-vous|iniciar sesi[oó]n|inicia sesi[oó]n"
        r"|inicio de sesi[oó]n|accedi|accesso|iniciar sess[aã]o|fazer login|zaloguj(?: si[eę])?|logowanie|inloggen"
        r"|aanmelden|logga in|inloggning|logg inn|log ind|kirjaudu(?: sis[aä][aä]n)?|p[rř]ihl[aá][sš]en[ií]"
        r"|bejelentkez[eé]s|giri[sş] yap|вход|войти|увійти|ログイン|サインイン|登录|登入|로그인)(?: [^-–—|·•:]{1,30})?"
    ),
    r"(?:forgot(?:ten)?|reset|change|create|enter|choose|set|update)(?: your| my| a| new| a new)? password",
    r"(?:passwort|kennwort) (?:vergessen|zurücksetzen|ändern)|mot de passe oublié|contraseña olvidada",
    r"(?:two|2)[- ](?:factor|step) (?:authentication|verification)|(?:verify|confirm) (?:your identity|it['’]s you)",
    r"(?:enter|your) (?:security|verification|one[- ]time|recovery) (?:code|passcode|key)s?|recovery (?:codes|phrase)",
)
_PAYMENT = (
    r"(?!git )(?:[\w.]+ )?check-?out(?: \([^)]*\))?",
    (
        r"(?:(?:secure|your|enter|select|choose|add|a|the|confirm|review) )*"
        r"(?:payment(?: details| methods?| information| options?)?|card details|billing(?: details| info| address)?)"
    ),
    (
        r"(?:zur )?kasse|zahlung(?:sart|sdaten|sinformationen)?|bezahlen|paiement(?: sécurisé)?|pago(?: seguro)?"
        r"|formas? de pago|métodos? de pago|pagamento|metodo di pagamento|płatność|dostawa i płatność|betaling|betalen"
        r"|afrekenen|betalning|till kassan|オンライン決済|お支払い(?:方法)?|支払い方法|支付|付款|收银台|결제|оплата"
    ),
)
_BANKING = (
    (
        r"(?:[\w&.'’]+ ){0,3}(?:(?:online|internet|mobile|personal|business|private|net|e|web|phone)[- ]?banking)"
        r"(?: (?:log[- ]?[io]n|home|dashboard|login page|portal|app|overview|account))?"
    ),
    (
        r"(?:[\w&.'’]+ ){0,2}(?:onlinebank|internetbank(?:en)?|nettbank(?:en)?|netbank(?:en)?|homebanking|e-?banking"
        r"|verkkopankki|banque en ligne|banca (?:en l[ií]nea|online|electr[oó]nica|a distancia|digital)"
        r"|internet bankas[iı]|internet bankac[iı]l[iı][gğ][iı]|bankowo[sś][cć] (?:internetowa|elektroniczna|online)"
        r"|internetov[eé] bankovnictv[ií]|internetbankovnictv[ií]|интернет-?банк|онлайн-?банк|網路銀行|网上银行|网银"
        r"|インターネットバンキング|ネットバンキング|인터넷뱅킹)"
    ),
    (
        r"(?:account (?:summary|overview|balance)|your accounts|bank statements?|kontoübersicht|kontostand"
        r"|umsatzanzeige|finanzübersicht|extrato de conta|extracto de cuenta|relevé de compte)"
    ),
)
_BANKS = """
abn ?amro|absa|activobank|axis bank|banco ?bpi|banco do brasil|bancosantander|bank of america|bank of ireland|bankinter
|banque populaire|barclays(?:card)?|bawag|bbva|belfius|bnp paribas(?: fortis)?|boursobank|boursorama(?: banque)?|bunq
|bradesco|caisse d['’]epargne|caixabank|caixadirecta|capital one|capitec|chase|cibc|citibank|comdirect|commbank
|commerzbank|consorsbank|co-operative bank|crédit agricole|crédit mutuel|credit suisse|danske ?bank|dbs(?: ?digibank)?
|desjardins|deutsche bank|dkb|dnb|easybank|erste bank|first direct|fineco(?:bank)?|fortuneo|garanti ?bbva|george
|halifax|handelsbanken|hdfc bank|hello bank!?|hsbc|hypovereinsbank|icici bank|ing-?diba|intesa sanpaolo|ipko|isbank
|itaú|kbc(?: touch)?|knab|kotak|la banque postale|lcl|lloyds(?: bank)?|mbank|metro bank|millenniumbcp|millennium bcp
|monobank|monzo|moje ing|n26|nationwide(?: building society)?|natwest|navy federal(?: credit union)?|nordea|novo ?banco
|nubank|nu bank|openbank|pekao24|pko bank polski|pnc(?: bank)?|postbank|postfinance|privat24|rabobank
|raiffeisen(?:bank)?|revolut|royal bank of scotland|santander|sbanken|scotiabank|seb|sns bank
|soci[eé]t[eé] g[eé]n[eé]rale|sparkasse|sparebank ?1|starling bank|swedbank
|targobank|td bank|tsb(?: bank)?|ubs(?: e-banking)?
|unicaja|unicredit
|us bank|u\\.s\\. bank|usaa|virgin money|volksbank|vr ?bank|wells fargo|westpac|yapı kredi|zkb|сбербанк(?: онлайн)?
|т-банк|тинькофф|альфа-банк|приват24|三菱ufj(?:銀行|ダイレクト)?|三井住友銀行|みずほ(?:銀行|ダイレクト)|ゆうちょ(?:銀行|ダイレクト)
|楽天銀行|招商银行|中国工商银行|支付宝
""".replace("\n", "")

_VAULT_SITES = """
vault.bitwarden.com vault.bitwarden.eu my.1password.com my.1password.eu start.1password.com vault.lastpass.com
app.dashlane.com pass.proton.me passwords.google.com keepersecurity.com app.nordpass.com roboform.com vault.passbolt.com
"""
_SIGN_IN_SITES = """
accounts.google.com login.microsoftonline.com login.live.com login.yahoo.com idmsa.apple.com appleid.apple.com
account.apple.com okta.com onelogin.com auth0.com duosecurity.com signin.aws.amazon.com signin.ebay.com
"""
_PAYMENT_SITES = """
paypal.com venmo.com cash.app checkout.stripe.com buy.stripe.com pay.google.com payments.google.com klarna.com
checkout.shopify.com shop.app adyen.com mollie.com worldpay.com skrill.com paysafecard.com sofort.com giropay.de
przelewy24.pl payu.com mbway.pt ideal.nl alipay.com wise.com revolut.com coinbase.com kraken.com binance.com
"""
_BANK_SITES = """
chase.com bankofamerica.com wellsfargo.com citi.com citibank.com capitalone.com usbank.com pnc.com truist.com td.com
ally.com discover.com americanexpress.com schwab.com fidelity.com vanguard.com sofi.com chime.com navyfederal.org
usaa.com etrade.com robinhood.com rbcroyalbank.com scotiabank.com bmo.com cibc.com tangerine.ca desjardins.com

barclays.co.uk barclaycard.co.uk hsbc.co.uk hsbc.com lloydsbank.com lloydsbank.co.uk halifax.co.uk
halifax-online.co.uk natwest.com nwolb.com rbs.co.uk santander.co.uk nationwide.co.uk tsb.co.uk monzo.com
starlingbank.com firstdirect.com co-operativebank.co.uk metrobankonline.co.uk virginmoney.com bankofscotland.co.uk
aib.ie bankofireland.com permanenttsb.ie

sparkasse.de deutsche-bank.de commerzbank.de ing.de dkb.de comdirect.de n26.com postbank.de hypovereinsbank.de vr.de
targobank.de consorsbank.de norisbank.de sparkasse.at erstebank.at raiffeisen.at bawag.at easybank.at
ubs.com postfinance.ch raiffeisen.ch zkb.ch credit-suisse.com

labanquepostale.fr sg.fr societegenerale.fr credit-agricole.fr boursobank.com boursorama.com lcl.fr
caisse-epargne.fr banquepopulaire.fr creditmutuel.fr cic.fr fortuneo.fr hellobank.fr
kbc.be belfius.be argenta.be bnpparibasfortis.be ing.be ing.nl rabobank.nl abnamro.nl snsbank.nl asnbank.nl bunq.com
knab.nl

bbva.es caixabank.es bancosantander.es bancsabadell.com bankinter.com ing.es unicajabanco.es openbank.es
intesasanpaolo.com unicredit.it finecobank.com bancobpm.it bper.it bancamediolanum.it bancoposta.poste.it
cgd.pt millenniumbcp.pt novobanco.pt santander.pt bancobpi.pt activobank.pt
itau.com.br bradesco.com.br bb.com.br nubank.com.br santander.com.br caixa.gov.br

pkobp.pl ipko.pl mbank.pl pekao24.pl santander.pl ing.pl aliorbank.pl bankmillennium.pl
nordea.com nordea.se nordea.fi nordea.dk nordea.no handelsbanken.se seb.se swedbank.se danskebank.dk danskebank.se
jyskebank.dk dnb.no sparebank1.no op.fi s-pankki.fi csob.cz csas.cz kb.cz moneta.cz otpbank.hu
sberbank.ru tinkoff.ru tbank.ru alfabank.ru vtb.ru privat24.ua monobank.ua
garantibbva.com.tr isbank.com.tr akbank.com yapikredi.com.tr

mufg.jp smbc.co.jp mizuhobank.co.jp jp-bank.japanpost.jp rakuten-bank.co.jp netbk.co.jp sonybank.jp
hdfcbank.com icicibank.com onlinesbi.sbi sbi.co.in axisbank.com kotak.com dbs.com dbs.com.sg ocbc.com uob.com.sg
icbc.com.cn ccb.com boc.cn cmbchina.com kbstar.com shinhan.com
commbank.com.au netbank.com.au
anz.com anz.com.au westpac.com.au nab.com.au ing.com.au kiwibank.co.nz asb.co.nz bnz.co.nz
fnb.co.za absa.co.za capitecbank.co.za standardbank.co.za
"""


_SITES = (
    r"(?:my )?(?:bitwarden|1password|lastpass|dashlane|nordpass|proton pass|keeper)(?: web)?(?: (?:vault|account))?"
)
_PAYERS = r"paypal|venmo|cash app|klarna|skrill|google pay|apple pay|amazon pay|alipay|wero|twint|swish|blik"
_OWN_WORDS = r"(?: (?:uk|us|online|bank|app|mobile|personal|business|de|group))*"


@lru_cache(maxsize=16)
def members(group: Group) -> tuple[Rule, ...]:
    """The rules a group stands for."""
    match group:
        case "passwords":
            return (*_apps(_SECRETS_APPS), *_titles(_SITES), *_domains(_VAULT_SITES), *own_pages.passwords())
        case "prompts":
            return (*_apps(_PROMPTS), *own_pages.prompts())
        case "sign-in":
            return (*_titles(*_SIGN_IN), *_domains(_SIGN_IN_SITES))
        case "payment":
            return (*_titles(*_PAYMENT), _named(_PAYERS), *_domains(_PAYMENT_SITES))
        case "banking":
            return (*_titles(*_BANKING), _named(_BANKS), *_domains(_BANK_SITES))


def default_rules() -> tuple[Rule, ...]:
    """The rules of a fresh vault."""
    groups: tuple[Group, ...] = ("passwords", "prompts", "sign-in", "payment", "banking")
    return (Rule("private"), *(Rule("default", group) for group in groups))


def _apps(names: str) -> tuple[Rule, ...]:
    return tuple(Rule("app", name) for name in names.split())


def _domains(names: str) -> tuple[Rule, ...]:
    return tuple(Rule("domain", name) for name in names.split())


def _titles(*bodies: str) -> tuple[Rule, ...]:
    return tuple(Rule("title", f"/{_BEGIN}(?:{body}){_END}/") for body in bodies)


def _named(names: str) -> Rule:
    """Titles with one of the names as a piece of its own."""
    return Rule("title", f"/{_NOT_ABOUT}(?:.*?{_BEGIN})?(?:{names}){_OWN_WORDS}{_END}/")
