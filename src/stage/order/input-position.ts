import type { Result } from '../../topics/result-record.ts';
import type { ArrivedResult } from './order-types.ts';

/** Where the frame of a result lies in the topic of frames. */
export function inputPosition({ frameRef }: Pick<Result, 'frameRef'>): ArrivedResult<unknown>['input'] {
  const [, partition = '0', offset = '0'] = frameRef.split('/');
  return { partition: Number(partition), offset: BigInt(offset) };
}
