// Says what failed (in full), what skipped (by name) and what was slow; the rest is a count. Closes with the summary
// lines of node's own reporter. With CI set a skipped test fails the run.
import type { TestEvent } from 'node:test/reporters';
import { stillOpen } from './end-of-test-file.ts';

const slowMs = 5000;

interface Tally {
  passed: number;
  failed: string[];
  skipped: string[];
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: [], skipped: [] };
  const startedMs = performance.now();
  for await (const event of events) {
    if (event.type === 'test:stderr' || event.type === 'test:stdout') {
      const { message } = event.data;
      if (process.env.VIGIL_TEST_OUTPUT || message.includes(stillOpen)) yield message;
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    yield* one(event, tally);
  }
  yield* summary(tally, performance.now() - startedMs);
}

function* one(event: Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>, tally: Tally): Generator<string> {
  const { name, file, details, skip, nesting } = event.data;
  // A file is reported as a test of its own when it fails as a whole; suites repeat what their tests said.
  if (details.type === 'suite') return;
  const where = file?.replace(`${process.cwd()}/`, '') ?? '';
  const title = `${'  '.repeat(nesting)}${where}: ${name}`;
  if (event.type === 'test:fail') {
    tally.failed.push(title);
    yield `✖ ${title} (${Math.round(details.duration_ms)} ms)\n${indent(describe(event.data.details.error))}\n`;
    return;
  }
  if (skip !== undefined && skip !== false) {
    tally.skipped.push(`${title}: ${skip === true ? 'skipped' : skip}`);
    yield `﹣ ${tally.skipped.at(-1)}\n`;
    return;
  }
  tally.passed++;
  if (details.duration_ms > slowMs) yield `✔ ${title} (slow: ${(details.duration_ms / 1000).toFixed(1)} s)\n`;
}

function* summary({ passed, failed, skipped }: Tally, durationMs: number): Generator<string> {
  if (process.env.CI && skipped.length > 0) {
    yield `\n✖ ${skipped.length} tests skipped that must run in CI:\n${skipped.map((each) => `  ${each}\n`).join('')}`;
    process.exitCode = 1;
  }
  if (failed.length > 0) yield `\n✖ failing tests:\n${failed.map((each) => `  ${each}\n`).join('')}`;
  yield `\nℹ tests ${passed + failed.length + skipped.length}\nℹ suites 0\nℹ pass ${passed}\nℹ fail ${failed.length}\n`;
  yield `ℹ cancelled 0\nℹ skipped ${skipped.length}\nℹ todo 0\nℹ duration_ms ${Math.round(durationMs)}\n`;
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.stack ?? cause.message;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
