import type { Store } from '../tables.ts';
import { blob } from './blob.ts';

/** Positions, events, tracks, pictures. */
export function events(schema: Store['schema']) {
  return [
    schema
      .createTable('log_positions')
      .addColumn('topic', 'text', (column) => column.notNull())
      .addColumn('partition', 'integer', (column) => column.notNull())
      .addColumn('topic_id', 'text', (column) => column.notNull())
      .addColumn('next_offset', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('log_positions_key', ['topic', 'partition']),
    schema
      .createTable('events')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('camera', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('track', 'text', (column) => column.notNull())
      .addColumn('zone', 'text')
      .addColumn('line', 'text')
      .addColumn('person', 'text')
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('stored_at_us', 'bigint', (column) => column.notNull())
      .addColumn('picture', 'text')
      .addColumn('body', 'text', (column) => column.notNull()),
    ...[[], ['camera'], ['type'], ['person'], ['track']].map((columns) =>
      schema
        .createIndex(['events', ...columns, 'by_time'].join('_'))
        .on('events')
        .columns([...columns, 'at_us', 'id']),
    ),
    schema
      .createTable('tracks')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('camera', 'text', (column) => column.notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('detector', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('person', 'text')
      .addColumn('began_us', 'bigint', (column) => column.notNull())
      .addColumn('last_us', 'bigint', (column) => column.notNull())
      .addColumn('ended_us', 'bigint'),
    schema.createIndex('tracks_of_person').on('tracks').columns(['person', 'last_us']),
    schema.createIndex('tracks_by_time').on('tracks').columns(['last_us', 'id']),
    schema
      .createTable('pictures')
      .addColumn('frame', 'text', (column) => column.primaryKey())
      .addColumn('camera', 'text', (column) => column.notNull())
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('ref', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('size_bytes', 'integer', (column) => column.notNull())
      .addColumn('jpeg', blob),
    schema.createIndex('pictures_by_state').on('pictures').columns(['state', 'at_us']),
  ];
}
