import type { CameraConfig, JourneyConfig } from '../config/journey-config.ts';

const demoId = 'demo';

/** Where no camera is configured the demo takes its place; its footage is looked for while other parts start. */
export function withDemo(config: JourneyConfig): JourneyConfig {
  if (config.cameras.length > 0) return config;
  const detectors = config.detectors.map((detector) => detector.name);
  const demo: CameraConfig = { ...config.cameraDefaults, id: demoId, source: '', loop: true, detectors };
  return { ...config, cameras: [demo] };
}

/** The cameras with their sources. The demo's footage may have to be fetched first. */
export async function findSources(config: JourneyConfig, { once }: { once: boolean }): Promise<CameraConfig[]> {
  return Promise.all(config.cameras.map((camera) => (camera.source === '' ? demoCamera(camera, once) : camera)));
}

async function demoCamera(camera: CameraConfig, once: boolean): Promise<CameraConfig> {
  const { findDemoFootage } = await import('../../capture/demo-footage.ts');
  const { cacheDirectory } = await import('../../base/cache-directory.ts');
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const { source, note, kind } = await findDemoFootage({ cacheDir: cacheDirectory(), log });
  return { ...camera, source, note, loop: kind === 'file' && !once };
}
