/**
 * ApiVersions: which APIs the broker serves, in which versions.
 *
 * A client that asks in a version the broker does not know is answered in version 0, with error 35 and the whole table.
 * Differs from Apache Kafka: no features are advertised.
 */
import { errorCode } from '../../wire/error-codes.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../../wire/messages/18-api-versions.ts';
import { type Handler, serveApi } from '../handler.ts';

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** @param served all handlers but this one */
export function apiVersionsHandler(served: readonly Handler[]): Handler {
  const own = { apiKey: 18, minVersion: 0, maxVersion: 4 };
  const apiKeys = [...served, own]
    .map(({ apiKey, minVersion, maxVersion }) => ({ apiKey, minVersion, maxVersion }))
    .sort((a, b) => a.apiKey - b.apiKey);
  const handler = serveApi({
    request: apiVersionsRequest,
    response: apiVersionsResponse,
    versions: [0, 4],
    handle(request, { connection, apiVersion }) {
      const { clientSoftwareName: name, clientSoftwareVersion: version } = request;
      if (apiVersion >= 3 && !(softwareName.test(name) && softwareName.test(version))) {
        return { errorCode: errorCode.INVALID_REQUEST, apiKeys: [] };
      }
      connection.clientSoftware = name === '' ? '' : `${name} ${version}`;
      return { errorCode: errorCode.NONE, apiKeys };
    },
  });
  return {
    ...handler,
    handle: (body, context, head) => (context.apiVersion < 0 ? unsupported(head) : handler.handle(body, context, head)),
  };

  function unsupported(head: Parameters<Handler['handle']>[2]) {
    apiVersionsResponse.encode(head, { errorCode: errorCode.UNSUPPORTED_VERSION, apiKeys }, 0);
    return head;
  }
}
