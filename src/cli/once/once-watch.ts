import type { VigilError } from '../../base/errors.ts';
import type { CameraAccount, LedgerSnapshot } from '../../topics/camera-account.ts';

/** What became of one camera. */
export interface CameraOutcome {
  camera: string;
  /** Undefined when not even a session was stated. */
  account: CameraAccount | undefined;
  /** Why it could not be read, or not to its end. */
  error: { code: string; message: string; next: string } | undefined;
  /** Every frame in has its result out, and nothing failed or was lost. */
  isOk: boolean;
}

/** Waits for every camera's last result. Told of everything, reads nothing. */
export class OnceWatch {
  readonly #cameras: readonly string[];
  readonly #accounts = new Map<string, CameraAccount>();
  readonly #givenUp = new Map<string, VigilError>();
  readonly #over = Promise.withResolvers<void>();

  constructor(cameras: readonly string[]) {
    this.#cameras = cameras;
  }

  /** Resolves when nothing more is to come from any camera. */
  get whenOver(): Promise<void> {
    return this.#over.promise;
  }

  saw(snapshot: LedgerSnapshot): void {
    for (const account of snapshot.cameras) {
      if (this.#cameras.includes(account.camera)) this.#accounts.set(account.camera, account);
    }
    this.#check();
  }

  /** The camera's capture will not be started again. */
  gaveUp(camera: string, error: VigilError): void {
    this.#givenUp.set(camera, error);
    this.#check();
  }

  get accounts(): CameraAccount[] {
    return this.#cameras.flatMap((camera) => this.#accounts.get(camera) ?? []);
  }

  outcomes(): CameraOutcome[] {
    return this.#cameras.map((camera) => {
      const account = this.#accounts.get(camera);
      const error = account?.error ?? this.#givenUp.get(camera);
      return { camera, account, error, isOk: error === undefined && account !== undefined && isWhole(account) };
    });
  }

  #check(): void {
    if (this.#cameras.every((camera) => this.#isOver(camera))) this.#over.resolve();
  }

  #isOver(camera: string): boolean {
    const account = this.#accounts.get(camera);
    if (account?.complete) return true;
    const isBroken = this.#givenUp.has(camera) || account?.state === 'failed';
    return isBroken && (account?.waiting ?? 0) === 0;
  }
}

function isWhole({ complete, captured, results, failed, lost }: CameraAccount): boolean {
  return complete && captured > 0 && captured === results && failed === 0 && lost === 0;
}
