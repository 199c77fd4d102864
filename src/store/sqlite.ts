import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Dialect, type Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';

/** All that is SQLite's own: what else is in this folder would do for PostgreSQL too. */

export interface SqliteFile {
  path: string;
  isReadOnly?: boolean;
}

/** A writer in another process, for example a second server on the same file, is waited for so long. */
const busyTimeoutMs = 5000;
const keptStatements = 200;

/**
 * Changes reach the disk with the next checkpoint of the write-ahead log, not with each transaction (`synchronous =
 * NORMAL`): a power failure can take the newest ones, and the offsets that came with them. They are read again then.
 *
 * @throws what `isCorrupt`, `isFull` and `isUnusable` know
 */
export function openSqlite({ path, isReadOnly = false }: SqliteFile): Dialect {
  const database = new DatabaseSync(path, { readOnly: isReadOnly, timeout: busyTimeoutMs });
  try {
    // Only a file without tables can still be told to give pages back.
    if (!isReadOnly) database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864');
    // What is erased is overwritten.
    if (!isReadOnly) database.exec('PRAGMA secure_delete = ON');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteDialect({ database: adapt(database) });
}

/** Gives pages that are free back to the file system, so many at a time that nobody waits for long. */
export async function giveBackSpace(database: Kysely<never>, pages: number): Promise<void> {
  await sql`PRAGMA incremental_vacuum(${sql.lit(pages)})`.execute(database);
}

/** What Kysely asks of better-sqlite3, asked of Node's own SQLite. Statements are prepared once. */
function adapt(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      const known = statements.get(text);
      if (known) return known;
      const statement = adaptStatement(database.prepare(text));
      const [oldest] = statements.keys();
      if (statements.size >= keptStatements && oldest !== undefined) statements.delete(oldest);
      statements.set(text, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  const given = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...given(parameters)),
    run: (parameters) => statement.run(...given(parameters)),
    iterate: (parameters) => statement.iterate(...given(parameters)),
  };
}

const resultCodes = { ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, readOnly: 8, notADatabase: 26 } as const;
/** The shared-memory file beside the write-ahead log could not be enlarged. */
const noRoomForSharedMemory = 4874;

/** The extended result code of SQLite, or undefined. */
function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}

function isOneOf(error: unknown, codes: readonly number[]): boolean {
  const code = resultCode(error);
  return code !== undefined && codes.includes(code & 0xff);
}

export function isFull(error: unknown): boolean {
  return isOneOf(error, [resultCodes.full]) || resultCode(error) === noRoomForSharedMemory;
}

export function isCorrupt(error: unknown): boolean {
  return isOneOf(error, [resultCodes.corrupt, resultCodes.notADatabase]);
}

export function isUnusable(error: unknown): boolean {
  return isOneOf(error, [resultCodes.ioError, resultCodes.cannotOpen, resultCodes.readOnly]);
}
