"""librdkafka (confluent-kafka) against a broker: `python confluent-kafka.py HOST:PORT SCENARIO`."""

import sys
import time

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

bootstrap, scenario = sys.argv[1:3]
base = {"bootstrap.servers": bootstrap}
admin = AdminClient(base)


def done(futures):
    """The results of calls on several things; raises what one of them answered."""
    return {key: future.result(20) for key, future in futures.items()}


def create_topic(name, partitions=1, **config):
    done(admin.create_topics([NewTopic(name, partitions, 1, config={key.replace("_", "."): value for key, value in config.items()})]))


def produce(records, **config):
    """Sends (topic, partition, value) and fails when one is not acknowledged."""
    producer = Producer({**base, "linger.ms": 5, **config})
    failed = []
    for topic, partition, value in records:
        producer.produce(
            topic,
            value,
            key=f"key of {value[:20]}",
            partition=partition,
            headers={"length": str(len(value))},
            on_delivery=lambda error, _: error and failed.append(error),
        )
    assert producer.flush(20) == 0, "not everything was sent"
    assert not failed, failed


def consumer(group, **config):
    settings = {"auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 200, "fetch.wait.max.ms": 100}
    return Consumer({**base, "group.id": group, **settings, **config})


def poll(members, seen):
    for each in members:
        message = each.poll(0.02)
        while message is not None:
            if message.error():
                raise KafkaException(message.error())
            seen.append(message)
            message = each.poll(0)


def poll_until(holds, members, seen, what):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"not within 20 s: {what}"
        poll(members, seen)


def read(topic, count, **config):
    seen = []
    reader = consumer(f"readers of {topic}", **config)
    reader.subscribe([topic])
    poll_until(lambda: len(seen) >= count, [reader], seen, f"{count} records of {topic}")
    reader.close()
    return seen


def compressions():
    for kind in ["none", "gzip", "snappy", "lz4", "zstd"]:
        topic = f"librdkafka-{kind}"
        create_topic(topic)
        texts = [f"{kind} {i} {'x' * 100}" for i in range(200)]
        produce([(topic, 0, text) for text in texts], **{"compression.type": kind, "enable.idempotence": True})
        seen = read(topic, len(texts))
        assert [message.value().decode() for message in seen] == texts
        assert all(dict(message.headers())["length"] == str(len(message.value())).encode() for message in seen)
        assert seen[7].key().decode() == f"key of {texts[7][:20]}"


def share(strategy):
    """One member, then two, then one again, while records come in."""
    topic = f"librdkafka-{strategy}"
    create_topic(topic, 4)
    seen = []
    one, two = [consumer(f"members {strategy}", **{"partition.assignment.strategy": strategy}) for _ in range(2)]
    send = lambda start, end: produce([(topic, i % 4, str(i)) for i in range(start, end)])
    one.subscribe([topic])
    send(0, 200)
    poll_until(lambda: len(seen) >= 200, [one], seen, "the first member reads 200 records")
    two.subscribe([topic])
    poll_until(lambda: len(one.assignment()) == 2 == len(two.assignment()), [one, two], seen, "two members hold two each")
    send(200, 400)
    poll_until(lambda: len(seen) >= 400, [one, two], seen, "two members read 200 more")
    two.close()
    poll_until(lambda: len(one.assignment()) == 4, [one], seen, "the first member holds every partition again")
    send(400, 600)
    poll_until(lambda: len(seen) >= 600, [one], seen, "the first member reads the last 200")
    poll([one] * 5, seen)
    one.close()
    assert sorted(int(message.value()) for message in seen) == list(range(600))


def group():
    share("range")
    share("cooperative-sticky")


def static():
    topic = "librdkafka-static"
    create_topic(topic, 4)
    assigned = {"one": 0, "two": 0}

    def join(name):
        member = consumer("static members", **{"group.instance.id": name})
        member.subscribe([topic], on_assign=lambda *_: assigned.update({name: assigned[name] + 1}))
        return member

    one, two = join("one"), join("two")
    shared = lambda: len(one.assignment()) == 2 == len(two.assignment())
    poll_until(shared, [one, two], [], "two members hold two each")
    before, rebalances = sorted(each.partition for each in two.assignment()), assigned["one"]
    two.close()
    two = join("two")
    poll_until(lambda: two.assignment(), [one, two], [], "the second member is back")
    assert sorted(each.partition for each in two.assignment()) == before
    assert assigned["one"] == rebalances, "the first member saw a rebalance"
    twin = join("two")
    assert fenced([twin, one], two) == KafkaError._FATAL
    for each in (one, twin):
        each.close()


def fenced(others, member):
    """What a member is told that polls beside its twin."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        poll(others, [])
        message = member.poll(0.02)
        if message is not None and message.error():
            assert "Static consumer fenced" in message.error().str(), message.error()
            return message.error().code()
    raise AssertionError("the twin was not fenced within 20 s")


def transactions():
    source, topic = "librdkafka-source", "librdkafka-transactions"
    create_topic(source)
    create_topic(topic, 2)
    produce([(source, 0, str(i)) for i in range(6)])
    reader = consumer("librdkafka-reader", **{"enable.auto.commit": False})
    reader.subscribe([source])
    writer = Producer({**base, "transactional.id": "librdkafka-writer"})
    writer.init_transactions(20)
    for number in range(6):
        message = reader.poll(20)
        assert message is not None and not message.error(), message
        writer.begin_transaction()
        for partition in (0, 1):
            writer.produce(topic, f"{'gone' if number % 2 else 'kept'} {number}", partition=partition)
        position = [TopicPartition(source, 0, message.offset() + 1)]
        writer.send_offsets_to_transaction(position, reader.consumer_group_metadata(), 20)
        writer.abort_transaction(20) if number % 2 else writer.commit_transaction(20)
    committed = reader.committed([TopicPartition(source, 0)], timeout=20)[0].offset
    reader.close()
    assert committed == 5, f"offsets of the last committed transaction, not {committed}"
    values = [message.value().decode() for message in read(topic, 6, **{"isolation.level": "read_committed"})]
    assert sorted(values) == [f"kept {i}" for i in (0, 0, 2, 2, 4, 4)], values
    assert fenced_by_its_successor(topic) in (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED)


def fenced_by_its_successor(topic):
    first, second = [Producer({**base, "transactional.id": "librdkafka-twins"}) for _ in range(2)]
    first.init_transactions(20)
    first.begin_transaction()
    first.produce(topic, "gone", partition=0)
    first.flush(20)
    second.init_transactions(20)
    try:
        first.commit_transaction(20)
    except KafkaException as error:
        assert error.args[0].fatal(), error
        return error.args[0].code()
    raise AssertionError("a fenced producer committed")


def config_of(topic, name):
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return done(admin.describe_configs([resource]))[resource][name].value


def administer():
    topic = "librdkafka-admin"
    create_topic(topic, 2, retention_ms="123456")
    assert config_of(topic, "retention.ms") == "123456"
    entry = ConfigEntry("retention.ms", "654321", incremental_operation=AlterConfigOpType.SET)
    done(admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))
    assert config_of(topic, "retention.ms") == "654321"
    done(admin.create_partitions([NewPartitions(topic, 5)]))
    described = done(admin.describe_topics(TopicCollection([topic])))[topic]
    assert len(described.partitions) == 5 and described.topic_id is not None
    assert len(admin.describe_cluster().result(20).nodes) == 1
    offsets_and_groups(topic)
    done(admin.delete_topics([topic]))
    assert topic not in admin.list_topics(timeout=20).topics


def offsets_and_groups(topic):
    produce([(topic, 0, "x")] * 10)
    partition = TopicPartition(topic, 0)
    assert done(admin.list_offsets({partition: OffsetSpec.latest()}))[partition].offset == 10
    done(admin.delete_records([TopicPartition(topic, 0, 4)]))
    assert done(admin.list_offsets({partition: OffsetSpec.earliest()}))[partition].offset == 4
    read(topic, 6)
    name = f"readers of {topic}"
    assert name in [each.group_id for each in admin.list_consumer_groups().result(20).valid]
    assert done(admin.describe_consumer_groups([name]))[name].state.name == "EMPTY"
    moved = ConsumerGroupTopicPartitions(name, [TopicPartition(topic, 0, 7)])
    done(admin.alter_consumer_group_offsets([moved]))
    listed = done(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(name)]))[name]
    assert [each.offset for each in listed.topic_partitions if each.partition == 0] == [7]
    done(admin.delete_consumer_groups([name]))


def code_of(call):
    try:
        call()
    except KafkaException as error:
        return error.args[0].code()
    raise AssertionError("no error came")


def errors():
    topic = "librdkafka-errors"
    create_topic(topic, 1, max_message_bytes="1000")
    create_topic("librdkafka-compacted", 1, cleanup_policy="compact")
    assert code_of(lambda: create_topic(topic)) == KafkaError.TOPIC_ALREADY_EXISTS
    assert code_of(lambda: create_topic("no/such?name")) == KafkaError.TOPIC_EXCEPTION
    assert code_of(lambda: create_topic("librdkafka-no", 1, retention_ms="soon")) == KafkaError.INVALID_CONFIG
    assert code_of(lambda: done(admin.create_topics([NewTopic("librdkafka-three", 1, 3)]))) == KafkaError.INVALID_REPLICATION_FACTOR
    assert code_of(lambda: done(admin.create_partitions([NewPartitions(topic, 1)]))) == KafkaError.INVALID_PARTITIONS
    assert code_of(lambda: done(admin.delete_topics(["missing"]))) == KafkaError.UNKNOWN_TOPIC_OR_PART
    assert code_of(lambda: done(admin.delete_consumer_groups(["missing"]))) == KafkaError.GROUP_ID_NOT_FOUND
    assert delivery_error(topic, value="x" * 5000, key="k") == KafkaError.MSG_SIZE_TOO_LARGE
    assert delivery_error("librdkafka-compacted", value="no key") == KafkaError.INVALID_RECORD
    lost = consumer("nobody", **{"auto.offset.reset": "error"})
    lost.assign([TopicPartition(topic, 0, 99)])
    message = lost.poll(20)
    assert message.error().code() == KafkaError._AUTO_OFFSET_RESET, message.error()
    lost.close()


def delivery_error(topic, **record):
    codes = []
    producer = Producer(base)
    producer.produce(topic, **record, on_delivery=lambda error, _: codes.append(error and error.code()))
    producer.flush(20)
    return codes[0]


scenarios = {"compressions": compressions, "group": group, "static": static, "transactions": transactions, "admin": administer, "errors": errors}
scenarios[scenario]()
