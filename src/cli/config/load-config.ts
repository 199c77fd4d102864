import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fault, systemErrorCode } from '../../base/errors.ts';
import { isDelay } from '../../detect/looker/delay-looker.ts';
import { isRemoteModel } from '../../detect/remote/remote-model.ts';
import { bagLabels } from '../../topics/bag-labels.ts';
import { checkReference } from './check-reference.ts';
import { checkRules } from './check-rules.ts';
import { checkValue, type ValueProblem } from './check-value.ts';
import { type ConfigText, readConfigText } from './config-text.ts';
import { defaults } from './defaults.ts';
import type { JourneyConfig } from './journey-config.ts';
import { configFault, formatPath, type Problem } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import { type ConfigFile, configSchema } from './schema.ts';

export interface LoadedConfig {
  config: JourneyConfig;
  /** What the environment put into the file: never to be shown. */
  secrets: string[];
}

/**
 * Reads and checks a configuration file.
 *
 * @throws CONFIG_NOT_FOUND, CONFIG_INVALID or CONFIG_SECRET_MISSING with every problem of the file
 */
export function loadConfig(path: string, environment: NodeJS.ProcessEnv = process.env): LoadedConfig {
  const name = shortName(path);
  const text = readConfigText(readFile(path, name), environment);
  const written = withoutEmpty(text.value) ?? {};
  const places = text.value === undefined ? [] : [...checkValue(configSchema, written)];
  if (places.length === 0) {
    const file = written as ConfigFile;
    places.push(
      ...checkReferences(file),
      ...checkPorts(file),
      ...checkWorkerBounds(file),
      ...checkSteps(file),
      ...checkRules(file),
      ...checkThreats(file),
    );
  }
  const problems = [...text.problems];
  for (const place of places) {
    const problem = locate(place, text);
    // A value that lacks its secret has been named already.
    if (!text.problems.some((known) => isSamePlace(known, problem))) problems.push(problem);
  }
  if (problems.length > 0)
    throw configFault(
      name,
      problems.map((problem) => mask(problem, text.secrets)),
    );
  return { config: resolveConfig(written as ConfigFile, dirname(resolve(path)), name), secrets: text.secrets };
}

function shortName(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

function readFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') throw fault('CONFIG_NOT_FOUND', `There is no file ${resolve(path)}`, { cause });
    const next = code === 'EISDIR' ? 'Name a file.' : 'Check who may read the file.';
    throw fault('CONFIG_INVALID', `${name} cannot be read (${code ?? String(cause)})`, { cause, next });
  }
}

/** A key with nothing after it counts as left out. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

/** A camera may name only detectors that there are, and follow only one that looks at it. */
function checkReferences(written: ConfigFile): ValueProblem[] {
  const known = Object.keys(written.detectors ?? { [defaults.detector.name]: {} });
  return Object.entries(written.cameras ?? {}).flatMap(([id, { detectors = [], track }]) => [
    ...detectors.flatMap((name, index) => checkReference(name, ['cameras', id, 'detectors', index], known)),
    ...(track === undefined
      ? []
      : checkReference(track, ['cameras', id, 'track'], detectors.length > 0 ? detectors : known)),
  ]);
}

function checkPorts(written: ConfigFile): ValueProblem[] {
  const addresses: [path: string[], text: string | undefined][] = [
    [['broker', 'listen'], written.broker?.listen],
    [['http', 'listen'], written.http?.listen],
  ];
  return addresses.flatMap(([path, text]) => {
    const port = Number(/\d+$/.exec(text ?? '')?.[0] ?? 0);
    if (port <= 65_535) return [];
    return [
      { path, part: 'value' as const, message: `${formatPath(path)}: found port ${port}, expected at most 65535` },
    ];
  });
}

/** `min` and `max` bound what `workers: auto` may do, and say nothing beside a number. */
function checkWorkerBounds(written: ConfigFile): ValueProblem[] {
  return Object.entries(written.detectors ?? {}).flatMap(([name, { workers = 'auto', min, max }]): ValueProblem[] => {
    const key = min === undefined ? 'max' : 'min';
    const path = ['detectors', name, key];
    if (workers !== 'auto' && (min ?? max) !== undefined) {
      const message = `${formatPath(path)}: found beside workers: ${workers}, expected workers: auto`;
      return [{ path, part: 'key', message }];
    }
    if (min === undefined || max === undefined || min <= max) return [];
    return [{ path, part: 'value', message: `${formatPath(path)}: found ${min}, expected at most max (${max})` }];
  });
}

/** Steps need the picture, and where a server looks it is not decoded here. */
function checkSteps(written: ConfigFile): ValueProblem[] {
  return Object.entries(written.detectors ?? {}).flatMap(([name, { steps = [], model = '' }]): ValueProblem[] => {
    const isHere = typeof model === 'string' && !isRemoteModel(model) && !isDelay(model);
    if (steps.length === 0 || isHere) return [];
    const path = ['detectors', name, 'steps'];
    const message = `${formatPath(path)}: found beside a model that does not run here, expected a model’s name or file`;
    return [{ path, part: 'key', message }];
  });
}

/** Nothing is suspected of boxes alone. */
function checkThreats({ threats = [], detectors = {} }: ConfigFile): ValueProblem[] {
  const judged = Object.values(detectors).filter(({ steps = [] }) => steps.includes('pose'));
  const complain = (message: string): ValueProblem[] => [{ path: ['threats'], part: 'key', message }];
  if (threats.length === 0) return [];
  if (judged.length === 0)
    return complain(
      'threats: found without a detector that reads joints, expected steps: [pose] at one of the detectors',
    );
  const seesBags = judged.some(({ labels }) => !labels || labels.some((label) => bagLabels.has(label)));
  if (!threats.includes('object-left') || seesBags) return [];
  return complain(
    `threats: found object-left without a detector that reads joints and sees bags, expected one of ${[...bagLabels].join(', ')} among its labels`,
  );
}

function locate({ path, part, message }: ValueProblem, text: ConfigText): Problem {
  return { ...text.locate(path, part), message };
}

function isSamePlace(a: Problem, b: Problem): boolean {
  return a.line === b.line && a.column === b.column;
}

function mask(problem: Problem, secrets: readonly string[]): Problem {
  const message = secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), problem.message);
  return { ...problem, message };
}
