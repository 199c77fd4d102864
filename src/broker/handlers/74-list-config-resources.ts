/** ListConfigResources: what has configs: topics and the broker. Groups and client metrics have none here. */
import { errorCode } from '../../wire/error-codes.ts';
import {
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from '../../wire/messages/74-list-config-resources.ts';
import { serveApi } from '../handler.ts';
import { resourceTypes } from './config-resources.ts';

const known = new Set<number>(Object.values(resourceTypes));
const typesSince = 1;

export const listConfigResourcesHandler = serveApi({
  request: listConfigResourcesRequest,
  response: listConfigResourcesResponse,
  versions: [0, 1],
  handle({ resourceTypes: asked }, { broker, apiVersion }) {
    // Version 0 asks for the subscriptions of client metrics only.
    if (apiVersion < typesSince) return { errorCode: errorCode.NONE, configResources: [] };
    if (asked.some((type) => !known.has(type)))
      return { errorCode: errorCode.UNSUPPORTED_VERSION, configResources: [] };
    const isAsked = (type: number) => asked.length === 0 || asked.includes(type);
    const topics = [...broker.topics.all()].map(({ name }) => ({
      resourceName: name,
      resourceType: resourceTypes.topic,
    }));
    const brokers = [resourceTypes.broker, resourceTypes.brokerLogger].map((resourceType) => ({
      resourceName: `${broker.nodeId}`,
      resourceType,
    }));
    const configResources = [...topics, ...brokers].filter(({ resourceType }) => isAsked(resourceType));
    return { errorCode: errorCode.NONE, configResources };
  },
});
