import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';

/**
 * The requests, length prefix included, that a real client sends when it creates topics, writes, reads and transacts.
 *
 * @param recorder the address that the broker tells its clients
 */
export async function captureRequests(recorder: Recorder, bootstrap: string): Promise<Buffer[]> {
  recorder.forwardTo(bootstrap);
  await useEverything(`127.0.0.1:${recorder.port}`);
  return recorder.frames();
}

async function useEverything(bootstrap: string): Promise<void> {
  const topic = 'captured';
  const options = { clientId: 'captured', bootstrapBrokers: [bootstrap] };
  const admin = new Admin(options);
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
  await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName: topic, configurationKeys: [] }] });
  await admin.listGroups();
  const producer = new Producer({
    ...options,
    serializers: stringSerializers,
    transactionalId: 'captured',
    idempotent: true,
  });
  const consumer = new Consumer({ ...options, groupId: 'captured', deserializers: stringDeserializers });
  const transaction = await producer.beginTransaction();
  await transaction.send({ messages: [{ topic, key: 'key', value: 'value', headers: { name: 'text' } }] });
  await transaction.addConsumer(consumer);
  await transaction.commit();
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false });
  for await (const message of stream) {
    await message.commit();
    break;
  }
  await consumer.close(true);
  await producer.close();
  await admin.close();
}

/** Stands between a client and the broker and keeps what the client sends. */
export class Recorder {
  #bootstrap = '';
  readonly #streams: Buffer[][] = [];
  readonly #sockets: Socket[] = [];
  readonly #server = createServer((client) => this.#join(client));

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  forwardTo(bootstrap: string): void {
    this.#bootstrap = bootstrap;
  }

  #join(client: Socket): void {
    const [host, port] = this.#bootstrap.split(':');
    const broker = connect(Number(port), host);
    const chunks: Buffer[] = [];
    this.#streams.push(chunks);
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.pipe(broker).pipe(client);
    for (const socket of [client, broker]) {
      this.#sockets.push(socket);
      socket.on('error', () => {});
    }
  }

  frames(): Buffer[] {
    return this.#streams.flatMap((chunks) => {
      const bytes = Buffer.concat(chunks);
      const frames: Buffer[] = [];
      for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readInt32BE(at)) {
        frames.push(bytes.subarray(at, at + 4 + bytes.readInt32BE(at)));
      }
      return frames;
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
