/**
 * DescribeConfigs: configs of topics and of the broker, with defaults, synonyms, types and documentation.
 *
 * Differs from Apache Kafka: a broker has fewer configs, those that mean something here; configs of loggers, groups and client
 * metrics are not served.
 */
import { errorCode } from '../../wire/error-codes.ts';
import {
  type DescribeConfigsRequest,
  describeConfigsRequest,
  describeConfigsResponse,
} from '../../wire/messages/32-describe-configs.ts';
import { configTypes, documentationOf } from '../configs/config-definition.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { type ConfigResource, findResource, isProblem } from './config-resources.ts';

type Wanted = DescribeConfigsRequest['resources'][number];

export const describeConfigsHandler = serveApi({
  request: describeConfigsRequest,
  response: describeConfigsResponse,
  versions: [1, 4],
  handle: (request, context) => ({ results: request.resources.map((wanted) => describe(wanted, request, context)) }),
});

function describe(wanted: Wanted, request: DescribeConfigsRequest, { broker }: RequestContext) {
  const { resourceType, resourceName } = wanted;
  const resource = findResource(broker, resourceType, resourceName);
  if (isProblem(resource)) {
    const { error, message } = resource;
    return { errorCode: errorCode[error], errorMessage: message, resourceType, resourceName, configs: [] };
  }
  const configs = listConfigs(resource, wanted, request);
  return { errorCode: errorCode.NONE, errorMessage: null, resourceType, resourceName, configs };
}

function listConfigs(resource: ConfigResource, { configurationKeys }: Wanted, request: DescribeConfigsRequest) {
  const isWanted = (name: string) => configurationKeys === null || configurationKeys.includes(name);
  return resource.definitions
    .filter(({ name }) => isWanted(name))
    .map((definition) => {
      const { value, source } = resource.effective(definition);
      return {
        name: definition.name,
        value,
        readOnly: resource.isReadOnly(definition),
        configSource: source,
        isSensitive: false,
        synonyms: request.includeSynonyms ? resource.synonyms(definition) : [],
        configType: configTypes[definition.type],
        documentation: request.includeDocumentation ? documentationOf(definition) : null,
      };
    });
}
