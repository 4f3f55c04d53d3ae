"""What Django's migrations cannot say about the ledger: guards on moves and attempts, and how rows are stored.

SQL of the first migration, frozen; a later change of a rule needs a migration of its own.
"""

from typing import Any

_MOVES = (
    ("waiting", ("leased", "uncertain", "expired", "cancelled", "suppressed")),
    ("deferred", ("leased", "expired", "cancelled", "suppressed")),
    ("leased", ("accepted", "deferred", "waiting", "refused", "uncertain")),
    ("refused", ("waiting",)),
    ("expired", ("waiting",)),
    ("uncertain", ("waiting",)),
)
_PAIRS = [(old, new) for old, news in _MOVES for new in news]
# One search in a text: SQLite builds a tree for each list of an IN, which would cost five microseconds a delivery.
_FORBIDDEN_SQLITE = (
    "NEW.state <> OLD.state AND INSTR("
    f"'{''.join(f',{old}>{new}' for old, new in _PAIRS)},', ',' || OLD.state || '>' || NEW.state || ',') = 0"
)
_FORBIDDEN_POSTGRES = (
    "NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ("
    + ", ".join(f"('{old}', '{new}')" for old, new in _PAIRS)
    + ")"
)

# WITHOUT ROWID: the key is the table, so that an attempt costs one tree instead of two.
_SQLITE = (
    "DROP TABLE dispatch_attempt",
    """CREATE TABLE dispatch_attempt (
        delivery_id bigint NOT NULL, fence integer NOT NULL, kind varchar(10) NOT NULL, at bigint NOT NULL,
        code integer NOT NULL, text text NOT NULL, ms integer NOT NULL,
        PRIMARY KEY (delivery_id, fence, kind)) WITHOUT ROWID""",
    """CREATE TRIGGER dispatch_attempt_append_only BEFORE UPDATE ON dispatch_attempt
        BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END""",
    f"""CREATE TRIGGER dispatch_delivery_moves BEFORE UPDATE OF state ON dispatch_delivery WHEN {_FORBIDDEN_SQLITE}
        BEGIN SELECT RAISE(ABORT, 'a delivery cannot make this move'); END""",
)

_POSTGRES = (
    # Room on each page for the few versions a row goes through, and an early vacuum of those left behind.
    """ALTER TABLE dispatch_delivery SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_analyze_scale_factor = 0.05)""",
    """CREATE FUNCTION dispatch_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$""",
    """CREATE TRIGGER dispatch_attempt_append_only BEFORE UPDATE ON dispatch_attempt
        FOR EACH ROW EXECUTE FUNCTION dispatch_refuse('attempts are append-only')""",
    f"""CREATE TRIGGER dispatch_delivery_moves BEFORE UPDATE OF state ON dispatch_delivery
        FOR EACH ROW WHEN ({_FORBIDDEN_POSTGRES}) EXECUTE FUNCTION dispatch_refuse('a delivery cannot make this move')""",
)


def install(apps: Any, schema_editor: Any) -> None:
    """Runs the statements of the database at hand."""
    statements = _POSTGRES if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for statement in statements:
        schema_editor.execute(statement, params=None)  # None: percent signs stay as they are
