/** Whether a source is the path of a file, folder or device, and not an address or a picture made here. */
export function isPathSource(source: string): boolean {
  return !/^(?:[a-z][a-z0-9+.-]+:\/\/|(?:testsrc|avfoundation|dshow):|testsrc$)/i.test(source);
}
