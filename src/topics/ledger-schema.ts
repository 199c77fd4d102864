import { type Static, Type } from 'typebox';
import { type GapStatement, gapGroups, orderGapReasons } from './gap-statement.ts';
import { gapReasons, lossReasons, type SessionStatement, sessionStates } from './ledger-record.ts';
import { type SkipStatement, skipReasons } from './skip-statement.ts';
import type { StartStatement } from './start-statement.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const timeUs = (description: string) => Type.Integer({ description: `${description}, microseconds since 1970.` });

const sessionStatementSchema = Type.Object(
  {
    camera: Type.String(),
    session: Type.String(),
    state: Type.Enum(sessionStates),
    live: Type.Boolean({ description: 'False for files and folders, which have an end.' }),
    source: Type.String({ description: 'Without its password.' }),
    openedAtUs: timeUs('Opening of the session; later than that of the session before, whatever the clock says'),
    statedAtUs: timeUs('When this was said'),
    width: count('Of the frames, pixels; 0 before the first one.'),
    height: count('Of the frames, pixels; 0 before the first one.'),
    fps: Type.Number({ description: 'Wanted frames per second.' }),
    captured: count('Frames that the source delivered and the wanted rate let through.'),
    published: count('Frames acknowledged in raw_video_frames: numbers 0 to published − 1.'),
    lost: Type.Partial(Type.Record(Type.Enum(lossReasons), count('Frames that are not in the log, by reason.'))),
    unanswered: Type.Optional(
      count(
        'Of the lost frames those that were sent at the end, without an answer: the log may hold them all the same.',
      ),
    ),
    gap: Type.Optional(
      Type.Object(
        {
          after: Type.String({ description: 'The session before; nothing more comes in it.' }),
          fromUs: timeUs('Last sign of life of the session before'),
          toUs: timeUs('Opening of this session'),
          reason: Type.Enum(gapReasons),
          code: Type.Optional(Type.String({ description: 'The fault that ended the session before.' })),
        },
        { description: 'The time before a live session in which nothing was captured.' },
      ),
    ),
    reconnects: count('How often the source was opened again since capture started.'),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), next: Type.String() })),
    note: Type.Optional(Type.String()),
  },
  { $id: 'vigil.ledger.v1', description: 'One session of one camera, as capture states it.' },
);

const skipStatementSchema = Type.Object(
  {
    camera: Type.String(),
    session: Type.String(),
    detector: Type.String({ description: '<name>@<version>' }),
    topic: Type.String({ description: 'Where the frames lie.' }),
    partition: count('Where the frames lie.'),
    firstOffset: count('Of the first discarded frame.'),
    lastOffset: count('Of the last discarded frame.'),
    frames: Type.Array(
      Type.Object({
        first: count('First frame number of the range.'),
        last: count('Last frame number of the range, included.'),
        step: Type.Integer({ minimum: 1, description: 'Distance of the numbers in the range.' }),
      }),
      { description: 'Exactly the frames that were discarded, in rising order.' },
    ),
    count: count('How many frames that is.'),
    skippedAtUs: timeUs('When this was said'),
    reason: Type.Enum(skipReasons),
  },
  { $id: 'vigil.skip.v1', description: 'Frames that an urgent group read and discarded without work.' },
);

const gapStatementSchema = Type.Object(
  {
    camera: Type.String(),
    session: Type.String(),
    detector: Type.String({ description: '<name>@<version>' }),
    group: Type.Optional(Type.Enum(gapGroups, { description: 'The group that passed them over; left out: `track`.' })),
    first: count('First frame that was passed over.'),
    last: count('Last frame that was passed over, included.'),
    reason: Type.Enum(orderGapReasons),
  },
  { $id: 'vigil.gap.v1', description: 'Frames that a stage passed over: without a result, or too old to hurry.' },
);

const startStatementSchema = Type.Object(
  {
    detector: Type.String({ description: '<name>@<version>' }),
    topic: Type.String({ description: 'Where the frames lie.' }),
    offsets: Type.Record(Type.String(), Type.Integer(), { description: 'First offset by partition.' }),
    statedAtUs: timeUs('When this was said'),
  },
  {
    $id: 'vigil.start.v1',
    description: 'Where a detector began that was told to begin elsewhere than at the beginning.',
  },
);

/** The values of the topic `ledger`, by `ce_type`, as JSON Schema. */
export const ledgerSchemas = {
  'vigil.ledger.v1': sessionStatementSchema,
  'vigil.skip.v1': skipStatementSchema,
  'vigil.gap.v1': gapStatementSchema,
  'vigil.start.v1': startStatementSchema,
} as const;

/** Fails to compile when a schema and its type say different things. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const _sessionFits: Same<Static<typeof sessionStatementSchema>, SessionStatement> = true;
const _skipFits: Same<Static<typeof skipStatementSchema>, SkipStatement> = true;
const _gapFits: Same<Static<typeof gapStatementSchema>, GapStatement> = true;
const _startFits: Same<Static<typeof startStatementSchema>, StartStatement> = true;
void _gapFits;
void _startFits;
void _sessionFits;
void _skipFits;
