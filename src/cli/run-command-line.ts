import { describeError, systemErrorCode, VigilError } from '../base/errors.ts';
import { runProgram } from './program.ts';

const unexpectedCode = 70;

/** Runs what the command line says; faults are told in words, and decide the exit code. Never throws. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  // `vigil consume … | head`: whoever reads has enough.
  process.stdout.on('error', (error) => {
    if (systemErrorCode(error) === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await runProgram(args);
  } catch (error) {
    process.stderr.write(`vigil: ${explain(error)}\n`);
    process.exitCode = error instanceof VigilError ? error.exitCode : unexpectedCode;
  }
}

function explain(error: unknown): string {
  if (process.env.VIGIL_DEBUG && error instanceof Error) return error.stack ?? error.message;
  if (error instanceof VigilError) return describeError(error);
  return `something unexpected happened: ${describeError(error)}\n  VIGIL_DEBUG=1 shows where it comes from.`;
}
