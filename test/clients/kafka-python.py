"""kafka-python against a broker: `python kafka-python.py HOST:PORT SCENARIO`."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.structs import OffsetAndMetadata

bootstrap, scenario = sys.argv[1:3]
admin = KafkaAdminClient(bootstrap_servers=bootstrap)


def create_topic(name, partitions=1, **config):
    configs = {key.replace("_", "."): value for key, value in config.items()}
    admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)])


def produce(records, **config):
    """Sends (topic, partition, value) and raises what came back for one that was refused."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, **config)
    sent = [
        producer.send(topic, value.encode(), key=f"key of {value[:20]}".encode(), headers=[("number", str(i).encode())], partition=partition)
        for i, (topic, partition, value) in enumerate(records)
    ]
    producer.flush(20)
    offsets = [future.get(20).offset for future in sent]
    producer.close()
    return offsets


def consumer(group, **config):
    settings = {"auto_offset_reset": "earliest", "heartbeat_interval_ms": 200, "session_timeout_ms": 6000, "fetch_max_wait_ms": 100}
    return KafkaConsumer(bootstrap_servers=bootstrap, group_id=group, **settings, **config)


# A poll that ends in the middle of joining a group can leave kafka-python 3.0 without its partitions for good: a lone
# reader polls long (records end a poll at once); members that take turns have to poll shorter.
def poll(members, seen):
    for each in members:
        for records in each.poll(timeout_ms=2000 if len(members) == 1 else 150).values():
            seen.extend(records)


def poll_until(holds, members, seen, what):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"not within 20 s: {what}; {len(seen)} records came"
        poll(members, seen)


def read(topic, count, **config):
    seen = []
    reader = consumer(f"readers of {topic}", **config)
    reader.subscribe([topic])
    poll_until(lambda: len(seen) >= count, [reader], seen, f"{count} records of {topic}")
    reader.close()
    return seen


def compressions():
    for kind in [None, "gzip", "snappy", "lz4", "zstd"]:
        topic = f"kafka-python-{kind}"
        create_topic(topic)
        texts = [f"{kind} {i} {'x' * 100}" for i in range(200)]
        assert produce([(topic, 0, text) for text in texts], compression_type=kind) == list(range(200))
        seen = read(topic, len(texts))
        assert [record.value.decode() for record in seen] == texts
        assert seen[7].key.decode() == f"key of {texts[7][:20]}" and list(seen[7].headers) == [("number", b"7")], seen[7]


def group():
    topic = "kafka-python-group"
    create_topic(topic, 4)
    seen = []
    one, two = [consumer("kafka-python members") for _ in range(2)]
    send = lambda start, end: produce([(topic, i % 4, str(i)) for i in range(start, end)])
    one.subscribe([topic])
    send(0, 200)
    poll_until(lambda: len(seen) >= 200, [one], seen, "the first member reads 200 records")
    two.subscribe([topic])
    joined = lambda: len(one.assignment()) == 2 == len(two.assignment())
    # A rebalance needs both members in poll at once: a member joins inside it.
    poll_until_in_threads(joined, [one, two], seen, "two members hold two each")
    send(200, 400)
    poll_until(lambda: len(seen) >= 400, [one, two], seen, "two members read 200 more")
    two.close()
    poll_until(lambda: len(one.assignment()) == 4, [one], seen, "the first member holds every partition again")
    send(400, 600)
    poll_until(lambda: len(seen) >= 600, [one], seen, "the first member reads the last 200")
    poll([one] * 5, seen)
    one.close()
    assert sorted(int(record.value) for record in seen) == list(range(600))


def poll_until_in_threads(holds, members, seen, what):
    with ThreadPoolExecutor(len(members)) as pool:
        done = [pool.submit(poll_until, holds, [each], seen, what) for each in members]
    for each in done:
        each.result()


def static():
    topic = "kafka-python-static"
    create_topic(topic, 4)

    def join(name):
        member = consumer("kafka-python static", group_instance_id=name)
        member.subscribe([topic])
        return member

    one, two = join("one"), join("two")
    poll_until_in_threads(lambda: len(one.assignment()) == 2 == len(two.assignment()), [one, two], [], "two each")
    before, generation = two.assignment(), one.group_metadata().generation_id
    two.close()
    two = join("two")
    poll_until_in_threads(lambda: two.assignment(), [one, two], [], "the second member is back")
    assert two.assignment() == before
    assert one.group_metadata().generation_id == generation == two.group_metadata().generation_id, "there was a rebalance"
    twin = join("two")
    poll_until_in_threads(lambda: twin.assignment(), [one, twin], [], "the twin is there")
    expect(kafka_errors.FencedInstanceIdError, lambda: poll_until(lambda: False, [two], [], "the fenced member is told"))
    for each in (one, twin):
        each.close()


def transactions():
    source, topic = "kafka-python-source", "kafka-python-transactions"
    create_topic(source)
    create_topic(topic, 2)
    produce([(source, 0, str(i)) for i in range(6)])
    reader = consumer("kafka-python reader", enable_auto_commit=False)
    reader.subscribe([source])
    consumed = []
    poll_until(lambda: len(consumed) >= 6, [reader], consumed, "6 records to copy")
    writer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id="kafka-python-writer")
    writer.init_transactions()
    for record in consumed:
        number = int(record.value)
        writer.begin_transaction()
        for partition in (0, 1):
            writer.send(topic, f"{'gone' if number % 2 else 'kept'} {number}".encode(), partition=partition)
        offsets = {TopicPartition(source, 0): OffsetAndMetadata(record.offset + 1, "", -1)}
        writer.send_offsets_to_transaction(offsets, reader.group_metadata())
        writer.abort_transaction() if number % 2 else writer.commit_transaction()
    writer.close()
    committed = reader.committed(TopicPartition(source, 0))
    reader.close()
    assert committed == 5, f"offsets of the last committed transaction, not {committed}"
    values = [record.value.decode() for record in read(topic, 6, isolation_level="read_committed")]
    assert sorted(values) == [f"kept {i}" for i in (0, 0, 2, 2, 4, 4)], values


def config_of(topic, name):
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
    return str(described["topic"][topic][name]["value"])


def administer():
    topic = "kafka-python-admin"
    create_topic(topic, 2, retention_ms="123456")
    assert topic in admin.list_topics()
    assert config_of(topic, "retention.ms") == "123456"
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "654321"})])
    assert config_of(topic, "retention.ms") == "654321"
    admin.create_partitions({topic: NewPartitions(5)})
    assert len(admin.describe_topics([topic])[0]["partitions"]) == 5
    assert len(admin.describe_cluster()["brokers"]) == 1
    produce([(topic, 0, "x")] * 10)
    admin.delete_records({TopicPartition(topic, 0): 4})
    assert len(read(topic, 6)) == 6
    name = f"readers of {topic}"
    assert name in [each["group_id"] for each in admin.list_groups()]
    assert admin.describe_groups([name])[name]["group_state"] == "Empty"
    admin.delete_groups([name])
    admin.describe_log_dirs()
    admin.delete_topics([topic])
    assert topic not in admin.list_topics()


def expect(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"no {error.__name__} came")


def errors():
    topic = "kafka-python-errors"
    create_topic(topic, 1, max_message_bytes="1000")
    create_topic("kafka-python-compacted", 1, cleanup_policy="compact")
    expect(kafka_errors.TopicAlreadyExistsError, lambda: create_topic(topic))
    expect(kafka_errors.InvalidTopicError, lambda: create_topic("no/such?name"))
    expect(kafka_errors.InvalidConfigurationError, lambda: create_topic("kafka-python-no", retention_ms="soon"))
    expect(kafka_errors.InvalidReplicationFactorError, lambda: admin.create_topics([NewTopic("kafka-python-three", 1, 3)]))
    expect(kafka_errors.InvalidPartitionsError, lambda: admin.create_partitions({topic: NewPartitions(1)}))
    expect(kafka_errors.UnknownTopicOrPartitionError, lambda: admin.delete_topics(["missing"]))
    expect(kafka_errors.MessageSizeTooLargeError, lambda: produce([(topic, 0, "x" * 5000)]))
    expect(kafka_errors.InvalidRecordError, keyless)


def keyless():
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    producer.send("kafka-python-compacted", b"no key").get(20)


scenarios = {"compressions": compressions, "group": group, "static": static, "transactions": transactions, "admin": administer, "errors": errors}
scenarios[scenario]()
