// sarama against a broker: `sarama HOST:PORT SCENARIO`.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

var bootstrap []string

func main() {
	bootstrap = os.Args[1:2]
	scenarios := map[string]func(){
		"compressions": compressions, "group": group, "static": static, "transactions": transactions, "admin": administer, "errors": refusals,
	}
	scenarios[os.Args[2]]()
}

func check(holds bool, what string, args ...any) {
	if !holds {
		panic(fmt.Sprintf(what, args...))
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func fine(err error) {
	if err != nil {
		panic(err)
	}
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.V4_0_0_0
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	return config
}

func withAdmin(run func(admin sarama.ClusterAdmin)) {
	admin := must(sarama.NewClusterAdmin(bootstrap, config()))
	defer admin.Close()
	run(admin)
}

func createTopic(name string, partitions int32, configs map[string]*string) (err error) {
	withAdmin(func(admin sarama.ClusterAdmin) {
		err = admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: configs}, false)
	})
	return err
}

func text(value string) *string { return &value }

func produce(config *sarama.Config, messages ...*sarama.ProducerMessage) error {
	producer := must(sarama.NewSyncProducer(bootstrap, config))
	defer producer.Close()
	return producer.SendMessages(messages)
}

// read takes records of one partition from its start.
func read(topic string, partition int32, count int, config *sarama.Config) []*sarama.ConsumerMessage {
	consumer := must(sarama.NewConsumer(bootstrap, config))
	defer consumer.Close()
	reader := must(consumer.ConsumePartition(topic, partition, sarama.OffsetOldest))
	defer reader.Close()
	var seen []*sarama.ConsumerMessage
	for len(seen) < count {
		select {
		case message := <-reader.Messages():
			seen = append(seen, message)
		case <-time.After(20 * time.Second):
			panic(fmt.Sprintf("only %d of %d records of %s came", len(seen), count, topic))
		}
	}
	return seen
}

func compressions() {
	for _, codec := range []sarama.CompressionCodec{
		sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD,
	} {
		topic := "sarama-" + codec.String()
		fine(createTopic(topic, 1, nil))
		options := config()
		options.Producer.Compression = codec
		options.Producer.Idempotent = true
		options.Net.MaxOpenRequests = 1
		var sent []*sarama.ProducerMessage
		for i := range 200 {
			value := fmt.Sprintf("%s %d %s", codec, i, strings.Repeat("x", 100))
			headers := []sarama.RecordHeader{{Key: []byte("number"), Value: []byte(strconv.Itoa(i))}}
			sent = append(sent, &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder("key of " + value), Value: sarama.StringEncoder(value), Headers: headers})
		}
		fine(produce(options, sent...))
		for i, message := range read(topic, 0, len(sent), config()) {
			check(string(message.Value) == string(sent[i].Value.(sarama.StringEncoder)), "record %d of %s came back otherwise", i, codec)
			check(string(message.Key) == string(sent[i].Key.(sarama.StringEncoder)), "the key of record %d is another", i)
			check(string(message.Headers[0].Value) == strconv.Itoa(i), "the header of record %d is another", i)
		}
	}
}

// What the members of a group have read and hold.
type readers struct {
	sync.Mutex
	seen        []int
	held        map[string]int
	claims      map[string][]int32
	generations map[string]int32
	// What Consume returned to each, when it was an error.
	told map[string]error
}

func newReaders() *readers {
	return &readers{held: map[string]int{}, claims: map[string][]int32{}, generations: map[string]int32{}, told: map[string]error{}}
}

type member struct {
	*readers
	name  string
	topic string
}

func (one member) Setup(session sarama.ConsumerGroupSession) error {
	one.Lock()
	defer one.Unlock()
	one.held[one.name] = len(session.Claims()[one.topic])
	one.claims[one.name] = session.Claims()[one.topic]
	one.generations[one.name] = session.GenerationID()
	return nil
}

func (one member) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (one member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, open := <-claim.Messages():
			if !open {
				return nil
			}
			one.Lock()
			one.seen = append(one.seen, must(strconv.Atoi(string(message.Value))))
			one.Unlock()
			session.MarkMessage(message, "")
		case <-session.Context().Done():
			return nil
		}
	}
}

// join returns a function that makes the member leave.
func (all *readers) join(name, topic string) func() {
	return all.joinAs("", name, topic)
}

// joinAs joins as a static member, unless the instance has no name.
func (all *readers) joinAs(instance, name, topic string) func() {
	options := config()
	options.Consumer.Group.InstanceId = instance
	members := must(sarama.NewConsumerGroup(bootstrap, "sarama-members", options))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			err := members.Consume(ctx, []string{topic}, member{all, name, topic})
			if instance == "" {
				fine(err)
			}
			if err != nil {
				all.Lock()
				all.told[name] = err
				all.Unlock()
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		fine(members.Close())
	}
}

func (all *readers) until(holds func() bool, what string) {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all.Lock()
		done := holds()
		all.Unlock()
		if done {
			return
		}
		check(time.Now().Before(deadline), "not within 20 s: %s; %d records came, held %v", what, len(all.seen), all.held)
	}
}

func group() {
	topic := "sarama-group"
	fine(createTopic(topic, 4, nil))
	all := newReaders()
	leaveOne := all.join("one", topic)
	all.until(func() bool { return all.held["one"] == 4 }, "the first member holds every partition")
	sendNumbers(topic, 0, 200)
	all.until(func() bool { return len(all.seen) >= 200 }, "the first member reads 200 records")
	leaveTwo := all.join("two", topic)
	all.until(func() bool { return all.held["one"] == 2 && all.held["two"] == 2 }, "two members hold two each")
	sendNumbers(topic, 200, 400)
	all.until(func() bool { return len(all.seen) >= 400 }, "two members read 200 more")
	leaveTwo()
	all.until(func() bool { return all.held["one"] == 4 }, "the first member holds every partition again")
	sendNumbers(topic, 400, 600)
	all.until(func() bool { return len(all.seen) >= 600 }, "the first member reads the last 200")
	leaveOne()
	sort.Ints(all.seen)
	for i, number := range all.seen {
		check(i == number && len(all.seen) == 600, "lost or doubled near %d", number)
	}
}

// static has a static member come back to its partitions, and its twin take them from it.
func static() {
	topic := "sarama-static"
	fine(createTopic(topic, 4, nil))
	all := newReaders()
	leaveOne := all.joinAs("one", "one", topic)
	leaveTwo := all.joinAs("two", "two", topic)
	all.until(func() bool { return all.held["one"] == 2 && all.held["two"] == 2 }, "two members hold two each")
	generation := all.generations["one"]
	leaveTwo()
	leaveBack := all.joinAs("two", "back", topic)
	all.until(func() bool { return all.held["back"] == 2 }, "the second member is back")
	check(reflect.DeepEqual(all.claims["back"], all.claims["two"]), "%v instead of %v", all.claims["back"], all.claims["two"])
	check(all.generations["one"] == generation && all.generations["back"] == generation, "there was a rebalance")
	leaveTwin := all.joinAs("two", "twin", topic)
	all.until(func() bool { return all.held["twin"] == 2 }, "the twin is there")
	all.until(func() bool { return all.told["back"] != nil }, "the fenced member is told")
	is(all.told["back"], sarama.ErrFencedInstancedId)
	leaveBack()
	leaveTwin()
	leaveOne()
}

func sendNumbers(topic string, from, to int) {
	var messages []*sarama.ProducerMessage
	for i := from; i < to; i++ {
		messages = append(messages, &sarama.ProducerMessage{Topic: topic, Partition: int32(i % 4), Value: sarama.StringEncoder(strconv.Itoa(i))})
	}
	fine(produce(config(), messages...))
}

func transactions() {
	source, topic := "sarama-source", "sarama-transactions"
	fine(createTopic(source, 1, nil))
	fine(createTopic(topic, 1, nil))
	options := config()
	options.Producer.Transaction.ID = "sarama-writer"
	options.Producer.Idempotent = true
	options.Net.MaxOpenRequests = 1
	producer := must(sarama.NewSyncProducer(bootstrap, options))
	for number := range 6 {
		fine(producer.BeginTxn())
		word := []string{"kept", "gone"}[number%2]
		_, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(fmt.Sprintf("%s %d", word, number))})
		fine(err)
		offsets := []*sarama.PartitionOffsetMetadata{{Partition: 0, Offset: int64(number + 1), LeaderEpoch: -1}}
		fine(producer.AddOffsetsToTxn(map[string][]*sarama.PartitionOffsetMetadata{source: offsets}, "sarama-reader"))
		if number%2 == 0 {
			fine(producer.CommitTxn())
		} else {
			fine(producer.AbortTxn())
		}
	}
	fine(producer.Close())
	fine(produce(config(), &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder("last")}))
	reading := config()
	reading.Consumer.IsolationLevel = sarama.ReadCommitted
	var values []string
	for _, message := range read(topic, 0, 4, reading) {
		values = append(values, string(message.Value))
	}
	check(reflect.DeepEqual(values, []string{"kept 0", "kept 2", "kept 4", "last"}), "%v", values)
	withAdmin(func(admin sarama.ClusterAdmin) {
		committed := must(admin.ListConsumerGroupOffsets("sarama-reader", map[string][]int32{source: {0}})).GetBlock(source, 0)
		check(committed.Offset == 5, "offsets of the last committed transaction, not %d", committed.Offset)
	})
}

func administer() {
	topic := "sarama-admin"
	fine(createTopic(topic, 2, map[string]*string{"retention.ms": text("123456")}))
	withAdmin(func(admin sarama.ClusterAdmin) {
		retention := func() string {
			resource := sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}}
			return must(admin.DescribeConfig(resource))[0].Value
		}
		check(retention() == "123456", "retention is %s", retention())
		change := sarama.IncrementalAlterConfigsEntry{Operation: sarama.IncrementalAlterConfigsOperationSet, Value: text("654321")}
		fine(admin.IncrementalAlterConfig(sarama.TopicResource, topic, map[string]sarama.IncrementalAlterConfigsEntry{"retention.ms": change}, false))
		check(retention() == "654321", "retention is %s", retention())
		fine(admin.CreatePartitions(topic, 5, nil, false))
		check(len(must(admin.DescribeTopics([]string{topic}))[0].Partitions) == 5, "five partitions")
		brokers, _, err := admin.DescribeCluster()
		check(err == nil && len(brokers) == 1, "%d brokers, %v", len(brokers), err)
		check(len(must(admin.DescribeLogDirs([]int32{brokers[0].ID()}))) == 1, "log directories of one broker")
		fine(produce(config(), &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder("a")}, &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder("b")}))
		fine(admin.DeleteRecords(topic, map[int32]int64{0: 1}))
		check(string(read(topic, 0, 1, config())[0].Value) == "b", "the first record is still there")
		groups(admin, topic)
		fine(admin.DeleteTopic(topic))
		_, found := must(admin.ListTopics())[topic]
		check(!found, "the topic is still listed")
	})
}

func groups(admin sarama.ClusterAdmin, topic string) {
	all := newReaders()
	leave := all.join("only", topic)
	all.until(func() bool { return all.held["only"] == 5 }, "the member holds every partition")
	described := must(admin.DescribeConsumerGroups([]string{"sarama-members"}))[0]
	check(described.State == "Stable" && len(described.Members) == 1, "the group is %s", described.State)
	leave()
	_, listed := must(admin.ListConsumerGroups())["sarama-members"]
	check(listed, "the group is not listed")
	fine(admin.DeleteConsumerGroup("sarama-members"))
}

func refusals() {
	topic := "sarama-errors"
	fine(createTopic(topic, 1, map[string]*string{"max.message.bytes": text("1000")}))
	fine(createTopic("sarama-compacted", 1, map[string]*string{"cleanup.policy": text("compact")}))
	is(createTopic(topic, 1, nil), sarama.ErrTopicAlreadyExists)
	is(createTopic("no/such?name", 1, nil), sarama.ErrInvalidTopic)
	is(createTopic("sarama-no", 1, map[string]*string{"retention.ms": text("soon")}), sarama.ErrInvalidConfig)
	withAdmin(func(admin sarama.ClusterAdmin) {
		is(admin.CreateTopic("sarama-three", &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 3}, false), sarama.ErrInvalidReplicationFactor)
		is(admin.CreatePartitions(topic, 1, nil, false), sarama.ErrInvalidPartitions)
		is(admin.DeleteTopic("missing"), sarama.ErrUnknownTopicOrPartition)
		is(admin.DeleteConsumerGroup("missing"), sarama.ErrGroupIDNotFound)
	})
	is(produce(config(), &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(strings.Repeat("x", 5000))}), sarama.ErrMessageSizeTooLarge)
	is(produce(config(), &sarama.ProducerMessage{Topic: "sarama-compacted", Value: sarama.StringEncoder("no key")}), sarama.KError(87))
	consumer := must(sarama.NewConsumer(bootstrap, config()))
	defer consumer.Close()
	_, err := consumer.ConsumePartition(topic, 0, 99)
	is(err, sarama.ErrOffsetOutOfRange)
}

func is(err error, expected sarama.KError) {
	var refused sarama.ProducerErrors
	if errors.As(err, &refused) {
		err = refused[0].Err
	}
	check(errors.Is(err, expected), "%v instead of %v", err, expected)
}
