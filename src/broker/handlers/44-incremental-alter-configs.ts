/** IncrementalAlterConfigs: sets, deletes, appends to and subtracts from single configs. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import {
  type IncrementalAlterConfigsRequest,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../wire/messages/44-incremental-alter-configs.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { type ConfigChange, changedConfigs, findResource, isProblem, type Problem } from './config-resources.ts';

type Wanted = IncrementalAlterConfigsRequest['resources'][number];
const operations = ['set', 'delete', 'append', 'subtract'] as const;

export const incrementalAlterConfigsHandler = serveApi({
  request: incrementalAlterConfigsRequest,
  response: incrementalAlterConfigsResponse,
  versions: [0, 1],
  async handle(request, context) {
    const responses = [];
    for (const wanted of request.resources) {
      const problem = await alter(wanted, request.validateOnly, context);
      responses.push({
        errorCode: errorCode[problem?.error ?? 'NONE'],
        errorMessage: problem?.message ?? null,
        resourceType: wanted.resourceType,
        resourceName: wanted.resourceName,
      });
    }
    return { responses };
  },
});

async function alter(wanted: Wanted, validateOnly: boolean, { broker }: RequestContext): Promise<Problem | undefined> {
  const resource = findResource(broker, wanted.resourceType, wanted.resourceName);
  if (isProblem(resource)) return resource;
  const changes = changesOf(wanted);
  if (isProblem(changes)) return changes;
  const changed = changedConfigs(resource, changes, resource.own);
  if (isProblem(changed)) return changed;
  return validateOnly ? undefined : resource.replace(changed);
}

function changesOf({ configs }: Wanted): ConfigChange[] | Problem {
  const changes: ConfigChange[] = [];
  for (const { name, configOperation, value } of configs) {
    const operation = operations[configOperation];
    if (operation === undefined) return { error: 'INVALID_REQUEST', message: `Unknown operation ${configOperation}` };
    if (operation !== 'delete' && value === null) {
      return { error: 'INVALID_REQUEST', message: `Null value not supported for : ${name}` };
    }
    if (changes.some((change) => change.name === name)) {
      return { error: 'INVALID_REQUEST', message: `Error due to duplicate config keys : ${name}` };
    }
    changes.push({ name, operation, value });
  }
  return changes;
}
