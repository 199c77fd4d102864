import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { BrokerProcess } from '../../crash/broker-process.ts';
import { exactlyOnceSuite } from './suite.ts';

describe('exactly once on the embedded broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-exactly-once-'));
  const broker = new BrokerProcess(join(folder, 'data'));
  before(() => broker.start());
  after(async () => {
    await broker.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  exactlyOnceSuite(() => ({
    brokers: [broker.bootstrap],
    interrupt: async () => {
      await broker.kill();
      await broker.start();
    },
  }));
});
