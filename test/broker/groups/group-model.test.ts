import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultyDrivers } from './faulty-drivers.ts';
import { play } from './group-play.ts';

const seeds = Array.from({ length: 300 }, (_, i) => i + 1);

for (const isCooperative of [false, true]) {
  const who = isCooperative ? 'cooperative members' : 'members';
  test(`whatever ${who} do, each partition has one owner per generation, and in the end all are owned`, () => {
    for (const seed of seeds) {
      try {
        play({ seed, isCooperative });
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    }
  });
}

for (const { fault, create } of faultyDrivers) {
  test(`the model finds it out when ${fault}`, () => {
    const isFoundOut = [false, true].some((isCooperative) =>
      seeds.some((seed) => {
        try {
          play({ seed, isCooperative, createDriver: create });
          return false;
        } catch (error) {
          assert.ok(error instanceof assert.AssertionError, `${error}`);
          return true;
        }
      }),
    );
    assert.ok(isFoundOut, `${seeds.length} plays saw nothing wrong`);
  });
}
