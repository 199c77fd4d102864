import type { Store } from '../tables.ts';

/** Whether suspicions were right, the frames that are kept because of it, and what was seen in frames. */
export function marks(schema: Store['schema']) {
  return [
    schema
      .createTable('marks')
      .addColumn('event', 'text', (column) => column.primaryKey())
      .addColumn('is_right', 'integer', (column) => column.notNull())
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull()),
    schema
      .createTable('marked_frames')
      .addColumn('frame', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('marked_frames_key', ['frame', 'event']),
    schema.alterTable('pictures').addColumn('seen', 'text'),
  ];
}
