import { Type } from 'typebox';
import { defaults } from './defaults.ts';
import { closed, duration, size } from './value-schema.ts';

const { topics: log, store: kept } = defaults;

/** What `vigil.yml` says of the topics of frames and results, and how much of them is kept. */
export const topics = Type.Optional(
  Type.Object(
    {
      partitions: Type.Optional(
        Type.Integer({
          title: 'a whole number from 1 to 1000',
          description: 'Partitions of the topics of frames and results, when they are created.',
          minimum: 1,
          maximum: 1000,
          default: log.partitions,
        }),
      ),
      retention: Type.Optional(
        Type.Object(
          {
            time: Type.Optional(
              Type.String({
                ...duration,
                description: 'How long frames and results are kept.',
                default: log.retentionTime,
              }),
            ),
            bytes: Type.Optional(
              Type.String({
                ...size,
                description: 'How much of each topic is kept, over all its partitions.',
                default: log.retentionBytes,
              }),
            ),
            hold: Type.Optional(
              Type.Boolean({
                title: 'true or false',
                description:
                  'Frames that a complete detector has not looked at are never deleted: at the limit cameras hold instead, and the ledger counts what they refuse as `retention-hold`. Vigil deletes what may go, the topic itself keeps everything: set its own retention again when this is turned off.',
                default: log.retentionHold,
              }),
            ),
            horizon: Type.Optional(
              Type.String({
                title: 'a duration such as 1h or 90s',
                pattern: '^\\d+(\\.\\d+)?\\s*(us|ms|s|m|h|d)$',
                description:
                  'Warn when retention would delete frames that a complete detector has not looked at within this time.',
                default: log.retentionHorizon,
              }),
            ),
          },
          { ...closed, title: 'keys and values', description: 'How much is kept, when the topics are created.' },
        ),
      ),
      embed: Type.Optional(
        Type.Boolean({
          title: 'true or false',
          description: 'Whether a result carries the picture; `false` leaves a reference to the frame.',
          default: log.embed,
        }),
      ),
    },
    { ...closed, title: 'keys and values', description: 'The topics of frames and results.' },
  ),
);

/** What `vigil.yml` says of the database of the page's server. */
export const store = Type.Optional(
  Type.Object(
    {
      retention: Type.Optional(
        Type.String({
          ...duration,
          description: 'How long events, alarms, tracks and their pictures are kept for the page.',
          default: kept.retention,
        }),
      ),
      pictures: Type.Optional(
        Type.String({
          ...size,
          description: 'What the pictures of events and alarms take at most; the oldest make room.',
          default: kept.pictures,
        }),
      ),
    },
    {
      ...closed,
      title: 'keys and values',
      description: 'The database in which the page’s server keeps events, alarms and people, below `data`.',
    },
  ),
);
