/** Written by the writers and by transactions. */
export const topic = 'survivors';
/** Every record of `topic`, copied in transactions that also commit the offset it was read at. */
export const copies = 'copies';
/** Of both topics. */
export const partitions = 3;
/** Its members commit what they have read of `topic`. */
export const readers = 'readers';
/** Its offsets are committed by the transactions that copy. */
export const copiers = 'copiers';
export const groups = [readers, copiers];

export const partitionName = (topic: string, partition: number): string => `${topic}/${partition}`;
