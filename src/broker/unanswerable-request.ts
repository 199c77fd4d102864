/** Thrown for requests that get no answer but the end of the connection, as with Apache Kafka. */
export class UnanswerableRequest extends Error {
  override readonly name = 'UnanswerableRequest';
}
