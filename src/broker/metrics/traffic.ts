import { errorAnswer, errorCode } from '../../wire/error-codes.ts';
import { Histogram } from './histogram.ts';

interface ApiTraffic {
  requests: number;
  bytesIn: number;
  bytesOut: number;
  latency: Histogram;
  errors: Map<string, number>;
}

/** What goes through the broker since its start, by API. */
export class Traffic {
  readonly flushes = new Histogram();
  readonly #apis = new Map<string, ApiTraffic>();

  get apis(): ReadonlyMap<string, Readonly<ApiTraffic>> {
    return this.#apis;
  }

  /** A request was answered, or wanted no answer. */
  answered(api: string, request: { bytesIn: number; bytesOut: number; seconds: number }): void {
    const traffic = this.#of(api);
    traffic.requests++;
    traffic.bytesIn += request.bytesIn;
    traffic.bytesOut += request.bytesOut;
    traffic.latency.observe(request.seconds);
  }

  /** Counts the errors of an answer: at its top, and of topics, partitions and whatever else it lists. */
  countErrors(api: string, answer: object): void {
    for (const [name, value] of Object.entries(answer)) {
      if (isErrorField(name) && typeof value === 'number' && value !== errorCode.NONE) this.#countError(api, value);
      else if (Array.isArray(value)) for (const each of value) if (isListed(each)) this.countErrors(api, each);
    }
  }

  #countError(api: string, code: number): void {
    const { errors } = this.#of(api);
    const { name } = errorAnswer(code);
    errors.set(name, (errors.get(name) ?? 0) + 1);
  }

  #of(api: string): ApiTraffic {
    const known = this.#apis.get(api);
    if (known !== undefined) return known;
    const made = { requests: 0, bytesIn: 0, bytesOut: 0, latency: new Histogram(), errors: new Map<string, number>() };
    this.#apis.set(api, made);
    return made;
  }
}

function isErrorField(name: string): boolean {
  return name === 'errorCode' || name === 'partitionErrorCode';
}

function isListed(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
