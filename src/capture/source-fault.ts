import { connect } from 'node:net';
import { fault, type VigilError } from '../base/errors.ts';
import { redactSource } from '../base/secrets.ts';
import { ffmpegErrors } from './ffmpeg-errors.ts';

const probeTimeoutMs = 1500;
const defaultPorts: Record<string, number> = { rtsp: 554, rtsps: 322, http: 80, https: 443, rtmp: 1935 };

export interface OpenFailure {
  source: string;
  /** FFmpeg's error code. */
  code: number;
  /** FFmpeg's words for it. */
  text: string;
  /** The silence limit passed while opening. */
  silent: boolean;
  silenceMs: number;
}

/**
 * Turns FFmpeg's answer to opening a source by network into the fault that fits. FFmpeg says "invalid data" for a
 * refused connection as for a host that is off, so the address is asked once more, by a plain connection.
 */
export async function networkFault(failure: OpenFailure): Promise<VigilError> {
  const { code, text, silent, silenceMs } = failure;
  const shown = redactSource(failure.source);
  if (code === ffmpegErrors.unauthorized || code === ffmpegErrors.forbidden) {
    const status = code === ffmpegErrors.unauthorized ? 401 : 403;
    return fault('SOURCE_UNAUTHORIZED', `The camera at ${shown} answered ${status}: user name or password refused`);
  }
  if (code === ffmpegErrors.notFound) {
    return fault('SOURCE_NOT_FOUND', `The server at ${shown} answered 404: it has nothing at this path`, {
      next: 'Check the path in the camera’s `source`; the camera’s manual names it.',
    });
  }
  const address = addressOf(failure.source);
  const problem = address ? await connectionProblem(address) : undefined;
  if (problem) return fault('SOURCE_UNREACHABLE', `Nothing answers at ${shown}: ${problem}`);
  if (silent) return fault('SOURCE_SILENT', `${shown} took the connection but sent no picture within ${silenceMs} ms`);
  return fault('SOURCE_UNREADABLE', `${shown} answers, but not with video that FFmpeg can read (${text})`, {
    next: 'Check the path in the camera’s `source`, and try the address with a player.',
  });
}

function addressOf(source: string): { host: string; port: number } | undefined {
  const url = URL.canParse(source) ? new URL(source) : undefined;
  const port = Number(url?.port) || defaultPorts[url?.protocol.slice(0, -1) ?? ''];
  if (!url?.hostname || !port) return undefined;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/** Why a connection cannot be made, or undefined when it can. */
function connectionProblem({ host, port }: { host: string; port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: probeTimeoutMs });
    const finish = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => finish(undefined));
    socket.once('timeout', () => finish(`no answer within ${probeTimeoutMs} ms`));
    socket.once('error', (error) => finish(error.message));
  });
}
