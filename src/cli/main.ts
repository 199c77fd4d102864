#!/usr/bin/env node
import { describeError, systemErrorCode, VigilError } from '../base/errors.ts';
import { runProgram } from './program.ts';

const unexpectedCode = 70;

// `vigil consume … | head`: whoever reads has enough.
process.stdout.on('error', (error) => {
  if (systemErrorCode(error) === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await runProgram(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`vigil: ${explain(error)}\n`);
  process.exitCode = error instanceof VigilError ? error.exitCode : unexpectedCode;
}
process.exit();

function explain(error: unknown): string {
  if (process.env.VIGIL_DEBUG && error instanceof Error) return error.stack ?? error.message;
  if (error instanceof VigilError) return describeError(error);
  return `something unexpected happened: ${describeError(error)}\n  VIGIL_DEBUG=1 shows where it comes from.`;
}
