import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { AuditReport } from '../../audit/audit-report.ts';
import { fault } from '../../base/errors.ts';
import { brokersOption } from '../options/journey-options.ts';

interface AuditCommandOptions {
  brokers?: string[];
  data?: string;
  camera?: string;
  since?: string;
  json?: boolean;
}

export function auditCommand(): Command {
  return new Command('audit')
    .description('recount frames and results from the topics, and name every hole and double')
    .argument('[file]', 'configuration that names the detectors; left out: ./vigil.yml when there is one')
    .addOption(brokersOption())
    .addOption(new Option('--data <dir>', 'a data directory that no broker is running on').conflicts('brokers'))
    .option('--camera <id>', 'only this camera')
    .option('--since <when>', 'only frames from a time (2026-01-31T08:00:00Z) or a while ago (10m) on')
    .option('--json', 'as one JSON object, every place named')
    .addHelpText(
      'after',
      `
Ends with 1 when anything does not add up. What retention has removed is said, and is no loss.

Examples:
  vigil audit
  vigil audit --camera yard --since 1h
  vigil audit --data ./vigil-data
  vigil audit --brokers kafka1:9092 --json | jq '.findings[].named[].id'`,
    )
    .action(auditAction);
}

async function auditAction(file: string | undefined, options: AuditCommandOptions): Promise<void> {
  const report = options.data === undefined ? await auditRunning(file, options) : await auditAtRest(file, options);
  const { describeAudit } = await import('../../audit/describe-audit.ts');
  process.stdout.write(`${options.json ? JSON.stringify(report) : describeAudit(report)}\n`);
  if (report.addsUp) return;
  const count = report.findings.reduce((sum, finding) => sum + finding.count, 0);
  throw fault('AUDIT_MISMATCH', `${count} ${count === 1 ? 'place does' : 'places do'} not add up`);
}

async function auditRunning(file: string | undefined, options: AuditCommandOptions): Promise<AuditReport> {
  const { clientBrokers } = await import('./client-options.ts');
  return audit(file, options, await clientBrokers(options.brokers));
}

async function auditAtRest(file: string | undefined, options: AuditCommandOptions): Promise<AuditReport> {
  const { serveDataAtRest } = await import('../audit/data-at-rest.ts');
  const broker = await serveDataAtRest(options.data ?? '');
  try {
    return await audit(file, options, [broker.bootstrap]);
  } finally {
    await broker.close();
  }
}

async function audit(
  file: string | undefined,
  { camera, since }: AuditCommandOptions,
  brokers: readonly string[],
): Promise<AuditReport> {
  const { runAudit } = await import('../../audit/run-audit.ts');
  const sinceMs = since === undefined ? undefined : await parseSince(since);
  const expected = await configuredDetectors(file);
  return runAudit({
    brokers,
    ...(camera === undefined ? {} : { camera }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(expected === undefined ? {} : { expected }),
  });
}

/** @throws USAGE */
async function parseSince(text: string): Promise<number> {
  const { parseFrom } = await import('../consume/parse-from.ts');
  const from = /^\d+$/.test(text) ? undefined : parseFrom(text, Date.now());
  if (typeof from === 'object' && 'timestampMs' in from) return from.timestampMs;
  throw fault('USAGE', `--since: found "${text}", expected a time (2026-01-31T08:00:00Z) or a while ago (10m)`);
}

/** The detectors that the configuration gives each camera, where there is one. */
async function configuredDetectors(file: string | undefined): Promise<((camera: string) => string[]) | undefined> {
  const { defaults } = await import('../config/defaults.ts');
  if (file === undefined && !existsSync(defaults.file)) return undefined;
  const { loadJourney } = await import('../options/load-journey.ts');
  const { expectedDetectors } = await import('../journey/part-plan.ts');
  const byCamera = expectedDetectors(await loadJourney(file, {}));
  return (camera) => byCamera[camera] ?? [];
}
