/** AlterConfigs: replaces all configs of a topic, or of the broker those that can change while it runs. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import { alterConfigsRequest, alterConfigsResponse } from '../../wire/messages/33-alter-configs.ts';
import { serveApi } from '../handler.ts';
import { changedConfigs, findResource, isProblem } from './config-resources.ts';

export const alterConfigsHandler = serveApi({
  request: alterConfigsRequest,
  response: alterConfigsResponse,
  versions: [0, 2],
  async handle(request, { broker }) {
    const responses = [];
    for (const { resourceType, resourceName, configs } of request.resources) {
      const resource = findResource(broker, resourceType, resourceName);
      const changes = configs.map((config) => ({ ...config, operation: 'set' as const }));
      const changed = isProblem(resource) ? resource : changedConfigs(resource, changes, new Map());
      const isRefused = isProblem(resource) || isProblem(changed) || request.validateOnly;
      const problem = isRefused ? changed : await resource.replace(changed);
      const error = problem !== undefined && isProblem(problem) ? problem : undefined;
      responses.push({
        errorCode: errorCode[error?.error ?? 'NONE'],
        errorMessage: error?.message ?? null,
        resourceType,
        resourceName,
      });
    }
    return { responses };
  },
});
