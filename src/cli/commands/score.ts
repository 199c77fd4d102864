import { Command } from 'commander';
import type { ClipScore } from '../score/score-clip.ts';

export function scoreCommand(): Command {
  const command = new Command('score').description('try a judgement on films of your own');
  command.addHelpText('after', '\nExamples:\n  vigil score fight yard.mp4');
  command
    .command('fight')
    .description('say how much each film looks like a fight, and why')
    .argument('<file...>', 'video files')
    .option('--json', 'a JSON line for each file: file, score, alarmAtMs, evidence')
    .option(
      '--model <path>',
      'another model: as `npm run train:fight` writes it (.json), or the manifest of an ONNX model of clips (.yml)',
    )
    .addHelpText(
      'after',
      `
The whole path runs over each film as over a camera: 10 frames a second, people, joints, tracks, windows of at least 7 frames.
A score is a suspicion for somebody to look at, never a proof: models/fight/model-card.md says how often it is wrong.

Examples:
  vigil score fight yard.mp4
  vigil score fight yard.mp4 --model ./x3d.yml
  vigil score fight clips/*.mp4 --json | jq -r '[.score, .file] | @tsv' | sort -rn`,
    )
    .action(fightAction);
  return command;
}

async function fightAction(files: string[], options: { json?: boolean; model?: string }): Promise<void> {
  const { createLogger } = await import('../../base/logger.ts');
  const { describeError } = await import('../../base/errors.ts');
  const { openJudge } = await import('../score/open-judge.ts');
  const { openClipEyes } = await import('../score/clip-eyes.ts');
  const { scoreClip } = await import('../score/score-clip.ts');
  const { model, threshold, close } = await openJudge(options.model);
  const eyes = await openClipEyes(createLogger('score'));
  try {
    for (const file of files) {
      try {
        const scored = await scoreClip(file, eyes.look(file), model);
        process.stdout.write(`${options.json ? JSON.stringify(scored) : describe(scored, threshold)}\n`);
      } catch (error) {
        const why = describeError(error);
        const nothing: ClipScore = { file, score: null, alarmAtMs: null, evidence: null, why };
        process.stdout.write(`${options.json ? JSON.stringify(nothing) : describe(nothing, threshold)}\n`);
        process.exitCode = 1;
      }
    }
  } finally {
    await eyes.close();
    await close();
  }
}

function describe({ file, score, alarmAtMs, evidence, why }: ClipScore, threshold: number): string {
  if (score === null) return `${file}  no score: ${why}`;
  const alarm = alarmAtMs === null ? `no alarm (from ${threshold} on)` : `alarm at ${(alarmAtMs / 1000).toFixed(1)} s`;
  const reasons = (evidence?.reasons ?? []).map(({ feature, says }) => `${says > 0 ? '+' : '−'} ${feature}`).join(', ');
  return `${file}  ${score.toFixed(2)}  ${why === undefined ? alarm : `nothing is called: ${why}`}\n  ${reasons}`;
}
