import { type Static, Type } from 'typebox';
import type { GroupAccount } from '../topics/group-account.ts';

const orNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

const groupAccountSchema = Type.Object(
  {
    group: Type.String({ description: 'The consumer group.' }),
    detector: Type.String({ description: 'name@version' }),
    kind: Type.Enum(['complete', 'urgent'], { description: 'An urgent group passes over what is too old.' }),
    lagRecords: Type.Integer({ description: 'Frames in the log that the group has not committed.' }),
    lagBytes: Type.Integer({ description: 'What these take in the log, estimated.' }),
    lagSeconds: Type.Number({ description: 'Age of the oldest of them.' }),
    inPerSecond: Type.Number({ description: 'Frames that came into the log, per second.' }),
    outPerSecond: Type.Number({ description: 'Frames that the group committed, per second.' }),
    workers: Type.Integer({ description: 'Members of the group.' }),
    wanted: orNull('Workers that the frames need; null until measured.'),
    secondsPerFrame: orNull('Time that one worker is busy with one frame; null until measured.'),
    secondsLeft: orNull('Time until retention would reach unread frames; null: never, as things go.'),
    limit: Type.Union([Type.Literal('time'), Type.Literal('bytes'), Type.Null()]),
    isWarning: Type.Boolean({ description: 'secondsLeft is under the configured horizon.' }),
  },
  { description: 'How one group of detectors stands to the log of frames.' },
);

export const groupsSchema = Type.Array(groupAccountSchema);

/** Fails to compile when the schema and the type say different things. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const _schemaFitsType: Same<Static<typeof groupAccountSchema>, GroupAccount> = true;
void _schemaFitsType;
