import type { Store } from '../tables.ts';

/** Alarms, and what became of telling of them. */
export function alarms(schema: Store['schema']) {
  return [
    schema
      .createTable('alarms')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('level', 'integer', (column) => column.notNull())
      .addColumn('rule', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('camera', 'text', (column) => column.notNull())
      .addColumn('person', 'text')
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('acknowledged_us', 'bigint')
      .addColumn('acknowledged_by', 'text')
      .addColumn('note', 'text')
      .addColumn('picture', 'text')
      .addColumn('body', 'text', (column) => column.notNull()),
    schema.createIndex('alarms_by_time').on('alarms').columns(['at_us', 'id']),
    schema.createIndex('alarms_open').on('alarms').columns(['acknowledged_us', 'at_us', 'id']),
    schema
      .createTable('deliveries')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('alarm', 'text', (column) => column.notNull())
      .addColumn('at_us', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull()),
    schema.createIndex('deliveries_of_alarm').on('deliveries').columns(['alarm', 'at_us']),
  ];
}
