/**
 * InitProducerId: a new producer id, or for a transactional id its id with the next epoch, which fences all earlier ones.
 *
 * Differs from Apache Kafka: two-phase commit (version 6) is not served.
 */
import { errorCode } from '../../wire/error-codes.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../wire/messages/22-init-producer-id.ts';
import { serveApi } from '../handler.ts';

const fencedSince = 4;
const failed = { producerId: -1n, producerEpoch: -1 };

export const initProducerIdHandler = serveApi({
  request: initProducerIdRequest,
  response: initProducerIdResponse,
  versions: [0, 5],
  async handle(request, { broker, apiVersion }) {
    const { transactionalId } = request;
    if (transactionalId === '') return { errorCode: errorCode.INVALID_REQUEST, ...failed };
    if (transactionalId !== null) {
      const { error, ...producer } = await broker.transactions.init({ ...request, transactionalId });
      const isOldClient = error === 'PRODUCER_FENCED' && apiVersion < fencedSince;
      return { errorCode: errorCode[isOldClient ? 'INVALID_PRODUCER_EPOCH' : error], ...producer };
    }
    try {
      return { errorCode: errorCode.NONE, producerId: await broker.producerIds.next(), producerEpoch: 0 };
    } catch (error) {
      broker.logger.error({ err: error }, 'A producer id could not be reserved');
      return { errorCode: errorCode.KAFKA_STORAGE_ERROR, ...failed };
    }
  },
});
