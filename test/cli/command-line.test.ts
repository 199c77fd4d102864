import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import { runVigil } from './run-vigil.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-cli-'));
after(() => rmSync(folder, { recursive: true }));

test('every command has a description and examples, and every option says what it does', async () => {
  for (const command of (await createProgram()).commands) {
    assert.notEqual(command.description(), '', command.name());
    for (const option of command.options) assert.notEqual(option.description, '', `${command.name()} ${option.long}`);
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    assert.match(help, /Examples:\n {2}(\S+ \| )?(echo .* \| )?vigil /, command.name());
  }
});

test('a command is loaded without the others under its own name', async () => {
  for (const command of (await createProgram()).commands) {
    const { commands } = await createProgram(command.name());
    assert.deepEqual(
      commands.map((each) => each.name()),
      [command.name()],
    );
  }
});

test('the commands of the journey share their options', async () => {
  for (const name of ['up', 'capture', 'detect', 'serve']) {
    const { commands } = await createProgram(name);
    const options = commands[0]?.options.map((option) => option.long) ?? [];
    for (const option of ['--data', '--brokers', '--listen', '--http'])
      assert.ok(options.includes(option), `${name} ${option}`);
  }
});

const mistakes: [what: string, args: string[], stderr: RegExp][] = [
  ['an unknown command', ['upp'], /unknown command 'upp'\n\(Did you mean up\?\)[\s\S]*vigil --help \(USAGE\)/],
  [
    'an unknown option',
    ['up', '--camra', 'x'],
    /unknown option '--camra'\n\(Did you mean --camera\?\)[\s\S]*vigil up --help/,
  ],
  ['a value that is none', ['up', '--fps', 'fast'], /--fps.*Expected a number above 0 and up to 240/],
  ['an address that is none', ['serve', '--http', 'here'], /--http.*Expected an address host:port/],
  ['options that exclude each other', ['up', '--once', '--loop'], /--once and --loop exclude each other/],
  ['an option without the one that it belongs to', ['up', '--json'], /--json is for --once/],
  [
    'the end of a source that has none',
    ['up', '--once', '--camera', 'rtsp://u:secret@h/1'],
    /but h \(rtsp:\/\/u:\*\*\*@h\/1\) is live/,
  ],
  [
    'a detector that there is not',
    ['detect', '--detector', 'peopel'],
    /no detector "peopel"[\s\S]*Did you mean "people"\?/,
  ],
  ['a place that is none', ['consume', 'x', '--from', 'there'], /--from: found "there"/],
  ['a configuration that is not there', ['up', 'absent.yml'], /There is no file .*absent\.yml[\s\S]*CONFIG_NOT_FOUND/],
  ['a capture without a camera', ['capture'], /There is no camera to capture/],
  ['a model that there is not', ['models', 'show', 'yolox-nono'], /yolox-nono[\s\S]*yolox-nano/],
];

for (const [what, args, stderr] of mistakes) {
  test(`${what} is refused with exit code 2, and says what to do`, async () => {
    const ended = await runVigil(args, { cwd: folder });
    assert.match(ended.stderr, stderr);
    assert.doesNotMatch(ended.stderr, / {4}at /);
    assert.deepEqual([ended.code, ended.stdout], [2, '']);
  });
}

test('config check prints every mistake, and what holds when there is none', async () => {
  const cwd = mkdtempSync(join(folder, 'config-'));
  writeFileSync(join(cwd, 'vigil.yml'), 'cameras:\n  yard: { source: testsrc, fsp: 1 }\nhtpp: {}\n');
  const wrong = await runVigil(['config', 'check'], { cwd });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /vigil\.yml:2:28: cameras\.yard\.fsp is not known; did you mean "fps"\?/);
  assert.match(wrong.stderr, /vigil\.yml:3:1: htpp is not known; did you mean "http"\?/);
  writeFileSync(join(cwd, 'vigil.yml'), `cameras:\n  yard: { source: "rtsp://u:\${PW}@h/1" }\n`);
  const right = await runVigil(['config', 'check'], { cwd, env: { PW: 'hunter2' } });
  assert.equal(right.code, 0, right.stderr);
  assert.match(right.stdout, /camera yard {2,}rtsp:\/\/u:\*\*\*@h\/1 · 10 fps/);
  assert.doesNotMatch(right.stdout, /hunter2/);
});

test('config schema prints a JSON Schema with descriptions, defaults and examples', async () => {
  const { stdout, code } = await runVigil(['config', 'schema']);
  const schema = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.equal(schema.title, 'vigil.yml');
  assert.equal(schema.additionalProperties, false);
  const { fps } = schema.properties.capture.properties;
  assert.deepEqual([fps.default, fps.examples, fps.exclusiveMinimum], [10, [10, 5, 0.5], 0]);
  assert.match(fps.description, /frames per second/);
});

test('--version prints the version, and no command at all prints the help', async () => {
  assert.match((await runVigil(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  const nothing = await runVigil([]);
  assert.match(nothing.stdout + nothing.stderr, /Usage: vigil/);
  assert.equal(nothing.code, 2);
});

test('a Kafka that does not answer is named, with what to do', async () => {
  const { code, stderr } = await runVigil(['topics', 'list', '--brokers', '127.0.0.1:1']);
  assert.equal(code, 1);
  assert.match(stderr, /127\.0\.0\.1:1.*ECONNREFUSED[\s\S]*Check --brokers.*BROKER_UNREACHABLE/);
});
