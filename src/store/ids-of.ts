import type { Store } from './tables.ts';

/** Every id under which somebody was known. */
export function idsOf(store: Store, person: string) {
  return store
    .selectFrom('people')
    .select('person')
    .where('canonical', 'in', (eb) => eb.selectFrom('people').select('canonical').where('person', '=', person));
}
