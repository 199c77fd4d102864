/** A source address without its password, fit to be shown: `rtsp://viewer:***@host/path`. */
export function redactSource(source: string): string {
  return source.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^/]*@/i, '$1:***@');
}
