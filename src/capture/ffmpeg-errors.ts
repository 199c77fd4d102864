/** FFmpeg's error codes are negative numbers: system errors negated, its own as four characters negated. */
function tag(a: number, rest: string): number {
  return -(a | (rest.charCodeAt(0) << 8) | (rest.charCodeAt(1) << 16) | (rest.charCodeAt(2) << 24));
}

export const ffmpegErrors = {
  /** The demuxer or the decoder has nothing more. */
  endOfFile: tag('E'.charCodeAt(0), 'OF '),
  /** A blocking call was interrupted. */
  exit: tag('E'.charCodeAt(0), 'XIT'),
  invalidData: tag('I'.charCodeAt(0), 'NDA'),
  unauthorized: tag(0xf8, '401'),
  forbidden: tag(0xf8, '403'),
  notFound: tag(0xf8, '404'),
} as const;

/** Codes that mean "nobody answers there": network or host unreachable, refused, reset, timed out, no such name. */
const unreachableErrno = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN']);

export function isUnreachable(systemCode: string | undefined): boolean {
  return systemCode !== undefined && unreachableErrno.has(systemCode);
}
