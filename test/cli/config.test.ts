// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration has placeholders of its own.
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Check } from 'typebox/value';
import { parse } from 'yaml';
import { isFault, VigilError } from '../../src/base/errors.ts';
import { checkValue } from '../../src/cli/config/check-value.ts';
import { loadConfig } from '../../src/cli/config/load-config.ts';
import { configSchema } from '../../src/cli/config/schema.ts';
import { describeConfig, maskedConfig } from '../../src/cli/config/summary.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-config-'));
after(() => rmSync(folder, { recursive: true }));

function load(text: string, environment: Record<string, string> = {}) {
  const file = join(folder, 'vigil.yml');
  writeFileSync(file, text);
  return loadConfig(file, environment);
}

/** The problems of a text, each as `line:column: message`. */
function problemsOf(text: string, environment: Record<string, string> = {}): string[] {
  try {
    load(text, environment);
  } catch (error) {
    assert.ok(error instanceof VigilError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message.split('\n').map((line) => line.replace(`${join(folder, 'vigil.yml')}:`, ''));
  }
  return [];
}

const mistakes: [what: string, text: string, problems: string[]][] = [
  [
    'an unknown key with the nearest known one',
    'capture:\n  fps: 10\n  widht: 640\n',
    ['3:3: capture.widht is not known; did you mean "width"?'],
  ],
  [
    'an unknown key that resembles nothing with what is known there',
    'http: { port: 80, zzzzzz: 1 }\n',
    ['1:9: http.port is not known; known here: listen', '1:19: http.zzzzzz is not known; known here: listen'],
  ],
  [
    'several problems at once, in the order of the lines',
    'camera: {}\ncapture:\n  fps: ten\ntopics:\n  partitions: 0\n',
    [
      '1:1: camera is not known; did you mean "cameras"?',
      '3:8: capture.fps: found "ten", expected a number above 0 and up to 240',
      '5:15: topics.partitions: found 0, expected a whole number from 1 to 1000',
    ],
  ],
  [
    'a camera without a source',
    'cameras:\n  yard:\n    fps: 5\n',
    ['2:3: cameras.yard.source is missing: expected a source: an address, a file, a folder, a device or testsrc'],
  ],
  [
    'a camera that is only a text',
    'cameras:\n  yard: ./yard.mp4\n',
    ['2:9: cameras.yard: found "./yard.mp4", expected a camera: keys and values, `source` at least'],
  ],
  [
    'a camera id that cannot be one',
    'cameras:\n  front door: { source: testsrc }\n',
    [
      '2:3: cameras."front door": found the name "front door", expected letters, digits, ".", "_" and "-" (100 at most, the first a letter or digit)',
    ],
  ],
  [
    'a wrong unit',
    'topics: { retention: { time: 24 hours, bytes: 50 } }\n',
    [
      '1:30: topics.retention.time: found "24 hours", expected a duration such as 24h or 500ms, or unlimited',
      '1:47: topics.retention.bytes: found 50, expected a size such as 50GB or 64MiB, or unlimited',
    ],
  ],
  [
    'a detector that a camera names and nobody defines',
    'cameras:\n  yard:\n    source: testsrc\n    detectors:\n      - peopel\n',
    ['5:9: cameras.yard.detectors[0]: found "peopel", expected one of the detectors (people); did you mean "people"?'],
  ],
  [
    'a zone that is no polygon, and a point outside the picture',
    'cameras:\n  yard:\n    source: testsrc\n    zones:\n      door: [[0, 0], [1, 1]]\n      gate: [[0, 0], [1, 1], [2, 0]]\n',
    [
      '5:13: cameras.yard.zones.door: found a list, expected a list of at least three points [x, y]',
      '6:31: cameras.yard.zones.gate[2][0]: found 2, expected a number from 0 to 1',
    ],
  ],
  [
    'a line of three points',
    'cameras:\n  yard:\n    source: testsrc\n    lines:\n      gate: [[0, 0], [1, 1], [1, 0]]\n',
    ['5:13: cameras.yard.lines.gate: found a list, expected two points [x, y]'],
  ],
  [
    'a camera that follows a detector that does not look at it',
    'cameras:\n  yard:\n    source: testsrc\n    track: peopel\n',
    ['4:12: cameras.yard.track: found "peopel", expected one of the detectors (people); did you mean "people"?'],
  ],
  [
    'rules that name what there is not',
    `cameras:
  yard: { source: testsrc, zones: { door: [[0, 0], [1, 0], [1, 1]] } }
rules:
  a: { cameras: [yrad], notify: [phnoe] }
  b: { zones: [dor] }
  c: { lines: [gate] }
notify:
  phone: { stdout: true }
`,
    [
      '4:18: rules.a.cameras[0]: found "yrad", expected one of the cameras (yard); did you mean "yard"?',
      '4:34: rules.a.notify[0]: found "phnoe", expected one of the notifiers (phone); did you mean "phone"?',
      '5:16: rules.b.zones[0]: found "dor", expected one of the zones (door); did you mean "door"?',
      '6:16: rules.c.lines[0]: found "gate", expected none, for there are no lines',
    ],
  ],
  [
    'rules that can never fire, and notifiers that are no one thing',
    `rules:
  a: { times: 3 }
  b: { what: line-crossed, for: 3s }
  c: { when: [{ from: "08:00", to: "08:00" }], timezone: Europe/Atlantis }
notify:
  d: { stdout: true, command: [ls] }
  e: {}
`,
    [
      '2:8: rules.a.times: needs within beside it',
      '3:28: rules.b.for: does not go with line-crossed; it belongs to zone-entered, track-began, face-known, face-unknown',
      '4:15: rules.c.when[0]: found a range from 08:00 to 08:00, which is empty',
      '4:48: rules.c.timezone: found "Europe/Atlantis", expected a time zone such as Europe/Berlin',
      '6:3: notify.d: found command and stdout, expected one of webhook, mqtt, command or stdout',
      '7:3: notify.e: found none of them, expected one of webhook, mqtt, command or stdout',
    ],
  ],
  ['what comes later as not implemented yet', 'tls: {}\n', ['1:1: tls is not implemented yet']],
  [
    'steps behind a model whose pictures are not decoded here',
    'detectors:\n  people:\n    model: delay:1s\n    steps: [faces]\n',
    ['4:5: detectors.people.steps: found beside a model that does not run here, expected a model’s name or file'],
  ],
  [
    'a step that there is not',
    'detectors:\n  cars:\n    steps: [facse]\n',
    ['3:13: detectors.cars.steps[0]: found "facse", expected faces or pose'],
  ],
  [
    'bounds of workers that make no sense',
    'detectors:\n  a: { min: 4, max: 2 }\n  b: { workers: 3, max: 4 }\n',
    [
      '2:13: detectors.a.min: found 4, expected at most max (2)',
      '3:20: detectors.b.max: found beside workers: 3, expected workers: auto',
    ],
  ],
  [
    'an address that is none',
    'brokers: [kafka1]\nhttp: { listen: "127.0.0.1:99999" }\nbroker: { listen: 9092 }\n',
    [
      '1:11: brokers[0]: found "kafka1", expected an address host:port',
      '3:19: broker.listen: found 9092, expected an address host:port',
    ],
  ],
  [
    'a port that is too high',
    'http: { listen: "127.0.0.1:99999" }\n',
    ['1:17: http.listen: found port 99999, expected at most 65535'],
  ],
  [
    'a value for which there are alternatives',
    'brokers: kafka1:9092\ndetectors: { people: { workers: many } }\n',
    [
      '1:10: brokers: found "kafka1:9092", expected embedded or a list of addresses host:port',
      '2:33: detectors.people.workers: found "many", expected auto or a whole number from 1 to 256',
    ],
  ],
  ['a key that is there twice', 'data: a\ndata: b\n', ['2:1: Map keys must be unique']],
  [
    'text that is not YAML',
    'cameras: [\n',
    ['2:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  ['a file that is a list', '- a\n', ['1:1: the file: found a list, expected keys and values']],
  [
    'suspicions without a detector that reads joints',
    'threats: [fight]\ndetectors:\n  people: { steps: [faces] }\n',
    ['1:1: threats: found without a detector that reads joints, expected steps: [pose] at one of the detectors'],
  ],
  [
    'things left behind before a detector that sees none',
    'threats: [object-left]\ndetectors:\n  people: { labels: [person], steps: [pose] }\n',
    [
      '1:1: threats: found object-left without a detector that reads joints and sees bags, expected one of backpack, handbag, suitcase among its labels',
    ],
  ],
  [
    'an alias by the place where its value stands',
    'cameras:\n  a: &base { source: testsrc, fps: 0 }\n  b: *base\n',
    [
      '2:36: cameras.a.fps: found 0, expected a number above 0 and up to 240',
      '2:36: cameras.b.fps: found 0, expected a number above 0 and up to 240',
    ],
  ],
];

for (const [what, text, problems] of mistakes) {
  test(`names ${what}`, () => assert.deepEqual(problemsOf(text), problems));
}

test('fills in defaults, units, per-camera overrides and paths relative to the file', () => {
  const { config } = load(
    [
      'capture: { fps: 8, quality: 70 }',
      'cameras:',
      '  yard: { source: ./yard.mp4, fps: 5, detectors: [] }',
      '  street: { source: rtsp://camera.local/1, transport: udp }',
      'topics: { retention: { time: 90m, bytes: unlimited } }',
      'detectors: { cars: { model: ./models/cars.onnx } }',
      'data:',
    ].join('\n'),
  );
  assert.deepEqual(config.cameras, [
    {
      id: 'yard',
      source: join(folder, 'yard.mp4'),
      fps: 5,
      width: 1280,
      quality: 70,
      transport: 'tcp',
      loop: false,
      detectors: [],
    },
    {
      id: 'street',
      source: 'rtsp://camera.local/1',
      fps: 8,
      width: 1280,
      quality: 70,
      transport: 'udp',
      loop: false,
      detectors: ['cars'],
    },
  ]);
  assert.deepEqual(config.detectors, [
    {
      name: 'cars',
      version: 1,
      model: join(folder, 'models/cars.onnx'),
      workers: 'auto',
      targetLoad: 0.8,
      delivery: 'exactly-once',
    },
  ]);
  assert.deepEqual(config.topics, {
    partitions: 12,
    retentionMs: 5_400_000,
    retentionBytes: -1,
    hold: false,
    horizonSeconds: 3600,
    embed: true,
  });
  assert.equal(config.dataDir, join(folder, 'vigil-data'));
  assert.deepEqual(config.httpListen, { host: '127.0.0.1', port: 8080 });
});

test('an empty file is the defaults with one detector of persons', () => {
  const { config } = load('# nothing yet\n');
  assert.deepEqual(config.cameras, []);
  assert.deepEqual(config.detectors, [
    {
      name: 'people',
      version: 1,
      model: 'yolox-nano',
      labels: ['person'],
      workers: 'auto',
      targetLoad: 0.8,
      delivery: 'exactly-once',
    },
  ]);
});

test('takes secrets from the environment and shows none of them', () => {
  const text = 'cameras:\n  gate: { source: "rtsp://u:${GATE_PW}@h/1?key=${KEY}" }\n  raw: { source: "a$${b}.mp4" }\n';
  const { config, secrets } = load(text, { GATE_PW: 'hunter2', KEY: 'opensesame' });
  assert.equal(config.cameras[0]?.source, 'rtsp://u:hunter2@h/1?key=opensesame');
  assert.equal(config.cameras[1]?.source, join(folder, 'a${b}.mp4'));
  for (const shown of [describeConfig(config, secrets), JSON.stringify(maskedConfig(config, secrets))]) {
    assert.match(shown, /rtsp:\/\/u:\*\*\*@h\/1\?key=\*\*\*/);
    assert.doesNotMatch(shown, /hunter2|opensesame/);
  }
});

test('a missing secret is named with variable, file and line, beside other problems', () => {
  const text = 'cameras:\n  gate:\n    source: rtsp://u:${GATE_PW}@h/1\n';
  assert.throws(
    () => load(text),
    (error) =>
      isFault(error, 'CONFIG_SECRET_MISSING') &&
      /vigil\.yml:3:13: the environment variable GATE_PW is not set/.test(error.message),
  );
  assert.deepEqual(problemsOf(`${text}    fsp: 1\nhttp: { listen: "\${LISTEN}" }\n`), [
    '3:13: the environment variable GATE_PW is not set',
    '4:5: cameras.gate.fsp is not known; did you mean "fps"?',
    '5:17: the environment variable LISTEN is not set',
  ]);
});

test('a secret in the wrong place does not appear in the message', () => {
  assert.deepEqual(problemsOf('capture: { fps: "${PW}" }\n', { PW: 'hunter2' }), [
    '1:17: capture.fps: found "***", expected a number above 0 and up to 240',
  ]);
});

test('a reference that is not closed or not a name is named', () => {
  assert.deepEqual(problemsOf('data: "${HOME"\n'), ['1:7: found "${HOME", expected ${NAME} (or $${ for a plain ${)']);
});

test('a file that is not there is another fault than one that is wrong', () => {
  assert.throws(
    () => loadConfig(join(folder, 'absent.yml')),
    (error) => isFault(error, 'CONFIG_NOT_FOUND'),
  );
  assert.throws(
    () => loadConfig(folder),
    (error) => isFault(error, 'CONFIG_INVALID'),
  );
});

test('the check finds a problem exactly where a validator of JSON Schema refuses', () => {
  const texts = [
    ...mistakes.map(([, text]) => text),
    'capture: { fps: 5 }',
    'brokers: []',
    'brokers: [a:1, a:1]',
    'cameras: {}',
  ];
  for (const text of texts) {
    let value: unknown;
    try {
      value = parse(text);
    } catch {
      continue;
    }
    const found = checkValue(configSchema, value);
    assert.equal(found.length === 0, Check(configSchema, value), text);
  }
});

test('every example is a valid configuration', () => {
  const examples = globSync('examples/*.yml', { cwd: join(import.meta.dirname, '../..') });
  assert.ok(examples.length >= 3);
  const environment = {
    ENTRANCE_PASSWORD: 'a',
    GATE_USER: 'b',
    GATE_PASSWORD: 'c',
    DOCK_PASSWORD: 'd',
    HOOK_SECRET: 'e',
  };
  for (const example of examples) {
    const { config } = loadConfig(join(import.meta.dirname, '../..', example), environment);
    assert.ok(config.cameras.length > 0, example);
  }
});

test('a model on a server is read with its keys, its secrets masked, and its mistakes named by key', () => {
  const text = [
    'detectors:',
    '  people:',
    '    model:',
    '      url: https://triton.local:8000/v2/models/yolox-nano',
    '      headers: { authorization: "Bearer ${TOKEN}" }',
    '      manifest: ./nets/people.yml',
    '      timeout: 1.5s',
    '      requests: 4',
    '  plain: { model: "http://viewer:secret@models.example/detect" }',
  ].join('\n');
  const { config, secrets } = load(text, { TOKEN: 'hush' });
  const [people, plain] = config.detectors;
  assert.deepEqual(people?.model, {
    url: 'https://triton.local:8000/v2/models/yolox-nano',
    headers: { authorization: 'Bearer hush' },
    manifest: join(folder, 'nets/people.yml'),
    timeoutMs: 1500,
    requests: 4,
  });
  assert.equal(plain?.model, 'http://viewer:secret@models.example/detect');
  const shown = JSON.stringify(maskedConfig(config, secrets)) + describeConfig(config, secrets);
  assert.doesNotMatch(shown, /hush|secret/);
  assert.match(shown, /triton\.local:8000/);
  assert.deepEqual(problemsOf('detectors:\n  a:\n    model: { url: ftp://x, kindd: jpeg }\n'), [
    '3:19: detectors.a.model.url: found "ftp://x", expected an address http://… or https://…',
    '3:28: detectors.a.model.kindd is not known; did you mean "kind"?',
  ]);
});

test('zones, lines and masks of a camera are points of its picture', () => {
  const { config } = load(`cameras:
  yard:
    source: testsrc
    track: people
    zones:
      door: [[0.4, 0.5], [0.6, 0.5], [0.5, 1]]
    lines:
      gate: [[0.5, 0.2], [0.5, 1]]
    masks:
      - [[0, 0], [0.1, 0], [0, 0.1]]
`);
  const [camera] = config.cameras;
  assert.equal(camera?.track, 'people');
  assert.deepEqual(camera?.scene, {
    zones: [
      {
        name: 'door',
        corners: [
          [0.4, 0.5],
          [0.6, 0.5],
          [0.5, 1],
        ],
      },
    ],
    lines: [{ name: 'gate', from: [0.5, 0.2], to: [0.5, 1] }],
    masks: [
      [
        [0, 0],
        [0.1, 0],
        [0, 0.1],
      ],
    ],
  });
});

test('a motion gate takes its defaults, or what it is told', () => {
  const { config } = load(
    'cameras:\n  a: { source: testsrc, motionGate: {} }\n  b: { source: testsrc, motionGate: { refresh: 30s, threshold: 20 } }\n  c: { source: testsrc }\n',
  );
  assert.deepEqual(
    config.cameras.map(({ motionGate }) => motionGate),
    [{}, { refreshMs: 30_000, leastDifference: 20 }, undefined],
  );
  assert.match(describeConfig(config, []), /camera a .* motion gate/);
});
