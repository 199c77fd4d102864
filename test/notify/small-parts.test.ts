import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { backOffMs } from '../../src/notify/back-off.ts';
import { Command } from '../../src/notify/command.ts';
import { announcements } from '../../src/notify/home-assistant.ts';
import { StandardOutput } from '../../src/notify/standard-output.ts';
import { fillTemplate } from '../../src/notify/template.ts';
import { sign } from '../../src/notify/webhook.ts';
import { exampleAlarm } from './alarms.ts';

const signal = new AbortController().signal;

test('a template takes any value of the alarm, and a JSON text stays one whatever it holds', () => {
  const alarm = exampleAlarm(1, [], { message: 'say "hi"\n\u0007{{rule}}' });
  const filled = fillTemplate('{"text": "{{ message }}", "who": "{{subject.name}}", "n": {{level}}}', alarm, {
    isJson: true,
  });
  assert.deepEqual(JSON.parse(filled), { text: 'say "hi"\n\u0007{{rule}}', who: 'Ada', n: 0 });
  const plain = fillTemplate('{{rule}}{{nothing.there}}{{constructor}}/{{evidence.0.frame}}', alarm, { isJson: false });
  assert.equal(plain, 'door/yard/s/1');
});

test('the wait between attempts doubles up to a minute, and half of it is chance', () => {
  const waits = [1, 2, 3, 7, 500].map((attempts) => [backOffMs(attempts, 0), backOffMs(attempts, 1)]);
  assert.deepEqual(waits, [
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [30_000, 60_000],
    [30_000, 60_000],
  ]);
});

test('a signature is that of Standard Webhooks', () => {
  // The example of the specification's own libraries.
  const example = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    seconds: '1614265330',
    body: '{"test": 2432232314}',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  };
  assert.equal(sign(example), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  const plain = createHmac('sha256', 'plain').update('a.1.b').digest('base64');
  assert.equal(sign({ id: 'a', seconds: '1', body: 'b', secret: 'plain' }), `v1,${plain}`);
});

test('a command gets the alarm on its standard input, and its arguments as they are', async () => {
  const script =
    'let t="";process.stdin.on("data",(d)=>t+=d).on("end",()=>process.exit(JSON.parse(t).id===process.argv[1]?0:3))';
  const run = (...args: string[]) =>
    new Command({ kind: 'command', command: [process.execPath, '-e', script, ...args], timeoutMs: 60_000 });
  assert.equal(await run('door-1').deliver(exampleAlarm(1, []), signal), 'exit code 0');
  await assert.rejects(run('$(echo door-1)').deliver(exampleAlarm(1, []), signal), /exit code 3/);
});

test('a command that hangs is killed, and one that is not there is named', async () => {
  const hang = new Command({ kind: 'command', command: ['sleep', '600'], timeoutMs: 50 });
  await assert.rejects(hang.deliver(exampleAlarm(1, []), signal), /not through within 50 ms/);
  const none = new Command({ kind: 'command', command: ['./there-is-none'], timeoutMs: 60_000 });
  await assert.rejects(none.deliver(exampleAlarm(1, []), signal), /ENOENT/);
});

test('standard output gets one line for each alarm', async () => {
  const lines: string[] = [];
  const output = new StandardOutput(async (line) => void lines.push(line));
  await output.deliver(exampleAlarm(1, [], { message: 'two\nlines' }));
  assert.deepEqual(JSON.parse(lines.join('|')).message, 'two\nlines');
});

test('Home Assistant is told of one device for each camera, and no two share an id', () => {
  const all = ['a.b', 'a_b', 'yard'].flatMap((camera) => announcements(camera, 'vigil', 'homeassistant'));
  assert.equal(new Set(all.map(({ topic }) => topic)).size, 9);
  assert.equal(new Set(all.map(({ config }) => JSON.stringify(config.device))).size, 3);
  for (const { topic } of all) assert.match(topic, /^homeassistant\/(sensor|image)\/[\w-]+\/\w+\/config$/);
});
