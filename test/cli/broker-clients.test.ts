import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isAlive, mainFile, runVigil, startBroker, startVigil } from './run-vigil.ts';

const root = mkdtempSync(join(tmpdir(), 'vigil-broker-'));
after(() => rmSync(root, { recursive: true }));
const needsFfmpeg = await import('node-av').then(
  () => undefined,
  () => 'needs node-av',
);
const ffmpeg = needsFfmpeg === undefined ? {} : { skip: needsFfmpeg };
const procfs = process.platform === 'linux' ? {} : { skip: 'needs /proc' };

/** A working directory of its own, with a configuration. */
function site(yaml: string): string {
  const folder = mkdtempSync(join(root, 'site-'));
  writeFileSync(join(folder, 'vigil.yml'), yaml);
  return folder;
}

test('a data directory in use ends the command, and the broker that holds it goes on', async () => {
  const cwd = site('data: ./kept');
  const { broker, bootstrap } = await startBroker(cwd);
  const second = await runVigil(['broker', '--listen', '127.0.0.1:0'], { cwd });
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`${broker.child.pid}[\\s\\S]*DATA_DIRECTORY_IN_USE`));
  const topics = await runVigil(['topics', 'list', '--brokers', bootstrap], { cwd });
  assert.equal(topics.code, 0, topics.stderr);
  broker.child.kill('SIGINT');
  assert.equal((await broker.ended).code, 0);
});

test('records go in by produce and come out by consume; topics are listed, described and deleted', async () => {
  const cwd = site('');
  const { broker, bootstrap } = await startBroker(cwd);
  const run = (args: string[], input?: string) =>
    runVigil([...args, '--brokers', bootstrap], { cwd, ...(input === undefined ? {} : { input }) });
  const sent = await run(['produce', 'notes', '--key', 'k', '--header', 'from=here'], 'one\n{"two":2}\n');
  assert.equal(sent.code, 0, sent.stderr);
  const read = await run(['consume', 'notes', '--exit-at-end']);
  const records = read.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map(({ key, headers, value, offset }) => ({ key, headers, value, offset })),
    [
      { key: 'k', headers: { from: 'here' }, value: 'one', offset: 0 },
      { key: 'k', headers: { from: 'here' }, value: { two: 2 }, offset: 1 },
    ],
  );
  const later = await run(['consume', 'notes', '--from', 'offset:1', '--exit-at-end']);
  assert.equal(JSON.parse(later.stdout).offset, 1);
  assert.equal((await run(['consume', 'notes', '--max', '1'])).stdout.trim().split('\n').length, 1);
  const missing = await run(['consume', 'note', '--exit-at-end']);
  assert.match(missing.stderr, /There is no topic "note"[\s\S]*Did you mean "notes"\?/);
  assert.equal(JSON.parse((await run(['topics', 'describe', 'notes', '--json'])).stdout).partitions[0].logEndOffset, 2);
  assert.equal((await run(['topics', 'delete', 'notes'])).code, 0);
  assert.doesNotMatch((await run(['topics', 'list'])).stdout, /notes/);
  broker.child.kill('SIGTERM');
  assert.equal((await broker.ended).code, 0);
});

test('consume ends quietly when whoever reads has enough', async () => {
  const cwd = site('');
  const { broker, bootstrap } = await startBroker(cwd);
  const input = `${'a line of text\n'.repeat(20_000)}`;
  await runVigil(['produce', 'lines', '--brokers', bootstrap], { cwd, input });
  const command = `"${process.execPath}" "${mainFile}" consume lines --brokers ${bootstrap} 2>&1 | head -2`;
  const output = execFileSync('sh', ['-c', command], { encoding: 'utf8', cwd });
  assert.equal(output.trim().split('\n').length, 2);
  assert.doesNotMatch(output, /EPIPE|Error/);
  broker.child.kill('SIGINT');
  await broker.ended;
});

test('a capture by itself ends when its files are through', ffmpeg, async () => {
  const cwd = site('cameras: { a: { source: "testsrc:1", detectors: [] } }');
  const { broker, bootstrap } = await startBroker(cwd);
  const capture = await runVigil(['capture', '--fast', '--brokers', bootstrap], { cwd });
  assert.equal(capture.code, 0, capture.stderr);
  const args = ['consume', 'raw_video_frames', '--exit-at-end', '--save', 'pictures', '--brokers', bootstrap];
  const frames = await runVigil(args, { cwd });
  assert.equal(frames.stdout.trim().split('\n').length, 10, frames.stderr);
  const pictures = readdirSync(join(cwd, 'pictures'));
  assert.equal(pictures.length, 10);
  assert.ok(pictures.every((name) => /^a-.+-\d\.jpg$/.test(name)));
  broker.child.kill('SIGINT');
  await broker.ended;
});

test('a group reads each record once, also over several runs', async () => {
  const cwd = site('');
  const { broker, bootstrap } = await startBroker(cwd);
  const produce = (input: string) => runVigil(['produce', 'work', '--brokers', bootstrap], { cwd, input });
  const consume = async () => {
    const { stdout } = await runVigil(['consume', 'work', '--group', 'g', '--exit-at-end', '--brokers', bootstrap], {
      cwd,
    });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).value);
  };
  await produce('a\nb\n');
  assert.deepEqual(await consume(), ['a', 'b']);
  await produce('c\n');
  assert.deepEqual(await consume(), ['c']);
  broker.child.kill('SIGINT');
  await broker.ended;
});

test('the data of a broker that was killed opens at once, though nobody has buried it yet', procfs, async () => {
  const cwd = site('');
  // The shell starts the broker and turns into a sleep that never asks what became of its child.
  const script = '"$0" "$1" broker --listen 127.0.0.1:0 & echo "pid $!"; exec sleep 60';
  const shell = spawn('sh', ['-c', script, process.execPath, mainFile], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of shell.stdout) {
    output += chunk;
    if (/pid \d+[\s\S]*broker +127/.test(output) || /broker +127[\s\S]*pid \d+/.test(output)) break;
  }
  const id = /pid (\d+)/.exec(output)?.[1] ?? '';
  process.kill(Number(id), 'SIGKILL');
  while (isAlive(id)) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(readFileSync(`/proc/${id}/status`, 'utf8'), /^State:\s+Z/m);
  const broker = startVigil(['broker', '--listen', '127.0.0.1:0'], { cwd });
  await broker.until(/broker +127/);
  broker.child.kill('SIGINT');
  assert.equal((await broker.ended).code, 0);
  shell.kill();
});
