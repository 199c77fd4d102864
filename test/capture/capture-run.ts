import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { CameraOptions } from '../../src/capture/camera-options.ts';
import { type CaptureDependencies, type CaptureOptions, startCapture } from '../../src/capture/start-capture.ts';
import type { RunningPart } from '../../src/stage/part.ts';
import { FakeProducer } from './fake-producer.ts';

export interface CaptureRun {
  part: RunningPart;
  producer: FakeProducer;
  /** What the logger said, one JSON line each. */
  lines: string[];
}

/** A camera with the defaults of the tests. */
export function camera(source: string, options: Partial<CameraOptions> = {}): CameraOptions {
  return { id: 'cam', source, fps: 10, width: 1280, quality: 90, rtspTransport: 'tcp', ...options };
}

/** Starts capture against a producer in memory; the test's end closes it. */
export async function capture(
  t: TestContext,
  options: Partial<CaptureOptions> & { cameras: CameraOptions[] },
  dependencies: Partial<CaptureDependencies> & { producer?: FakeProducer } = {},
): Promise<CaptureRun> {
  const { producer = new FakeProducer(), ...rest } = dependencies;
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const part = await startCapture(
    { brokers: ['127.0.0.1:1'], pace: 'fast', once: true, logger, ...options },
    { openProducer: async () => producer, delayMs: () => 20, maxRetryDelayMs: 20, ...rest },
  );
  t.after(() => part.close());
  return { part, producer, lines };
}

/** A directory that the test's end removes. */
export async function temporaryDirectory(t: { after(work: () => Promise<void>): void }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vigil-capture-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
