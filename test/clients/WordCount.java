import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Kafka Streams counts words, exactly once: {@code java -cp LIBS:CLASSES WordCount HOST:PORT STATE_FOLDER}. From topic "lines" by way of
 * a repartition topic and a store with its changelog to topic "counts", which gets every count that a word passes through.
 * Ends in order when its standard input does.
 */
public class WordCount {
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "bootstrap.servers", args[0],
                "state.dir", args[1],
                "application.id", "word-count",
                "group.instance.id", "counter",
                "processing.guarantee", "exactly_once_v2",
                "commit.interval.ms", 50,
                "statestore.cache.max.bytes", 0,
                "default.key.serde", Serdes.StringSerde.class,
                "default.value.serde", Serdes.StringSerde.class));
        settings.putAll(Map.of("num.stream.threads", 2, "consumer.auto.offset.reset", "earliest"));
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> lines = builder.stream("lines");
        lines.flatMapValues(line -> List.of(line.split(" ")))
                .groupBy((key, word) -> word)
                .count()
                .toStream()
                .to("counts", Produced.with(Serdes.String(), Serdes.Long()));
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
            streams.setUncaughtExceptionHandler(error -> {
                error.printStackTrace();
                Runtime.getRuntime().halt(1);
                return null;
            });
            streams.start();
            System.in.readAllBytes();
            if (!streams.close(Duration.ofSeconds(30))) throw new AssertionError("not closed within 30 s");
        }
    }
}
