import { fault, type VigilError } from '../base/errors.ts';

/** All errors inside an error: its causes and, for groups of errors, their members. */
export function* flattenErrors(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  if (error instanceof AggregateError) for (const each of error.errors) yield* flattenErrors(each);
  yield* flattenErrors(error.cause);
}

/** True when Kafka answered with the protocol error of this name, for example `TOPIC_ALREADY_EXISTS`. */
export function hasKafkaError(error: unknown, ...names: readonly string[]): boolean {
  for (const each of flattenErrors(error)) {
    if ('apiId' in each && typeof each.apiId === 'string' && names.includes(each.apiId)) return true;
  }
  return false;
}

/** True when Kafka answered, and asking again cannot help: the request itself is refused. */
export function isRefusal(error: unknown): boolean {
  for (const each of flattenErrors(error)) if ('apiId' in each) return 'canRetry' in each && each.canRetry === false;
  return false;
}

/** The client's error as a fault that names the brokers asked. */
export function brokerFault(brokers: readonly string[], what: string, cause: unknown): VigilError {
  const reason = [...flattenErrors(cause)]
    .map((each) => each.message)
    .filter((message) => message !== '')
    .at(-1);
  return fault('BROKER_UNREACHABLE', `${what} failed at ${brokers.join(', ')}: ${reason ?? 'no answer'}`, { cause });
}
