import type { Severity } from '../topics/alarm-names.ts';
import type { Alarm, AlarmDelivery } from '../topics/alarm-schema.ts';
import type { Page, PictureState, StoredAlarm } from '../topics/stored.ts';
import { idsOf } from './ids-of.ts';
import { cursorOf, type PageRequest, pageOf } from './page.ts';
import type { Store } from './tables.ts';

/** Which alarms; newest first. What is left out does not matter. */
export interface AlarmFilter extends PageRequest {
  camera?: string | undefined;
  rule?: string | undefined;
  severity?: Severity | undefined;
  /** Whoever this id leads to today, under any of their ids. */
  person?: string | undefined;
  acknowledged?: boolean | undefined;
  sinceUs?: number | undefined;
  untilUs?: number | undefined;
}

export async function findAlarms(store: Store, filter: AlarmFilter): Promise<Page<StoredAlarm>> {
  const { camera, rule, severity, person, acknowledged, sinceUs, untilUs, limit } = filter;
  const cursor = cursorOf(filter);
  const rows = await selectAlarms(store)
    .$if(camera !== undefined, (query) => query.where('alarms.camera', '=', camera ?? ''))
    .$if(rule !== undefined, (query) => query.where('alarms.rule', '=', rule ?? ''))
    .$if(severity !== undefined, (query) => query.where('alarms.severity', '=', severity ?? ''))
    .$if(person !== undefined, (query) => query.where('alarms.person', 'in', idsOf(store, person ?? '')))
    .$if(acknowledged !== undefined, (query) =>
      query.where('alarms.acknowledged_us', acknowledged ? 'is not' : 'is', null),
    )
    .$if(sinceUs !== undefined, (query) => query.where('alarms.at_us', '>=', sinceUs ?? 0))
    .$if(untilUs !== undefined, (query) => query.where('alarms.at_us', '<', untilUs ?? 0))
    .where(({ eb, refTuple, tuple }) => eb(refTuple('alarms.at_us', 'alarms.id'), '<', tuple(cursor.atUs, cursor.id)))
    .orderBy('alarms.at_us', 'desc')
    .orderBy('alarms.id', 'desc')
    .limit(limit + 1)
    .execute();
  const deliveries = await deliveriesOf(
    store,
    rows.map(({ id }) => id),
  );
  return pageOf(rows, limit, (row) => storedAlarm(row, deliveries.get(row.id) ?? []));
}

export async function findAlarm(store: Store, id: string): Promise<StoredAlarm | undefined> {
  const row = await selectAlarms(store).where('alarms.id', '=', id).executeTakeFirst();
  return row && storedAlarm(row, (await deliveriesOf(store, [id])).get(id) ?? []);
}

/** One of the frames that show an alarm; left out: the one that made the rule fire. */
export async function findAlarmPicture(
  store: Store,
  { id, frame }: { id: string; frame?: string | undefined },
): Promise<Uint8Array | undefined> {
  const row = await store.selectFrom('alarms').select(['body', 'picture']).where('id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const { evidence } = JSON.parse(row.body) as Alarm;
  const wanted = frame === undefined ? row.picture : evidence.find((each) => each.frame === frame)?.frame;
  if (!wanted) return undefined;
  const picture = await store.selectFrom('pictures').select('jpeg').where('frame', '=', wanted).executeTakeFirst();
  return picture?.jpeg ?? undefined;
}

async function deliveriesOf(store: Store, alarms: readonly string[]): Promise<Map<string, AlarmDelivery[]>> {
  if (alarms.length === 0) return new Map();
  const query = store
    .selectFrom('deliveries')
    .select('body')
    .where('alarm', 'in', [...alarms]);
  const rows = await query.orderBy('at_us').execute();
  return Map.groupBy(
    rows.map(({ body }) => JSON.parse(body) as AlarmDelivery),
    ({ alarm }) => alarm,
  );
}

function selectAlarms(store: Store) {
  return store
    .selectFrom('alarms')
    .leftJoin('pictures', 'pictures.frame', 'alarms.picture')
    .select(['alarms.id', 'alarms.at_us', 'alarms.body', 'pictures.state'])
    .select(['alarms.acknowledged_us', 'alarms.acknowledged_by', 'alarms.note']);
}

interface AlarmRow {
  body: string;
  state: PictureState | null;
  acknowledged_us: number | null;
  acknowledged_by: string | null;
  note: string | null;
}

function storedAlarm(row: AlarmRow, deliveries: AlarmDelivery[]): StoredAlarm {
  const { acknowledged_us: atUs, acknowledged_by: by, note } = row;
  return {
    alarm: JSON.parse(row.body) as Alarm,
    picture: row.state ?? 'none',
    acknowledged: atUs === null ? null : { atUs, by: by ?? '', note },
    deliveries,
  };
}
