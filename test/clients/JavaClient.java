import static java.util.stream.Collectors.toList;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Apache's Java client against a broker: {@code java -cp LIBS:CLASSES JavaClient HOST:PORT SCENARIO}. */
public class JavaClient {
    static String bootstrap;
    static Admin admin;

    public static void main(String[] args) throws Exception {
        bootstrap = args[0];
        try (Admin opened = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin = opened;
            switch (args[1]) {
                case "compressions" -> compressions();
                case "group" -> {
                    group("org.apache.kafka.clients.consumer.RangeAssignor");
                    group("org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
                }
                case "static" -> staticMembers();
                case "transactions" -> transactions();
                case "admin" -> admin();
                case "errors" -> errors();
                default -> throw new IllegalArgumentException(args[1]);
            }
        }
    }

    static void compressions() throws Exception {
        for (String kind : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            String topic = "java-" + kind;
            createTopic(topic, 1, Map.of());
            List<String> texts = IntStream.range(0, 200).mapToObj(i -> kind + " " + i + "x".repeat(100)).collect(toList());
            try (Producer<String, String> producer = producer(Map.of("compression.type", kind))) {
                for (String text : texts) {
                    ProducerRecord<String, String> record = new ProducerRecord<>(topic, 0, "key of " + text, text);
                    record.headers().add("kind", kind.getBytes());
                    producer.send(record);
                }
            }
            List<ConsumerRecord<String, String>> seen = read(topic, texts.size(), Map.of());
            check(texts.equals(seen.stream().map(ConsumerRecord::value).collect(toList())), kind + " came back otherwise");
            check(seen.get(7).key().equals("key of " + texts.get(7)), "the key is another");
            check(new String(seen.get(7).headers().lastHeader("kind").value()).equals(kind), "the header is another");
        }
    }

    /** One member, then two, then one again, while records come in. */
    static void group(String assignor) throws Exception {
        String topic = "java-group-" + assignor.hashCode();
        createTopic(topic, 4, Map.of());
        List<Integer> seen = new ArrayList<>();
        Map<String, Object> options = Map.of("partition.assignment.strategy", assignor);
        try (Consumer<String, String> one = consumer("members of " + topic, options)) {
            one.subscribe(List.of(topic));
            send(topic, 0, 200);
            pollUntil(() -> seen.size() >= 200, List.of(one), seen, "the first member reads 200 records");
            try (Consumer<String, String> two = consumer("members of " + topic, options)) {
                two.subscribe(List.of(topic));
                BooleanSupplier shared = () -> one.assignment().size() == 2 && two.assignment().size() == 2;
                pollUntil(shared, List.of(one, two), seen, "two members hold two each");
                send(topic, 200, 400);
                pollUntil(() -> seen.size() >= 400, List.of(one, two), seen, "two members read 200 more");
            }
            pollUntil(() -> one.assignment().size() == 4, List.of(one), seen, "the first holds every partition again");
            send(topic, 400, 600);
            pollUntil(() -> seen.size() >= 600, List.of(one), seen, "the first member reads the last 200");
        }
        Collections.sort(seen);
        check(seen.equals(IntStream.range(0, 600).boxed().collect(toList())), "lost or doubled: " + seen);
    }

    /** A static member that comes back finds its partitions; its twin takes them from it. */
    static void staticMembers() throws Exception {
        String topic = "java-static";
        createTopic(topic, 4, Map.of());
        List<Integer> seen = new ArrayList<>();
        try (Consumer<String, String> one = staticMember("one", topic)) {
            Consumer<String, String> two = staticMember("two", topic);
            BooleanSupplier shared = () -> one.assignment().size() == 2 && two.assignment().size() == 2;
            pollUntil(shared, List.of(one, two), seen, "two members hold two each");
            Set<TopicPartition> before = two.assignment();
            int generation = one.groupMetadata().generationId();
            two.close();
            try (Consumer<String, String> again = staticMember("two", topic);
                    Consumer<String, String> twin = staticMember("two", topic)) {
                pollUntil(() -> !again.assignment().isEmpty(), List.of(one, again), seen, "the second member is back");
                check(again.assignment().equals(before), again.assignment() + " instead of " + before);
                check(one.groupMetadata().generationId() == generation, "there was a rebalance");
                check(again.groupMetadata().generationId() == generation, "the member that came back is of another generation");
                pollUntil(() -> !twin.assignment().isEmpty(), List.of(one, twin), seen, "the twin is there");
                expect(FencedInstanceIdException.class, () -> {
                    pollUntil(() -> false, List.of(again), seen, "the fenced member is told");
                    return null;
                });
            }
        }
    }

    static Consumer<String, String> staticMember(String name, String topic) {
        Consumer<String, String> member = consumer("static members", Map.of("group.instance.id", name));
        member.subscribe(List.of(topic));
        return member;
    }

    static void transactions() throws Exception {
        String source = "java-source", topic = "java-transactions";
        createTopic(source, 1, Map.of());
        createTopic(topic, 2, Map.of());
        send(source, 0, 6);
        TopicPartition origin = new TopicPartition(source, 0);
        try (Consumer<String, String> reader = consumer("java-reader", Map.of("enable.auto.commit", false));
                Producer<String, String> writer = producer(Map.of("transactional.id", "java-writer"))) {
            reader.subscribe(List.of(source));
            List<Integer> numbers = new ArrayList<>();
            pollUntil(() -> numbers.size() >= 6, List.of(reader), numbers, "6 records to copy");
            writer.initTransactions();
            for (int number : numbers) {
                writer.beginTransaction();
                String value = (number % 2 == 0 ? "kept " : "gone ") + number;
                for (int partition = 0; partition < 2; partition++)
                    writer.send(new ProducerRecord<>(topic, partition, null, value));
                Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(origin, new OffsetAndMetadata(number + 1));
                writer.sendOffsetsToTransaction(offsets, reader.groupMetadata());
                if (number % 2 == 0) writer.commitTransaction();
                else writer.abortTransaction();
            }
            long committed = reader.committed(Set.of(origin)).get(origin).offset();
            check(committed == 5, "offsets of the last committed transaction, not " + committed);
        }
        List<String> values = new ArrayList<>();
        read(topic, 6, Map.of("isolation.level", "read_committed")).forEach(each -> values.add(each.value()));
        Collections.sort(values);
        check(values.equals(List.of("kept 0", "kept 0", "kept 2", "kept 2", "kept 4", "kept 4")), values.toString());
        fencedByItsSuccessor(topic);
    }

    static void fencedByItsSuccessor(String topic) throws Exception {
        try (Producer<String, String> first = producer(Map.of("transactional.id", "java-twins"));
                Producer<String, String> second = producer(Map.of("transactional.id", "java-twins"))) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>(topic, 0, null, "gone")).get();
            TransactionDescription open = admin.describeTransactions(List.of("java-twins")).all().get().get("java-twins");
            check(open.state() == TransactionState.ONGOING, open.toString());
            check(open.topicPartitions().equals(Set.of(new TopicPartition(topic, 0))), open.toString());
            second.initTransactions();
            expect(ProducerFencedException.class, () -> {
                first.commitTransaction();
                return null;
            });
        }
    }

    static void admin() throws Exception {
        String topic = "java-admin";
        createTopic(topic, 2, Map.of("retention.ms", "123456"));
        check(configOf(topic).get("retention.ms").value().equals("123456"), "the config that it was created with");
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        ConfigEntry compacted = new ConfigEntry("cleanup.policy", "compact");
        List<AlterConfigOp> changes = List.of(
                new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE),
                new AlterConfigOp(compacted, AlterConfigOp.OpType.APPEND));
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        check(configOf(topic).get("retention.ms").isDefault(), "the default again");
        check(configOf(topic).get("cleanup.policy").value().equals("delete,compact"), "a value appended");
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
        TopicDescription described = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        check(described.partitions().size() == 5, described.toString());
        int node = admin.describeCluster().controller().get().id();
        check(admin.describeCluster().nodes().get().size() == 1, "one node");
        check(admin.describeLogDirs(List.of(node)).allDescriptions().get().get(node).size() == 1, "one log directory");
        recordsAndGroups(topic);
        admin.deleteTopics(List.of(topic)).all().get();
        check(!admin.listTopics().names().get().contains(topic), "the topic is still listed");
    }

    static void recordsAndGroups(String topic) throws Exception {
        try (Producer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(topic, 0, 1000L + i, "key", "value"));
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4))).all().get();
        check(offset(partition, OffsetSpec.earliest()) == 4, "the log start offset");
        check(offset(partition, OffsetSpec.latest()) == 10, "the log end offset");
        check(offset(partition, OffsetSpec.forTimestamp(1007)) == 7, "the offset of a time");
        check(offset(partition, OffsetSpec.maxTimestamp()) == 9, "the offset of the newest record");
        read(topic, 6, Map.of());
        String group = "readers of " + topic;
        check(admin.listGroups().all().get().stream().anyMatch(each -> each.groupId().equals(group)), "the group is listed");
        GroupState state = admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState();
        check(state == GroupState.EMPTY, "the group is " + state);
        admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(7, Optional.of(0), "by hand"))).all().get();
        OffsetAndMetadata moved = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition);
        check(moved.offset() == 7 && moved.metadata().equals("by hand"), moved.toString());
        admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
        admin.deleteConsumerGroups(List.of(group)).all().get();
    }

    static void errors() throws Exception {
        String topic = "java-errors";
        createTopic(topic, 1, Map.of("max.message.bytes", "1000"));
        createTopic("java-compacted", 1, Map.of("cleanup.policy", "compact"));
        expect(TopicExistsException.class, () -> createTopic(topic, 1, Map.of()));
        expect(InvalidTopicException.class, () -> createTopic("no/such?name", 1, Map.of()));
        expect(InvalidConfigurationException.class, () -> createTopic("java-no", 1, Map.of("retention.ms", "soon")));
        NewTopic replicated = new NewTopic("java-three", 1, (short) 3);
        expect(InvalidReplicationFactorException.class, () -> admin.createTopics(List.of(replicated)).all().get());
        Map<String, NewPartitions> fewer = Map.of(topic, NewPartitions.increaseTo(1));
        expect(InvalidPartitionsException.class, () -> admin.createPartitions(fewer).all().get());
        expect(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of("missing")).all().get());
        expect(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of("missing")).all().get());
        try (Producer<String, String> producer = producer(Map.of())) {
            expect(RecordTooLargeException.class, () -> producer.send(new ProducerRecord<>(topic, "k", "x".repeat(5000))).get());
            expect(InvalidRecordException.class, () -> producer.send(new ProducerRecord<>("java-compacted", "no key")).get());
        }
        Map<String, Object> patient = Map.of("transactional.id", "java-patient", "transaction.timeout.ms", 2_000_000_000);
        try (Producer<String, String> producer = producer(patient)) {
            producer.initTransactions();
            throw new AssertionError("a time-out over the maximum was taken");
        } catch (KafkaException error) {
            check(error.getMessage().contains("larger than the maximum value"), error.toString());
        }
        try (Consumer<String, String> lost = consumer("nobody", Map.of("auto.offset.reset", "none"))) {
            lost.assign(List.of(new TopicPartition(topic, 0)));
            lost.seek(new TopicPartition(topic, 0), 99);
            expect(org.apache.kafka.clients.consumer.OffsetOutOfRangeException.class, () -> lost.poll(Duration.ofSeconds(20)));
        }
    }

    static Void createTopic(String name, int partitions, Map<String, String> configs) throws Exception {
        NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configs);
        return admin.createTopics(List.of(topic)).all().get();
    }

    static Map<String, ConfigEntry> configOf(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, ConfigEntry> entries = new HashMap<>();
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        config.entries().forEach(entry -> entries.put(entry.name(), entry));
        return entries;
    }

    static long offset(TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
    }

    static Producer<String, String> producer(Map<String, Object> options) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", 5));
        settings.putAll(options);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    static Consumer<String, String> consumer(String group, Map<String, Object> options) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "group.id", group));
        settings.put("auto.offset.reset", "earliest");
        settings.put("heartbeat.interval.ms", 200);
        settings.put("fetch.max.wait.ms", 100);
        settings.putAll(options);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    static void send(String topic, int from, int to) {
        try (Producer<String, String> producer = producer(Map.of())) {
            int partitions = producer.partitionsFor(topic).size();
            for (int i = from; i < to; i++) producer.send(new ProducerRecord<>(topic, i % partitions, null, "" + i));
        }
    }

    static void pollUntil(BooleanSupplier holds, List<Consumer<String, String>> members, List<Integer> seen, String what) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            check(System.nanoTime() < deadline, "not within 20 s: " + what + "; " + seen.size() + " records came");
            for (Consumer<String, String> each : members)
                each.poll(Duration.ofMillis(30)).forEach(record -> seen.add(Integer.parseInt(record.value())));
        }
    }

    static List<ConsumerRecord<String, String>> read(String topic, int count, Map<String, Object> options) {
        List<ConsumerRecord<String, String>> seen = new ArrayList<>();
        try (Consumer<String, String> reader = consumer("readers of " + topic, options)) {
            reader.subscribe(List.of(topic));
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (seen.size() < count) {
                check(System.nanoTime() < deadline, "only " + seen.size() + " of " + count + " records of " + topic + " in 20 s");
                reader.poll(Duration.ofMillis(100)).forEach(seen::add);
            }
        }
        return seen;
    }

    static void expect(Class<? extends Exception> expected, Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (ExecutionException | KafkaException error) {
            Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
            if (expected.isInstance(cause)) return;
            throw new AssertionError(expected.getSimpleName() + " expected", error);
        }
        throw new AssertionError("no " + expected.getSimpleName() + " came");
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) throw new AssertionError(otherwise);
    }
}
