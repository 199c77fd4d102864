import type { ErasedTraces, Page, StoredAlarm, StoredEvent, StoredMoment, StoredPerson } from '../topics/stored.ts';
import { type AlarmFilter, findAlarm, findAlarmPicture, findAlarms } from './alarm-queries.ts';
import { tracesOf } from './erase-person.ts';
import { type EventFilter, findEvent, findEventPicture, findEvents } from './event-queries.ts';
import { findMoment } from './mark-queries.ts';
import { findCrop, findNamed, findPeople, findPerson, type PeopleFilter } from './people-queries.ts';
import type { Store } from './tables.ts';

interface Question<A, R> {
  ask: A;
  answer: R;
}

/** What the store is asked: plain data both ways, for it may run in a thread of its own. */
export interface StoreQuestions {
  events: Question<EventFilter, Page<StoredEvent>>;
  event: Question<{ id: string }, StoredEvent | undefined>;
  eventPicture: Question<{ id: string; frame?: string | undefined }, Uint8Array | undefined>;
  moment: Question<{ id: string }, StoredMoment | undefined>;
  alarms: Question<AlarmFilter, Page<StoredAlarm>>;
  alarm: Question<{ id: string }, StoredAlarm | undefined>;
  alarmPicture: Question<{ id: string; frame?: string | undefined }, Uint8Array | undefined>;
  people: Question<PeopleFilter, Page<StoredPerson>>;
  person: Question<{ person: string }, StoredPerson | undefined>;
  named: Question<{ name: string }, StoredPerson | undefined>;
  /** Of all the ids that lead to one person. */
  traces: Question<{ ids: string[] }, ErasedTraces>;
  crop: Question<{ person: string; face: string }, Uint8Array | undefined>;
}

export type QuestionName = keyof StoreQuestions;
type Ask<K extends QuestionName> = StoreQuestions[K]['ask'];
type Answer<K extends QuestionName> = StoreQuestions[K]['answer'];

export type AskStore = <K extends QuestionName>(name: K, ask: Ask<K>) => Promise<Answer<K>>;

type Answers = { [K in QuestionName]: (store: Store, ask: Ask<K>) => Promise<Answer<K>> };

export const answers: Answers = {
  events: findEvents,
  event: (store, { id }) => findEvent(store, id),
  eventPicture: findEventPicture,
  moment: (store, { id }) => findMoment(store, id),
  alarms: findAlarms,
  alarm: (store, { id }) => findAlarm(store, id),
  alarmPicture: findAlarmPicture,
  people: findPeople,
  person: (store, { person }) => findPerson(store, person),
  named: (store, { name }) => findNamed(store, name),
  traces: (store, { ids }) => tracesOf(store, ids),
  crop: findCrop,
};
