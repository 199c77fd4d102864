import { readFile } from 'node:fs/promises';
import { type QuietHour, quietHour, seeQuietFilm } from '../../scripts/quiet-films.ts';
import { createLogger } from '../../src/base/logger.ts';
import { openClipEyes } from '../../src/cli/score/clip-eyes.ts';
import { loadFightModel } from '../../src/cli/score/load-fight-model.ts';
import { SeenMoments } from '../../src/cli/score/seen-moments.ts';
import { type Figure, report } from '../lib/results.ts';

// How well fights are told from what is none: cross-validated on clips, and on films in which nobody fights.
//
//   node bench/quality/fight.ts [FILM…]
//
// shows what the training measured; films of your own in which nobody fights are judged by the shipped classifier.

const model = await loadFightModel();
const measures = JSON.parse(await readFile(new URL('../../models/fight/measures.json', import.meta.url), 'utf8'));
const learnt: QuietHour[] = measures.quiet.hours;
const given = process.argv.slice(2);
const seen = new SeenMoments(() => openClipEyes(createLogger('bench')));
const own: QuietHour[] = [];
for (const film of given) own.push(quietHour(await seeQuietFilm(film, seen), model));
await seen.close();

function figuresOf({ film, seenOfIt, alarms, highest, above }: QuietHour): Figure[] {
  const name = `${film} (the models had seen ${seenOfIt} of it)`;
  return [
    { what: `false alarms a camera-hour: ${name}`, unit: '', values: [alarms], wanted: '0' },
    { what: `highest score: ${name}`, unit: '', values: [highest] },
    { what: `windows at the threshold: ${name}`, unit: '%', values: [100 * above] },
  ];
}

report(
  'quality/fight',
  'Are fights told from what is none?',
  [
    { what: 'area under the curve, nested', unit: '', values: measures.nested.aucs, wanted: '≥ 0.87' },
    { what: 'fights called at 5 % false alarms, nested', unit: '', values: measures.nested.recalls, wanted: '≥ 0.6' },
    { what: 'area under the curve, as shipped', unit: '', values: measures.shipped.aucs },
    { what: 'fights called at 5 % false alarms, as shipped', unit: '', values: measures.shipped.recalls },
    ...[...learnt, ...own].flatMap(figuresOf),
  ],
  [
    `All but films given on the command line is by \`npm run train:fight\` (${measures.clips.fight} + ${measures.clips.noFight} clips of ${measures.scenes} scenes, one value for each seed); the model card says more.`,
    `The films run in a loop, an hour each, each round from 37 frames later on; what was detected is that of one pass. ${learnt.map(({ film, seenOfIt, seconds, windows }) => `${film} (${seenOfIt}): ${Math.round(seconds)} s, ${windows} windows`).join('; ')}. Threshold ${model.threshold}. What one pass calls, each pass calls: it is so many seconds of film, however long they run.`,
    ...[...learnt, ...own]
      .filter(({ places }) => places.length > 0)
      .map(
        ({ film, seenOfIt, places }) =>
          `Alarms in ${film} (${seenOfIt}) came at its frames ${places.join(', ')} (of 10 a second).`,
      ),
  ],
);
