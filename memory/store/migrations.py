"""The store's schema, as append-only migrations: a shipped one is never edited, a change is a new function below.

Each runs in one transaction with the record of its having run (sqlite-utils' migrations). A store that knows a
migration this code does not was written by a later Inkling, and is refused untouched.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from memory.errors import VaultTooNewError

migrations = Migrations("inkling")
_names: set[str] = set()

_TOKENIZER = "porter unicode61 remove_diacritics 2"


def migrate(db: Database) -> None:
    """Bring the store's schema up to date. Raises VaultTooNewError, changing nothing, if it is ahead of this code."""
    if unknown := {m.name for m in migrations.applied(db)} - _names:
        raise VaultTooNewError(
            f"this vault was written by a later version of Inkling ({len(unknown)} unknown schema change(s)); "
            "upgrade with: pip install --upgrade inkling-memory"
        )
    if migrations.pending(db):
        migrations.apply(db)


def _shipped(step: Callable[[Database], None]) -> Callable[[Database], None]:
    """Register a migration, in order of appearance."""
    _names.add(step.__name__)
    return migrations()(step)


@_shipped
def m001_observations(db: Database) -> None:
    """What was captured, each with the context it came from."""
    _run(
        db,
        """CREATE TABLE contexts (
             id INTEGER PRIMARY KEY, source TEXT NOT NULL, app TEXT, title TEXT, thread TEXT)""",
        """CREATE UNIQUE INDEX contexts_identity
             ON contexts (source, ifnull(app, ''), ifnull(thread, ''), ifnull(title, ''))""",
        """CREATE TABLE observations (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             key TEXT NOT NULL UNIQUE,
             context INTEGER NOT NULL REFERENCES contexts(id),
             speaker TEXT,
             text TEXT NOT NULL,
             at REAL NOT NULL,                 -- seconds since 1970 UTC
             utc_offset INTEGER NOT NULL,      -- seconds east of UTC where it happened
             dwell_seconds REAL,
             stored_at REAL NOT NULL,
             distilled_by TEXT)                -- NULL while pending""",
        "CREATE INDEX observations_in_context ON observations (context, at, id)",
        "CREATE INDEX observations_by_time ON observations (at)",
        "CREATE INDEX observations_pending ON observations (context) WHERE distilled_by IS NULL",
    )
    _index_text(db, "observations", ("text", "speaker"), "1.0, 0.5")


@_shipped
def m002_propositions(db: Database) -> None:
    """What is believed, why, how it changed, what was forgotten, and settings."""
    _run(
        db,
        """CREATE TABLE propositions (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             text TEXT NOT NULL,
             kind TEXT NOT NULL,
             lifespan TEXT NOT NULL,
             sensitivity TEXT,
             verdict TEXT,                     -- the user's word: confirmed, edited, remembered, rejected
             verdict_at REAL,
             pinned INTEGER NOT NULL DEFAULT 0,
             review TEXT,                      -- why the user should look at it, or NULL
             valid_from REAL, valid_to REAL,
             superseded_by INTEGER REFERENCES propositions(id) ON DELETE SET NULL,
             created_at REAL NOT NULL)""",
        """CREATE TABLE evidence (
             id INTEGER PRIMARY KEY,
             proposition INTEGER NOT NULL REFERENCES propositions(id) ON DELETE CASCADE,
             observation INTEGER REFERENCES observations(id) ON DELETE CASCADE,
             claim TEXT NOT NULL,              -- the draft as this evidence worded it
             quote TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
             stance TEXT NOT NULL, basis TEXT NOT NULL, certainty REAL NOT NULL,
             at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             made_by TEXT NOT NULL,            -- the distiller and its version, or "user"
             UNIQUE (proposition, observation, start, "end", stance))""",
        "CREATE INDEX evidence_of_observation ON evidence (observation)",
        """CREATE TABLE revisions (
             id INTEGER PRIMARY KEY,
             proposition INTEGER NOT NULL REFERENCES propositions(id) ON DELETE CASCADE,
             observation INTEGER REFERENCES observations(id) ON DELETE CASCADE,
             at REAL NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
             before TEXT, after TEXT, reason TEXT NOT NULL)""",
        "CREATE INDEX revisions_of_proposition ON revisions (proposition)",
        "CREATE INDEX revisions_of_observation ON revisions (observation)",
        "CREATE TABLE tombstones (mark BLOB PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    )
    _index_text(db, "propositions", ("text",), "1.0")


@_shipped
def m003_vectors(db: Database) -> None:
    """Vectors of both item types, and what still waits for one."""
    for item in ("observation", "proposition"):
        _run(
            db,
            # the sign bits apart from the int8 vectors: the first are read whole, the second by id
            f"""CREATE TABLE {item}_bits (
                  id INTEGER PRIMARY KEY REFERENCES {item}s(id) ON DELETE CASCADE, bits BLOB NOT NULL)""",
            f"""CREATE TABLE {item}_vectors (
                  id INTEGER PRIMARY KEY REFERENCES {item}s(id) ON DELETE CASCADE, vector BLOB NOT NULL)""",
            f"CREATE TABLE {item}_unembedded (id INTEGER PRIMARY KEY REFERENCES {item}s(id) ON DELETE CASCADE)",
        )


@_shipped
def m004_deleted_vectors(db: Database) -> None:
    """Deletions of vectors are counted: every process keeps the sign bits in memory and reads them again then."""
    for item in ("observation", "proposition"):
        _run(
            db,
            f"""CREATE TRIGGER {item}_bits_deleted AFTER DELETE ON {item}_bits BEGIN
                  INSERT INTO settings (name, value) VALUES ('{item}_vectors_epoch', '1')
                    ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1;
                END""",
        )


@_shipped
def m005_keeping(db: Database) -> None:
    """What is kept beside text: pictures, what the noise filter and the folder watcher know, and what was cut down."""
    _run(
        db,
        "ALTER TABLE observations ADD COLUMN trimmed_at REAL",  # when only its quotes were left of it, or NULL
        """CREATE TABLE images (
             observation INTEGER PRIMARY KEY REFERENCES observations(id) ON DELETE CASCADE,
             image BLOB NOT NULL,
             at REAL NOT NULL)""",
        "CREATE INDEX images_by_time ON images (at)",
        """CREATE TABLE screen_lines (
             app TEXT NOT NULL, mark BLOB NOT NULL, sightings INTEGER NOT NULL, last REAL NOT NULL,
             PRIMARY KEY (app, mark)) WITHOUT ROWID""",
        """CREATE TABLE watched_files (
             path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest BLOB,
             read_to INTEGER NOT NULL, read_at REAL NOT NULL, problems INTEGER NOT NULL) WITHOUT ROWID""",
    )


@_shipped
def m006_thinking(db: Database) -> None:
    """What a language model has still to do: read again what the small one has read, and settle doubtful pairs."""
    _run(
        db,
        "CREATE TABLE second_reading (observation INTEGER PRIMARY KEY REFERENCES observations(id) ON DELETE CASCADE)",
        """CREATE TABLE doubts (
             older INTEGER NOT NULL REFERENCES propositions(id) ON DELETE CASCADE,
             newer INTEGER NOT NULL REFERENCES propositions(id) ON DELETE CASCADE,
             label TEXT NOT NULL, probability REAL NOT NULL, at REAL NOT NULL,
             PRIMARY KEY (older, newer)) WITHOUT ROWID""",
        "CREATE INDEX doubts_of_newer ON doubts (newer)",
    )


@_shipped
def m007_summaries(db: Database) -> None:
    """Summaries, with everything each was made from: when any of that changes or goes, the whole summary goes."""
    _run(
        db,
        """CREATE TABLE summaries (
             id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, title TEXT NOT NULL,
             digest BLOB NOT NULL,             -- of what it was made from
             at REAL NOT NULL, since REAL, until REAL, made_by TEXT NOT NULL,
             UNIQUE (kind, subject))""",
        """CREATE TABLE summary_lines (
             summary INTEGER NOT NULL REFERENCES summaries(id) ON DELETE CASCADE,
             place INTEGER NOT NULL, section TEXT NOT NULL, text TEXT NOT NULL,
             sources TEXT NOT NULL,            -- the ids it rests on, as JSON
             PRIMARY KEY (summary, place)) WITHOUT ROWID""",
        """CREATE TABLE summary_sources (
             summary INTEGER NOT NULL REFERENCES summaries(id) ON DELETE CASCADE,
             item TEXT NOT NULL, row INTEGER NOT NULL,
             PRIMARY KEY (summary, item, row)) WITHOUT ROWID""",
        "CREATE INDEX summaries_of_item ON summary_sources (item, row)",
    )
    for item in ("observation", "proposition"):
        gone = f"""DELETE FROM summaries WHERE id IN
                     (SELECT summary FROM summary_sources WHERE item = '{item}' AND row = old.id)"""
        _run(
            db,
            f"CREATE TRIGGER {item}s_summarised_delete AFTER DELETE ON {item}s BEGIN {gone}; END",
            f"CREATE TRIGGER {item}s_summarised_update AFTER UPDATE OF text ON {item}s BEGIN {gone}; END",
        )


@_shipped
def m008_wordings(db: Database) -> None:
    """Of one quote a proposition may keep several wordings: each must be recognised when the quote is forgotten."""
    _run(
        db,
        """CREATE TABLE evidence_of_wordings (
             id INTEGER PRIMARY KEY,
             proposition INTEGER NOT NULL REFERENCES propositions(id) ON DELETE CASCADE,
             observation INTEGER REFERENCES observations(id) ON DELETE CASCADE,
             claim TEXT NOT NULL,
             quote TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
             stance TEXT NOT NULL, basis TEXT NOT NULL, certainty REAL NOT NULL,
             at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             made_by TEXT NOT NULL,
             UNIQUE (proposition, observation, start, "end", stance, claim))""",
        """INSERT INTO evidence_of_wordings
             SELECT id, proposition, observation, claim, quote, start, "end", stance, basis, certainty, at,
                    utc_offset, made_by FROM evidence""",
        "DROP TABLE evidence",
        "ALTER TABLE evidence_of_wordings RENAME TO evidence",
        "CREATE INDEX evidence_of_observation ON evidence (observation)",
    )


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.execute(statement)


def _index_text(db: Database, table: str, columns: tuple[str, ...], weights: str) -> None:
    """A full-text index over ``columns``, kept in step by triggers, whose deletions overwrite what they remove.

    ``weights`` are BM25's, one a column.
    """
    names, new, old = (", ".join(prefix + c for c in columns) for prefix in ("", "new.", "old."))
    fts = f"{table}_fts"
    gone = f"INSERT INTO {fts} ({fts}, rowid, {names}) VALUES ('delete', old.id, {old});"
    added = f"INSERT INTO {fts} (rowid, {names}) VALUES (new.id, {new});"
    _run(
        db,
        f"""CREATE VIRTUAL TABLE {fts} USING fts5(
              {names}, content='{table}', content_rowid='id', tokenize='{_TOKENIZER}')""",
        f"INSERT INTO {fts} ({fts}, rank) VALUES ('secure-delete', 1)",
        f"INSERT INTO {fts} ({fts}, rank) VALUES ('rank', 'bm25({weights})')",
        f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {added} END",
        f"CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {gone} END",
        f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF {names} ON {table} BEGIN {gone} {added} END",
    )
