import type { Store } from '../tables.ts';
import { blob } from './blob.ts';

/** The gallery: who is known, and their faces. */
export function people(schema: Store['schema']) {
  return [
    schema
      .createTable('people')
      .addColumn('person', 'text', (column) => column.primaryKey())
      .addColumn('canonical', 'text', (column) => column.notNull())
      .addColumn('name', 'text')
      .addColumn('is_enrolled', 'integer', (column) => column.notNull())
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('first_seen', 'text'),
    schema.createIndex('people_canonical').on('people').column('canonical'),
    schema.createIndex('people_by_time').on('people').columns(['at_us', 'person']),
    schema
      .createTable('faces')
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('face', 'text', (column) => column.notNull())
      .addColumn('embedding', blob, (column) => column.notNull())
      .addColumn('crop', blob)
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('faces_key', ['person', 'face']),
  ];
}
