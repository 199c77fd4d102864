import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeInference, decodeMetadata, encodeInference } from '../../../src/detect/remote/kserve-protocol.ts';

const wanted = [
  { name: 'boxes', shape: [1, 2, 2] },
  { name: 'scores', shape: [1, 2] },
];

/** An answer with its tensors as binary data. */
function binary(outputs: Record<string, unknown>[], bytes: readonly number[]) {
  const head = Buffer.from(JSON.stringify({ outputs }));
  return [Buffer.concat([head, Buffer.from(Float32Array.from(bytes).buffer)]), String(head.length)] as const;
}

const heads = [
  { name: 'scores', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
  { name: 'boxes', datatype: 'FP32', shape: [1, 2, 2], parameters: { binary_data_size: 16 } },
];
const values = [0.5, 0.25, 1, 2, 3, 4];

test('binary outputs are found by name, in whatever order they come', () => {
  const found = decodeInference(...binary(heads, values), wanted);
  assert.deepEqual(
    found.map((each) => [...each]),
    [
      [1, 2, 3, 4],
      [0.5, 0.25],
    ],
  );
});

test('JSON outputs may be flat or nested, and beside binary ones', () => {
  const json = Buffer.from(
    JSON.stringify({
      outputs: [
        {
          name: 'boxes',
          datatype: 'FP32',
          shape: [1, 2, 2],
          data: [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        },
        { name: 'scores', datatype: 'FP32', shape: [1, 2], data: [0.5, 0.25] },
      ],
    }),
  );
  assert.deepEqual(
    decodeInference(json, null, wanted).map((each) => [...each]),
    [
      [1, 2, 3, 4],
      [0.5, 0.25],
    ],
  );
  const mixed = [heads[0], { name: 'boxes', datatype: 'FP32', shape: [1, 2, 2], data: [1, 2, 3, 4] }];
  const found = decodeInference(...binary(mixed as Record<string, unknown>[], [0.5, 0.25]), wanted);
  assert.deepEqual(
    found.map((each) => [...each]),
    [
      [1, 2, 3, 4],
      [0.5, 0.25],
    ],
  );
});

test('a question carries the tensor as bytes or as numbers, whichever the server knows', () => {
  const input = { name: 'images', shape: [1, 1, 2], values: Float32Array.of(1.5, -2) };
  const { headers, body } = encodeInference(input, ['boxes'], true);
  const length = Number(headers['inference-header-content-length']);
  const bytes = Buffer.from(body as Uint8Array);
  assert.deepEqual(JSON.parse(bytes.toString('utf8', 0, length)), {
    inputs: [{ name: 'images', datatype: 'FP32', shape: [1, 1, 2], parameters: { binary_data_size: 8 } }],
    outputs: [{ name: 'boxes', parameters: { binary_data: true } }],
  });
  assert.deepEqual([bytes.readFloatLE(length), bytes.readFloatLE(length + 4), bytes.length], [1.5, -2, length + 8]);
  const plain = encodeInference(input, ['boxes'], false);
  assert.equal(plain.headers['inference-header-content-length'], undefined);
  assert.deepEqual(JSON.parse(String(plain.body)), {
    inputs: [{ name: 'images', datatype: 'FP32', shape: [1, 1, 2], data: [1.5, -2] }],
    outputs: [{ name: 'boxes' }],
  });
});

const [scores, boxes] = heads;
const bad: [string, () => unknown, RegExp][] = [
  [
    'a header longer than the answer',
    () => decodeInference(Buffer.from('{}'), '3', wanted),
    /3 of its 2 bytes are JSON/,
  ],
  ['a header length that is none', () => decodeInference(Buffer.from('{}'), '-1', wanted), /-1 of its 2 bytes/],
  ['no JSON', () => decodeInference(Buffer.from('<html>'), null, wanted), /it is not JSON: "<html>"/],
  ['no outputs', () => decodeInference(Buffer.from('{"outputs":7}'), null, wanted), /no list of `outputs`/],
  [
    'an output without a shape',
    () => decodeInference(Buffer.from('{"outputs":[{"name":"x"}]}'), null, wanted),
    /no list/,
  ],
  [
    'an output that is missing',
    () => decodeInference(...binary([scores ?? {}], values), wanted),
    /lacks the output "boxes"/,
  ],
  [
    'an output of another shape',
    () => decodeInference(...binary([{ ...boxes, shape: [1, 4, 1] }, scores ?? {}], values), wanted),
    /"boxes" is FP32\[1 × 4 × 1\]; expected FP32\[1 × 2 × 2\]/,
  ],
  [
    'an output of another type',
    () => decodeInference(...binary([{ ...boxes, datatype: 'FP16' }, scores ?? {}], values), wanted),
    /"boxes" is FP16\[1 × 2 × 2\]/,
  ],
  [
    'bytes that were cut',
    () => decodeInference(...binary(heads, values.slice(0, 5)), wanted),
    /claims 16 bytes where 12 are left/,
  ],
  [
    'fewer bytes than the shape needs',
    () =>
      decodeInference(...binary([{ ...boxes, parameters: { binary_data_size: 12 } }, scores ?? {}], values), wanted),
    /"boxes" has 12 bytes; expected 16/,
  ],
  [
    'numbers that are none',
    () =>
      decodeInference(
        Buffer.from(JSON.stringify({ outputs: [{ ...boxes, parameters: {}, data: [1, 2, 'x', 4] }] })),
        null,
        wanted.slice(0, 1),
      ),
    /"boxes" holds something that is no number/,
  ],
  [
    'fewer numbers than the shape needs',
    () =>
      decodeInference(
        Buffer.from(JSON.stringify({ outputs: [{ ...boxes, parameters: {}, data: [1, 2] }] })),
        null,
        wanted.slice(0, 1),
      ),
    /"boxes" has 2 numbers; expected 4/,
  ],
  ['metadata without outputs', () => decodeMetadata(Buffer.from('{"inputs":[]}')), /no metadata of a model/],
];
for (const [what, read, message] of bad) {
  test(`an answer with ${what} is refused`, () => assert.throws(read, { code: 'MODEL_ANSWER_INVALID', message }));
}
