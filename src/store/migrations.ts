import { fault } from '../base/errors.ts';
import { alarms } from './schema/alarms.ts';
import { events } from './schema/events.ts';
import { marks } from './schema/marks.ts';
import { people } from './schema/people.ts';
import type { Store } from './tables.ts';

type Schema = Store['schema'];

/** A step from one version of the tables to the next. It never changes once it was released. */
export type Migration = (schema: Schema) => Promise<void>;

const firstTables: Migration = async (schema) => {
  for (const table of [...events(schema), ...alarms(schema), ...people(schema)]) await table.execute();
};

const withMarks: Migration = async (schema) => {
  for (const table of marks(schema)) await table.execute();
};

export const migrations: readonly Migration[] = [firstTables, withMarks];

/**
 * Brings the tables to the newest version, in one transaction.
 *
 * @throws STORE_NEWER when a newer program made them
 */
export async function migrate(store: Store, path: string, steps = migrations): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    const found = await versionOf(transaction);
    if (found > steps.length) {
      const known = `this program knows versions up to ${steps.length}`;
      throw fault('STORE_NEWER', `${path} has tables of version ${found}; ${known}`);
    }
    if (found === steps.length) return;
    for (const step of steps.slice(found)) await step(transaction.schema);
    await transaction.deleteFrom('schema_version').execute();
    await transaction.insertInto('schema_version').values({ version: steps.length }).execute();
  });
}

/** 0: there are no tables yet. */
async function versionOf(store: Store): Promise<number> {
  await store.schema.createTable('schema_version').ifNotExists().addColumn('version', 'integer').execute();
  const row = await store.selectFrom('schema_version').select('version').executeTakeFirst();
  return row?.version ?? 0;
}
