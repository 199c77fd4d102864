type JpegTurbo = typeof import('@julusian/jpeg-turbo');

let loading: Promise<JpegTurbo | undefined> | undefined;

/**
 * libjpeg-turbo, loaded on first use: it is an optional dependency.
 *
 * @returns undefined where it is not installed or has no build for this system
 */
export function importJpegTurbo(): Promise<JpegTurbo | undefined> {
  loading ??= import('@julusian/jpeg-turbo').then(
    (module) => module.default,
    () => undefined,
  );
  return loading;
}
