import { field } from './codec/field.ts';
import { message } from './codec/message.ts';
import { nullable } from './codec/nullable.ts';
import { int16, int32 } from './codec/primitives.ts';
import type { Decoded } from './codec/struct.ts';
import { string } from './codec/text-and-bytes.ts';

/*
 * What goes over a connection, both ways:
 *
 *   length    int32, bytes that follow
 *   header    of the version that `requestHeaderVersion` or `responseHeaderVersion` of `apis.ts` tells
 *   body      of the version that the request's header names
 */

/**
 * What every request begins with. Version 2 adds tagged fields and nothing else: the client id keeps its classic form, so that
 * a broker can read it before it knows whether it knows the version.
 */
export const requestHeader = message(
  'RequestHeader',
  { validVersions: '1-2', flexibleVersions: '2+' },
  {
    requestApiKey: int16,
    requestApiVersion: int16,
    correlationId: int32,
    clientId: field(nullable(string), { isFlexible: false }),
  },
);

export type RequestHeader = Decoded<typeof requestHeader>;

/** What every response begins with. ApiVersions responses have version 0 always, so that any client can read them. */
export const responseHeader = message(
  'ResponseHeader',
  { validVersions: '0-1', flexibleVersions: '1+' },
  { correlationId: int32 },
);

export type ResponseHeader = Decoded<typeof responseHeader>;
