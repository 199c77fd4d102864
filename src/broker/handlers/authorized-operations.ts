/** Bit fields of everything that may be done to a resource: what a broker without access control answers. */
const bit = (operations: readonly number[]) => operations.reduce((bits, operation) => bits | (1 << operation), 0);

const [read, write, create, remove, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;

/** Stands for "not asked for". */
export const operationsNotAsked = -(2 ** 31);
export const topicOperations = bit([read, write, create, remove, alter, describe, describeConfigs, alterConfigs]);
export const groupOperations = bit([read, remove, describe, describeConfigs, alterConfigs]);
export const clusterOperations = bit([
  create,
  alter,
  describe,
  clusterAction,
  describeConfigs,
  alterConfigs,
  idempotentWrite,
]);
