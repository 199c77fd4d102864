import { type Static, type TInteger, type TOptional, Type } from 'typebox';
import type { LedgerSnapshot } from '../topics/camera-account.ts';
import { gapReasons, type LossReason, lossReasons, sessionStates } from '../topics/ledger-record.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });

const countByReason = Object.fromEntries(
  lossReasons.map((reason) => [reason, Type.Optional(count('Frames lost for this reason.'))]),
) as Record<LossReason, TOptional<TInteger>>;

const detectorAccountSchema = Type.Object(
  {
    detector: Type.String({ description: '<name>@<version>' }),
    model: Type.Optional(Type.String({ description: 'The model that made the newest result.' })),
    results: count('Frames with a result, failed ones included.'),
    gated: count('Of the results, those without the model: nothing moved.'),
    failed: count('Results that carry an error.'),
    failedByCode: Type.Record(Type.String(), Type.Integer()),
    skipped: count('Frames that it discarded without work.'),
    waiting: count('Published frames that it has neither answered nor skipped.'),
    doubled: count('Results seen twice.'),
  },
  { description: 'What one detector made of a camera’s frames.' },
);

const gapSchema = Type.Object(
  {
    after: Type.String({ description: 'The session before.' }),
    fromUs: Type.Number(),
    toUs: Type.Number(),
    reason: Type.Enum(gapReasons),
    code: Type.Optional(Type.String()),
  },
  { description: 'The time before a session in which nothing was captured.' },
);

const sessionRowSchema = Type.Object(
  {
    session: Type.String(),
    state: Type.Enum(sessionStates),
    openedAtMs: Type.Number({ description: 'Wall clock, milliseconds since 1970.' }),
    captured: count('As of the camera.'),
    published: count('As of the camera.'),
    results: count('As of the camera.'),
    gated: count('As of the camera.'),
    failed: count('As of the camera.'),
    skipped: count('As of the camera.'),
    lost: count('As of the camera.'),
    waiting: count('As of the camera.'),
    doubled: count('As of the camera.'),
    gap: Type.Optional(gapSchema),
  },
  { description: 'The account of one session.' },
);

const cameraAccountSchema = Type.Object(
  {
    camera: Type.String({ description: 'The camera’s id.' }),
    session: Type.String({ description: 'The newest session; a new one begins each time the source opens.' }),
    state: Type.Enum(sessionStates),
    live: Type.Boolean({ description: 'False for files and folders, which have an end.' }),
    source: Type.String({ description: 'The source without its password.' }),
    note: Type.Optional(Type.String()),
    width: Type.Integer({ description: 'Of the frames, pixels.' }),
    height: Type.Integer({ description: 'Of the frames, pixels.' }),
    captured: count('Frames that the source delivered and the wanted rate let through.'),
    published: count('Frames acknowledged in raw_video_frames.'),
    results: count('Frames with a result from every detector that is to look at them, failed ones included.'),
    gated: count('Of the results, frames that a detector answered without its model, since nothing moved.'),
    failed: count('Frames of which at least one result carries an error.'),
    skipped: count('Frames that are settled, and that a detector has discarded without work.'),
    lost: count('Frames that are not in the log.'),
    lostReasons: Type.Object(countByReason),
    waiting: count('published − results − skipped'),
    doubled: count('Results seen twice; not counted in results.'),
    fps: Type.Number({ description: 'Results per second over the last five seconds, or over the run once complete.' }),
    latencyMs: Type.Union([Type.Object({ p50: Type.Number(), p99: Type.Number() }), Type.Null()], {
      description: 'Capture to result, milliseconds; null before the first result.',
    }),
    reconnects: count('How often the source was opened again.'),
    error: Type.Optional(
      Type.Object({
        code: Type.String(),
        message: Type.String(),
        next: Type.String({ description: 'What to do.' }),
      }),
    ),
    complete: Type.Boolean({ description: 'The source has ended and every published frame has its result.' }),
    detectors: Type.Array(detectorAccountSchema),
    sessions: Type.Array(sessionRowSchema, { description: 'The newest sessions, newest first.' }),
    earlierSessions: count('Sessions that are counted and not listed.'),
  },
  { description: 'The account of one camera.' },
);

export const snapshotSchema = Type.Object(
  {
    atMs: Type.Number({ description: 'Wall clock, milliseconds since 1970.' }),
    cameras: Type.Array(cameraAccountSchema),
  },
  { description: 'The ledger: what came in and what came out, by camera.' },
);

export const liveSchema = Type.Object({ live: Type.Boolean() });

export const readySchema = Type.Object({
  ready: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'What is being waited for.' })),
});

export const problemSchema = Type.Object({
  statusCode: Type.Integer(),
  error: Type.String(),
  message: Type.String(),
});

export const cameraParamsSchema = Type.Object({ id: Type.String({ description: 'The camera’s id.' }) });

/** Fails to compile when the schema and the type say different things. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const _schemaFitsType: Same<Static<typeof snapshotSchema>, LedgerSnapshot> = true;
void _schemaFitsType;
