import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { Fixture, uniqueName, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startBroker } from './start-broker.ts';

test('a topic takes records from everybody when CreateTopics has answered', async () => {
  await using broker = await startBroker();
  const admin = Fixture.over(await RawClient.connect(broker.bootstrap), '');
  const other = await RawClient.connect(broker.bootstrap);
  for (let n = 0; n < 11; n++) {
    const name = uniqueName('new');
    assert.equal(await admin.createTopic(name, { partitions: 3 }), 'NONE');
    const metadata = { request: metadataRequest, response: metadataResponse };
    const { topics } = await other.send(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false });
    assert.deepEqual(
      topics[0]?.partitions.map(({ errorCode, leaderId }) => errorCode === 0 && leaderId >= 0),
      [...[true, true, true]],
    );
    assert.equal((await Fixture.over(other, name).produce(values('first'), { partition: 2 })).error, 'NONE');
  }
  admin.close();
  other.close();
});
