"""What is pictured: every page and sheet, and which of them the README and the manual show."""

from typing import Final

NOTICE: Final = r"/notices /notices/\d+"
ROUND: Final = r"/rounds /rounds/\d+"
SITTING: Final = r"/sittings /sittings/\d+"
OBJECTION: Final = r"/objections /objections/\d+"
REMINDER: Final = r"/reminders /reminders/\d+"
RECHECK: Final = r"/supervision/rechecks /supervision/rechecks/\d+"
PUBLIC_NOTICE: Final = r"/n/{village} /n/\d+/\d+"
REFUND: Final = r"/counter/slips /counter/slips/\d+ /counter/slips/\d+/refund"
CLOSED_DAY: Final = r"/counter/days /counter/day\?day=.*"
RECEIPT: Final = r"/store/receipts /store/receipts/\d+"
COUNT: Final = r"/store/counts /store/counts/\d+"
VOUCHER: Final = r"/fund /fund/vouchers/\d+"
SETTLEMENT: Final = r"/settlements /settlements/\d+"
ISSUE: Final = r"/boards/issues?board={board} /boards/issues/\d+"
CERTIFICATES: Final = ISSUE + r" /boards/issues/\d+/certificates"
PASSBOOK: Final = r"/passbooks /passbooks/household/\d+"
PROPOSAL: Final = r"/proposals /proposals/\d+"
Pictured = dict[str, tuple[tuple[str, ...], ...]]
# By role: page, name, and sizes where they aren't the usual two. A size with a star is taken for
# the README or the manual. A page may be the first of a list: then patterns of the links that lead
# from the list to it follow.
PAGES: Final[Pictured] = {
    "": (
        ("/sign-in", "sign-in"),
        ("/c/{card}", "own-card", "phone*", "laptop"),
        ("/c/{card}/claim", "own-claim"),
        ("/n/{village}", "public-notices"),
        (PUBLIC_NOTICE, "public-notice", "phone*", "laptop"),
        (PUBLIC_NOTICE + r" /n/\d+/\d+/\d+/object", "public-objection"),
        ("/b/{village}/{board}", "public-board", "phone*", "laptop"),
        ("/proof/{village}?mark={mark}", "proof", "phone*", "laptop"),
    ),
    "管理员": (
        ("/", "home-admin"),
        ("/households", "households", "phone", "laptop*"),
        ("/households/12", "household"),
        ("/households/12/personal", "household-personal"),
        ("/households/import", "households-import"),
        ("/scheme", "scheme", "phone*", "laptop"),
        ("/scheme/new", "scheme-new"),
        ("/cards", "cards-page", "phone", "laptop*"),
        ("/paper", "paper", "phone*", "laptop*"),
        ("/boards/{board}.pdf?paper=a3&look=1", "preview", "phone", "laptop*"),
        ("/boards/{board}/edit", "board-edit", "phone", "laptop*"),
        ("/boards/new", "board-new"),
        ("/boards/{board}/deeds", "board-deeds", "phone*", "laptop"),
        ("/boards/{board}/publish", "board-publish"),
        ("/boards/issues", "issues"),
        (ISSUE, "issue", "phone", "laptop*"),
        (ISSUE + r" /boards/issues/\d+/correct", "issue-correct"),
        (CERTIFICATES, "certificates"),
        ("/boards/plates", "plates"),
        ("/passbooks", "passbooks"),
        (PASSBOOK, "passbook", "phone*", "laptop"),
        ("/store/rates", "rates"),
        ("/store/shops", "shops"),
        ("/fund/lapse", "lapse"),
        ("/households/12/photo", "portrait"),
        ("/users", "users"),
        ("/users/new", "users-new"),
        ("/users/3", "user-grid"),
        ("/cards/household/12", "card-household"),
        ("/notices", "notices"),
        (NOTICE, "notice"),
        ("/notices/new", "notice-new"),
        ("/rounds", "rounds"),
        ("/rounds/new", "round-new"),
        (ROUND, "round"),
        (ROUND + r" /rounds/\d+/grid /rounds/\d+/grid\?scorer.*", "round-grid"),
        ("/rounds/1", "round-closed"),
        ("/backup", "backup", "phone*", "laptop"),
        ("/settings", "settings"),
        ("/password", "password"),
        ("/password/code", "second-step"),
    ),
    "记分员": (
        ("/", "home-recorder", "phone*", "laptop"),
        ("/awards/record", "record", "phone*", "laptop"),
        ("/awards/record?household=12", "record-item"),
        ("/awards/record?household=12&item=1", "record-deed"),
        ("/awards/record-many", "record-many"),
        ("/awards/verify", "verify", "phone*", "laptop"),
        ("/awards/mine", "mine"),
        ("/reminders", "reminders"),
        (REMINDER, "reminder"),
        ("/reminders/new?household=12", "reminder-new"),
        ("/objections/new", "objection-which"),
        (NOTICE + r" /objections/new\?award.*", "objection-new"),
    ),
    "网格员": (
        ("/", "home-grid"),
        ("/awards/verify", "verify-grid"),
        (ROUND + r" /rounds/\d+/score", "round-score", "phone*", "laptop"),
        ("/password", "password-ties"),
    ),
    "评议员": (
        ("/", "home-reviewer"),
        ("/awards/review", "review", "phone*", "laptop"),
        ("/awards/review?order=item", "review-by-item"),
        ("/sittings", "sittings"),
        ("/sittings/new", "sitting-new"),
        (SITTING, "sitting"),
        ("/awards", "awards"),
        ("/awards/12", "award"),
        ("/boards", "boards"),
        ("/boards/shanju", "board", "phone", "laptop*"),
    ),
    "店长": (
        ("/", "home-shopkeeper"),
        ("/counter", "counter-who", "phone", "tablet", "laptop*"),
        ("/counter?household=24", "counter", "phone*", "tablet", "laptop*"),
        ("/counter/slips", "slips"),
        ("/counter/slips/12", "slip-page", "phone", "tablet", "laptop"),
        ("/counter/days", "days"),
        (CLOSED_DAY, "day-page"),
        ("/store", "store", "phone", "laptop*"),
        ("/store/receive", "store-receive"),
        (RECEIPT, "receipt"),
        ("/store/waste", "waste"),
        (COUNT, "count"),
        ("/store/expiring", "expiring"),
        ("/store/order", "order", "phone", "laptop*"),
        ("/store/labels", "labels-page"),
        ("/store/import", "store-import"),
        ("/store/1", "product"),
    ),
    "监督员": (
        ("/", "home-supervisor"),
        ("/ledger", "books"),
        ("/proposals", "proposals"),
        (PROPOSAL, "proposal", "phone", "laptop*"),
        ("/supervision/acts?page=2", "acts", "phone", "laptop*"),
        ("/objections", "objections", "phone", "laptop*"),
        (OBJECTION, "objection"),
        (OBJECTION + r" /awards/\d+", "award-objected"),
        ("/supervision", "supervision", "phone", "laptop*"),
        ("/supervision/decisions", "supervision-decisions"),
        ("/supervision/overrides", "supervision-overrides"),
        ("/supervision/reversals", "supervision-reversals"),
        ("/supervision/bars", "supervision-bars"),
        ("/supervision/ties", "supervision-ties"),
        ("/supervision/objections", "supervision-objections"),
        ("/supervision/rechecks", "rechecks"),
        (RECHECK, "recheck"),
    ),
    "会计": (
        ("/", "home-accountant"),
        (REFUND, "refund"),
        ("/fund", "fund", "phone", "laptop*"),
        ("/fund/income", "fund-income"),
        ("/fund/buy", "fund-buy"),
        (VOUCHER, "voucher"),
        ("/fund/cover", "cover", "phone*", "laptop"),
        ("/settlements", "settlements"),
        ("/settlements/new?shop=2", "settlement-new"),
        (SETTLEMENT, "settlement-page", "phone", "laptop*"),
        ("/ledger/12", "statement"),
    ),
}
# The same for a town's overseer.
OFFICE_PAGES: Final[Pictured] = {
    "乡镇督导": (
        ("/", "home-overseer"),
        ("/regions", "regions", "phone", "laptop*"),
        ("/regions/150404103201", "region-village"),
        ("/regions/ranking", "region-ranking"),
    ),
}
RANKING: Final = "/regions/ranking.pdf?paper=a3"
# The page that a paper is printed from, the paper's address behind it, its picture's name.
PAPERS: Final[tuple[tuple[str, str, str], ...]] = (
    (NOTICE, "/list.pdf", "notice-list"),
    (NOTICE, "/letter.pdf", "notice-letter"),
    (NOTICE, "/details.pdf", "notice-details"),
    (NOTICE, "/objection-form.pdf", "objection-form"),
    (SITTING, "/minutes.pdf", "minutes"),
    (ROUND, "/form.pdf", "round-form"),
    (REMINDER, "/letter.pdf", "reminder-letter"),
    (RECHECK, "/sheet.pdf", "recheck-sheet"),
    (SETTLEMENT, "/sheet.pdf", "settlement"),
    ("/fund/cover", ".pdf", "cover"),
    ("/store/labels", ".pdf?" + "&".join(f"p={number}" for number in range(1, 25)), "labels"),
    (COUNT, "/sheet.pdf", "count-sheet"),
    (CLOSED_DAY, ".pdf", "day"),
    ("/counter/slips/12", ".pdf", "slip"),
    ("/scheme", "/poster.pdf?paper=a3", "scheme-poster"),
    ("/store", "/prices.pdf?paper=a3", "price-list"),
    ("/cards", "/guide.pdf?paper=a3", "card-guide"),
    ("/paper", "/quick-start.pdf", "pocket-card"),
)
# Dots that a point of a paper becomes, where it isn't the usual number.
SCALES: Final = {
    "slip": 1.6,
    "scheme-poster": 0.8,
    "price-list": 0.8,
    "card-guide": 0.8,
}
# A published board, paper and style, the picture's name, dots a point.
POSTERS: Final = (
    ("shanju", "a4", "festive", "board-shanju", 0.9),
    ("xiaoxing", "a4", "plain", "board-xiaoxing", 0.9),
    ("haoren", "a4", "modern", "board-haoren", 0.9),
    ("zuimei", "60x90", "festive", "board-zuimei", 0.38),
    ("shanju", "banner", "festive", "board-banner", 0.12),
)
# The page with a form that prints, the form, what is chosen in it; the picture of each page.
FORMS: Final[tuple[tuple[str, str, dict[str, str], tuple[str, ...], float], ...]] = (
    ("/cards", "sheet.pdf", {"backs": "duplex"}, ("cards", "cards-backs"), 0.9),
    (
        "/cards/household/12",
        "sheet.pdf",
        {"stock": "pvc", "skip": "", "backs": "duplex"},
        ("card-front", "card-back"),
        2.4,
    ),
    (
        "/cards/household/12",
        "sheet.pdf",
        {"stock": "pvc", "skip": "", "ink": "saving"},
        ("card-saving",),
        2.4,
    ),
    (CERTIFICATES, "print.pdf", {}, ("award",), 0.9),
    (
        CERTIFICATES + r" /boards/issues/\d+/certificates\?kind=honour",
        "print.pdf",
        {},
        ("honour",),
        0.9,
    ),
    (
        "/boards/plates?kind=shixing&q=wy",
        "print.pdf",
        {"scope": "listed", "usual": "8"},
        ("plate",),
        0.9,
    ),
    (
        PASSBOOK,
        "print.pdf",
        {"how": "booklet"},
        ("passbook-cover", "passbook-inside"),
        0.9,
    ),
)
