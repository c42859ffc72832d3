"""Triggers that post transfers: the database itself checks each one and moves the lane's balances.

They hold against any script, on PostgreSQL and SQLite alike:
a transfer is refused whose accounts are not its lane's budget's, whose stages are no move of its deed, whose
number or previous hash is not the lane's next, or that puts levelled money into a lane that left no other;
a lane begins empty, is changed by these triggers alone, and is never removed; a signed batch gets no other
payments, and its payments keep payee, account and amount; who made and who signed a batch stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

from .moves import MOVES

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

STAGES = ("granted", "available", "reserved", "committed", "paid", "recovered")
_KNOWN = ", ".join(f"'{deed}:{a}:{b}'" for deed, pairs in MOVES.items() for a, b in pairs)

_FOREIGN = "its accounts are not of the budget of its lane"
_NO_MOVE = "its deed does not move money between these stages"
_ALONE = "levelled money comes into a lane only after it left another lane of the budget"
_CHAIN = "its number or its previous hash does not follow the end of its lane"
_BY_HAND = "ledger_lane is changed by transfers alone"
_EMPTY = "a lane of a budget begins empty"
_SIGNED = "the batch is signed: its payments stay as they were signed"
_PEOPLE = "who made and who signed a batch is not changed"
_AGAIN = "a transfer of this key or number is there"


class PostTransfers(Operation):
    """Migration operation: transfers move the balances of lanes, and nothing else does.

    On SQLite a later change of the columns of Lane or Transfer loses the triggers: repeat the operation.
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes in the state: triggers are no part of a model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _remove(schema_editor)
        for statement in _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE:
            # Without parameters: the % of RAISE is no placeholder.
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _remove(schema_editor)

    def describe(self) -> str:
        return "Transfers move the balances of lanes, and nothing else does"

    @property
    def migration_name_fragment(self) -> str:
        return "post_transfers"


class LiftTriggers(PostTransfers):
    """Migration operation: the triggers go. On SQLite it stands before a change of a table that they name.

    Repeat `PostTransfers` after that change.
    """

    def database_forwards(self, *around: Any) -> None:
        super().database_backwards(*around)

    def database_backwards(self, *around: Any) -> None:
        super().database_forwards(*around)

    def describe(self) -> str:
        return "The triggers of the ledger go, until they are made again"

    @property
    def migration_name_fragment(self) -> str:
        return "lift_triggers"


def trigger_names(vendor: str) -> dict[str, str]:
    """The triggers of this module and the tables they watch."""
    names = {
        "ledger_transfer_posts": "ledger_transfer",
        "ledger_lane_begins_empty": "ledger_lane",
        "ledger_lane_moved_by_transfers": "ledger_lane",
        "ledger_lane_stays": "ledger_lane",
        "ledger_line_not_added_after_signing": "ledger_line",
        "ledger_line_stays_as_signed": "ledger_line",
        "ledger_line_not_removed": "ledger_line",
        "ledger_batch_keeps_its_people": "ledger_batch",
    }
    if vendor == "postgresql":
        return names | {"ledger_lane_not_emptied": "ledger_lane"}
    return names | {"ledger_transfer_never_replaced": "ledger_transfer"}


def _remove(schema_editor: Any) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table in trigger_names(schema_editor.connection.vendor).items():
        on = f' ON "{table}"' if is_postgresql else ""
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


def _moved(stage: str, cents: str) -> str:
    """What a transfer adds to the balance of a stage, as SQL."""
    return (
        f"{cents} * ((CASE WHEN c.stage = '{stage}' THEN 1 ELSE 0 END)"
        f" - (CASE WHEN d.stage = '{stage}' THEN 1 ELSE 0 END))"
    )


_SUMS = ", ".join(f"sum({_moved(stage, 'a.cents')}) AS {stage}" for stage in STAGES)
_ADDED = ", ".join(f"{stage} = l.{stage} + m.{stage}" for stage in STAGES)

# A connection keeps the plans of a function. Made while the table is tiny they would read all of it, and go
# on so while it grows: by keys only, from the first transfer on.
# One statement may carry many transfers of one lane: they are checked and added up as a whole, so that a lane
# is written once and not once for each of them.
_POST = f"""
CREATE OR REPLACE FUNCTION ledger_post_transfers() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    wrong text;
BEGIN
    PERFORM 1 FROM ledger_lane WHERE id IN (SELECT lane_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    SELECT a.key || ': ' || CASE
               WHEN l.id IS NULL OR d.id IS NULL OR c.id IS NULL THEN '{_FOREIGN}'
               ELSE '{_NO_MOVE}' END
      INTO wrong
      FROM added a
      LEFT JOIN ledger_lane l ON l.id = a.lane_id
      LEFT JOIN ledger_account d ON d.id = a.debit_id AND d.budget_id = l.budget_id
      LEFT JOIN ledger_account c ON c.id = a.credit_id AND c.budget_id = l.budget_id
     WHERE l.id IS NULL OR d.id IS NULL OR c.id IS NULL
        OR (a.deed || ':' || d.stage || ':' || c.stage) NOT IN ({_KNOWN})
     LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT a.key || ': {_ALONE}' INTO wrong
      FROM added a JOIN ledger_account d ON d.id = a.debit_id
     WHERE a.deed = 'level' AND d.stage = 'granted' AND NOT EXISTS (
               SELECT 1 FROM ledger_transfer o
                WHERE a.key LIKE '%:in' AND o.key = left(a.key, length(a.key) - 3) || ':out'
                  AND o.deed = 'level' AND o.cents = a.cents AND o.credit_id = a.debit_id)
     LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT s.key || ': {_CHAIN}' INTO wrong
      FROM (SELECT a.key, a.seq, a.previous, l.seq AS last, l.head,
                   row_number() OVER w AS nth, lag(a.hash) OVER w AS before
              FROM added a JOIN ledger_lane l ON l.id = a.lane_id
            WINDOW w AS (PARTITION BY a.lane_id ORDER BY a.seq)) s
     WHERE s.seq <> s.last + s.nth OR s.previous <> coalesce(s.before, s.head)
     LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE ledger_lane l
       SET {_ADDED}, seq = l.seq + m.n, head = m.head
      FROM (SELECT a.lane_id, {_SUMS}, count(*) AS n, (array_agg(a.hash ORDER BY a.seq DESC))[1] AS head
              FROM added a
              JOIN ledger_account d ON d.id = a.debit_id
              JOIN ledger_account c ON c.id = a.credit_id
             GROUP BY a.lane_id) m
     WHERE l.id = m.lane_id;
    RETURN NULL;
END $$
"""

_OF_LINE = ("batch_id", "number", "purpose", "payee", "account_sealed", "bank", "amount")
_LINE_CHANGED = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _OF_LINE)
_PEOPLE_CHANGED = (
    "NEW.made_by_id <> OLD.made_by_id OR NEW.number <> OLD.number OR NEW.programme <> OLD.programme"
    " OR (OLD.signed_by_id IS NOT NULL"
    " AND (NEW.signed_by_id IS NULL OR NEW.signed_by_id <> OLD.signed_by_id))"
)


def _is_signed(row: str) -> str:
    return f"(SELECT state FROM ledger_batch WHERE id = {row}.batch_id) <> 'draft'"


_POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION ledger_guard_line() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF {_is_signed("OLD")} THEN
                RAISE EXCEPTION '{_SIGNED}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN OLD;
        END IF;
        IF TG_OP = 'INSERT' AND {_is_signed("NEW")} THEN
            RAISE EXCEPTION '{_SIGNED}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'UPDATE' AND ({_LINE_CHANGED}) AND {_is_signed("OLD")} THEN
            RAISE EXCEPTION '{_SIGNED}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    *(
        f'CREATE TRIGGER "{name}" BEFORE {deed} ON ledger_line '
        "FOR EACH ROW EXECUTE FUNCTION ledger_guard_line()"
        for name, deed in (
            ("ledger_line_not_added_after_signing", "INSERT"),
            ("ledger_line_stays_as_signed", "UPDATE"),
            ("ledger_line_not_removed", "DELETE"),
        )
    ),
    f"""
    CREATE OR REPLACE FUNCTION ledger_guard_batch() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
    BEGIN
        IF {_PEOPLE_CHANGED} THEN
            RAISE EXCEPTION '{_PEOPLE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    'CREATE TRIGGER "ledger_batch_keeps_its_people" BEFORE UPDATE ON ledger_batch '
    "FOR EACH ROW EXECUTE FUNCTION ledger_guard_batch()",
    _POST,
    """
    CREATE TRIGGER "ledger_transfer_posts" AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_post_transfers()
    """,
    f"""
    CREATE OR REPLACE FUNCTION ledger_guard_lane() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.seq <> 0 OR NEW.head <> decode(repeat('00', 32), 'hex')
               OR {" OR ".join(f"NEW.{stage} <> 0" for stage in STAGES)} THEN
                RAISE EXCEPTION '{_EMPTY}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        -- The trigger of transfers writes from within another trigger; a person's statement does not.
        IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1
           AND NEW.id = OLD.id AND NEW.budget_id = OLD.budget_id AND NEW.number = OLD.number
           AND EXISTS (SELECT 1 FROM ledger_transfer t
                        WHERE t.lane_id = NEW.id AND t.seq = NEW.seq AND t.hash = NEW.head) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '{_BY_HAND}' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    'CREATE TRIGGER "ledger_lane_begins_empty" BEFORE INSERT ON ledger_lane '
    "FOR EACH ROW EXECUTE FUNCTION ledger_guard_lane()",
    'CREATE TRIGGER "ledger_lane_moved_by_transfers" BEFORE UPDATE ON ledger_lane '
    "FOR EACH ROW EXECUTE FUNCTION ledger_guard_lane()",
    'CREATE TRIGGER "ledger_lane_stays" BEFORE DELETE ON ledger_lane '
    "FOR EACH ROW EXECUTE FUNCTION ledger_guard_lane()",
    'CREATE TRIGGER "ledger_lane_not_emptied" BEFORE TRUNCATE ON ledger_lane '
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_lane()",
)

_ENDS = "ledger_account d, ledger_account c WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id"
_SET = ", ".join(
    f"{stage} = {stage} + (SELECT {_moved(stage, 'NEW.cents')} FROM {_ENDS})" for stage in STAGES
)
_EXPLAINED = " AND ".join(f"NEW.{stage} = OLD.{stage} + {_moved(stage, 't.cents')}" for stage in STAGES)

_SQLITE = (
    f"""
    CREATE TRIGGER "ledger_transfer_posts" AFTER INSERT ON ledger_transfer BEGIN
        SELECT RAISE(ABORT, '{_FOREIGN}') WHERE NOT EXISTS (
            SELECT 1 FROM ledger_lane l
              JOIN ledger_account d ON d.id = NEW.debit_id AND d.budget_id = l.budget_id
              JOIN ledger_account c ON c.id = NEW.credit_id AND c.budget_id = l.budget_id
             WHERE l.id = NEW.lane_id);
        SELECT RAISE(ABORT, '{_NO_MOVE}') WHERE NOT EXISTS (
            SELECT 1 FROM {_ENDS} AND (NEW.deed || ':' || d.stage || ':' || c.stage) IN ({_KNOWN}));
        SELECT RAISE(ABORT, '{_ALONE}')
         WHERE NEW.deed = 'level' AND (SELECT stage FROM ledger_account WHERE id = NEW.debit_id) = 'granted'
           AND NOT EXISTS (
               SELECT 1 FROM ledger_transfer o
                WHERE NEW.key LIKE '%:in' AND o.key = substr(NEW.key, 1, length(NEW.key) - 3) || ':out'
                  AND o.deed = 'level' AND o.cents = NEW.cents AND o.credit_id = NEW.debit_id);
        SELECT RAISE(ABORT, '{_CHAIN}') WHERE NOT EXISTS (
            SELECT 1 FROM ledger_lane
             WHERE id = NEW.lane_id AND seq = NEW.seq - 1 AND head = NEW.previous);
        UPDATE ledger_lane SET {_SET}, seq = NEW.seq, head = NEW.hash WHERE id = NEW.lane_id;
    END
    """,
    # INSERT OR REPLACE takes a row away without asking the triggers on DELETE.
    f"""
    CREATE TRIGGER "ledger_transfer_never_replaced" BEFORE INSERT ON ledger_transfer
    WHEN EXISTS (SELECT 1 FROM ledger_transfer
                  WHERE id = NEW.id OR key = NEW.key OR (lane_id = NEW.lane_id AND seq = NEW.seq))
    BEGIN SELECT RAISE(ABORT, '{_AGAIN}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_lane_begins_empty" BEFORE INSERT ON ledger_lane
    WHEN NEW.seq <> 0 OR NEW.head <> zeroblob(32) OR {" OR ".join(f"NEW.{s} <> 0" for s in STAGES)}
      OR EXISTS (SELECT 1 FROM ledger_lane
                  WHERE id = NEW.id OR (budget_id = NEW.budget_id AND number = NEW.number))
    BEGIN SELECT RAISE(ABORT, '{_EMPTY}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_lane_moved_by_transfers" BEFORE UPDATE ON ledger_lane
    WHEN NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_account d ON d.id = t.debit_id
          JOIN ledger_account c ON c.id = t.credit_id
         WHERE t.lane_id = OLD.id AND t.seq = OLD.seq + 1 AND t.previous = OLD.head
           AND NEW.id = OLD.id AND NEW.budget_id = OLD.budget_id AND NEW.number = OLD.number
           AND NEW.seq = t.seq AND NEW.head = t.hash AND {_EXPLAINED})
    BEGIN SELECT RAISE(ABORT, '{_BY_HAND}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_line_not_added_after_signing" BEFORE INSERT ON ledger_line
    WHEN {_is_signed("NEW")} BEGIN SELECT RAISE(ABORT, '{_SIGNED}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_line_stays_as_signed" BEFORE UPDATE ON ledger_line
    WHEN ({_LINE_CHANGED}) AND {_is_signed("OLD")} BEGIN SELECT RAISE(ABORT, '{_SIGNED}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_line_not_removed" BEFORE DELETE ON ledger_line
    WHEN {_is_signed("OLD")} BEGIN SELECT RAISE(ABORT, '{_SIGNED}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_batch_keeps_its_people" BEFORE UPDATE ON ledger_batch
    WHEN {_PEOPLE_CHANGED} BEGIN SELECT RAISE(ABORT, '{_PEOPLE}'); END
    """,
    f"""
    CREATE TRIGGER "ledger_lane_stays" BEFORE DELETE ON ledger_lane
    BEGIN SELECT RAISE(ABORT, '{_BY_HAND}'); END
    """,
)
