// franz-go against a broker: `franz-go HOST:PORT SCENARIO`.
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

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	bootstrap   string
	admin       *kadm.Client
	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Second)
)

func main() {
	defer cancel()
	bootstrap = os.Args[1]
	admin = kadm.NewClient(client())
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

func client(options ...kgo.Opt) *kgo.Client {
	return must(kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.FetchMaxWait(100 * time.Millisecond),
	}, options...)...))
}

func createTopic(name string, partitions int32, configs map[string]*string) error {
	_, err := admin.CreateTopic(ctx, partitions, 1, configs, name)
	return err
}

func text(value string) *string { return &value }

func produce(records []*kgo.Record, options ...kgo.Opt) error {
	producer := client(options...)
	defer producer.Close()
	return producer.ProduceSync(ctx, records...).FirstErr()
}

func read(topic string, count int, options ...kgo.Opt) []*kgo.Record {
	var seen []*kgo.Record
	reader := client(append(options, kgo.ConsumeTopics(topic), kgo.ConsumerGroup("readers of "+topic))...)
	defer reader.Close()
	for len(seen) < count {
		fetches := reader.PollFetches(ctx)
		check(fetches.Err() == nil, "%d of %d records of %s: %v", len(seen), count, topic, fetches.Err())
		seen = append(seen, fetches.Records()...)
	}
	if err := reader.CommitUncommittedOffsets(ctx); err != nil {
		panic(err)
	}
	return seen
}

func compressions() {
	kinds := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	for kind, codec := range kinds {
		topic := "franz-" + kind
		check(createTopic(topic, 1, nil) == nil, "create %s", topic)
		var records []*kgo.Record
		for i := range 200 {
			value := fmt.Sprintf("%s %d %s", kind, i, strings.Repeat("x", 100))
			header := kgo.RecordHeader{Key: "kind", Value: []byte(kind)}
			records = append(records, &kgo.Record{Topic: topic, Key: []byte("key of " + value), Value: []byte(value), Headers: []kgo.RecordHeader{header}})
		}
		if err := produce(records, kgo.ProducerBatchCompression(codec)); err != nil {
			panic(err)
		}
		for i, record := range read(topic, len(records)) {
			check(string(record.Value) == string(records[i].Value), "record %d of %s came back otherwise", i, kind)
			check(string(record.Key) == string(records[i].Key), "the key of record %d is another", i)
			check(string(record.Headers[0].Value) == kind, "the header of record %d is another", i)
		}
	}
}

// What members of a group have read and hold.
type readers struct {
	sync.Mutex
	seen []int
	held map[string]int
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

// member joins and reads until its client is closed.
func (all *readers) member(name, topic string, balancer kgo.GroupBalancer) *kgo.Client {
	change := func(by int) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
			all.Lock()
			all.held[name] += by * len(partitions[topic])
			all.Unlock()
		}
	}
	revoked := func(ctx context.Context, cl *kgo.Client, partitions map[string][]int32) {
		if err := cl.CommitUncommittedOffsets(ctx); err != nil {
			panic(err)
		}
		change(-1)(ctx, cl, partitions)
	}
	cl := client(
		kgo.ConsumerGroup("members of "+topic), kgo.ConsumeTopics(topic), kgo.Balancers(balancer), kgo.BlockRebalanceOnPoll(),
		kgo.HeartbeatInterval(200*time.Millisecond), kgo.OnPartitionsAssigned(change(1)), kgo.OnPartitionsRevoked(revoked),
	)
	go func() {
		for {
			fetches := cl.PollFetches(context.Background())
			if fetches.IsClientClosed() {
				return
			}
			all.Lock()
			for _, record := range fetches.Records() {
				all.seen = append(all.seen, must(strconv.Atoi(string(record.Value))))
			}
			all.Unlock()
			cl.AllowRebalance()
		}
	}()
	return cl
}

func group() {
	share("range", kgo.RangeBalancer())
	share("cooperative", kgo.CooperativeStickyBalancer())
}

// share has one member, then two, then one again, while records come in.
func share(name string, balancer kgo.GroupBalancer) {
	topic := "franz-" + name
	check(createTopic(topic, 4, nil) == nil, "create %s", topic)
	all := &readers{held: map[string]int{}}
	one := all.member("one", topic, balancer)
	all.until(func() bool { return all.held["one"] == 4 }, "the first member holds every partition")
	sendNumbers(topic, 0, 200)
	all.until(func() bool { return len(all.seen) >= 200 }, "the first member reads 200 records")
	two := all.member("two", topic, balancer)
	all.until(func() bool { return all.held["one"] == 2 && all.held["two"] == 2 }, "two members hold two each")
	sendNumbers(topic, 200, 400)
	all.until(func() bool { return len(all.seen) >= 400 }, "two members read 200 more")
	two.CloseAllowingRebalance()
	all.until(func() bool { return all.held["one"] == 4 }, "the first member holds every partition again")
	sendNumbers(topic, 400, 600)
	all.until(func() bool { return len(all.seen) >= 600 }, "the first member reads the last 200")
	one.CloseAllowingRebalance()
	sort.Ints(all.seen)
	for i, number := range all.seen {
		check(i == number && len(all.seen) == 600, "lost or doubled near %d", number)
	}
}

func sendNumbers(topic string, from, to int) {
	var records []*kgo.Record
	for i := from; i < to; i++ {
		records = append(records, &kgo.Record{Topic: topic, Partition: int32(i % 4), Value: []byte(strconv.Itoa(i))})
	}
	if err := produce(records); err != nil {
		panic(err)
	}
}

// static has a static member come back to its partitions, and its twin take them from it.
func static() {
	topic := "franz-static"
	check(createTopic(topic, 4, nil) == nil, "create %s", topic)
	one, two := staticMember("one", topic), staticMember("two", topic)
	held := func(name string) int { return len(heldBy(topic)[name]) }
	until(func() bool { return held("one") == 2 && held("two") == 2 }, "two members hold two each")
	before := heldBy(topic)
	_, generation := one.GroupMetadata()
	id, _ := two.GroupMetadata()
	two.Close()
	back := staticMember("two", topic)
	until(func() bool { now, _ := back.GroupMetadata(); return now != "" && now != id }, "the second member is back")
	check(reflect.DeepEqual(heldBy(topic), before), "%v instead of %v", heldBy(topic), before)
	_, now := one.GroupMetadata()
	check(now == generation, "generation %d instead of %d: there was a rebalance", now, generation)
	told := make(chan error, 1)
	go func() {
		for {
			if err := back.PollFetches(ctx).Err(); err != nil {
				told <- err
				return
			}
		}
	}()
	twin := staticMember("two", topic)
	is(<-told, kerr.FencedInstanceID)
	one.Close()
	twin.Close()
	back.Close()
}

func staticMember(name, topic string) *kgo.Client {
	return client(kgo.ConsumerGroup("members of "+topic), kgo.ConsumeTopics(topic), kgo.InstanceID(name), kgo.HeartbeatInterval(200*time.Millisecond))
}

// heldBy asks the broker which partitions each static member holds, while the group is stable.
func heldBy(topic string) map[string][]int32 {
	held := map[string][]int32{}
	described := must(admin.DescribeGroups(ctx, "members of "+topic))["members of "+topic]
	if described.State != "Stable" {
		return held
	}
	for _, member := range described.Members {
		if assigned, ok := member.Assigned.AsConsumer(); ok && member.InstanceID != nil && len(assigned.Topics) == 1 {
			held[*member.InstanceID] = assigned.Topics[0].Partitions
		}
	}
	return held
}

func until(holds func() bool, what string) {
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		check(time.Now().Before(deadline), "not within 20 s: %s", what)
	}
}

func transactions() {
	source, topic := "franz-source", "franz-transactions"
	check(createTopic(source, 4, nil) == nil && createTopic(topic, 2, nil) == nil, "create topics")
	sendNumbers(source, 0, 6)
	session := must(kgo.NewGroupTransactSession(
		kgo.SeedBrokers(bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID("franz-writer"),
		kgo.ConsumerGroup("franz-reader"), kgo.ConsumeTopics(source), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
	))
	copied := 0
	for round := 0; copied < 6; round++ {
		fetches := session.PollFetches(ctx)
		check(fetches.Err() == nil, "poll: %v", fetches.Err())
		if len(fetches.Records()) == 0 {
			continue
		}
		kept := round%2 == 1
		word := map[bool]string{true: "kept", false: "gone"}[kept]
		if err := session.Begin(); err != nil {
			panic(err)
		}
		for _, record := range fetches.Records() {
			value := []byte(word + " " + string(record.Value))
			session.Produce(ctx, &kgo.Record{Topic: topic, Partition: int32(round % 2), Value: value}, nil)
		}
		committed := must(session.End(ctx, kgo.TransactionEndTry(kept)))
		check(committed == kept, "transaction %d ended with committed %v", round, committed)
		if kept {
			copied += len(fetches.Records())
		}
	}
	session.Close()
	values := map[string]int{}
	for _, record := range read(topic, 6, kgo.FetchIsolationLevel(kgo.ReadCommitted())) {
		values[string(record.Value)]++
	}
	check(reflect.DeepEqual(values, map[string]int{"kept 0": 1, "kept 1": 1, "kept 2": 1, "kept 3": 1, "kept 4": 1, "kept 5": 1}), "%v", values)
}

func configOf(topic, name string) string {
	for _, config := range must(must(admin.DescribeTopicConfigs(ctx, topic)).On(topic, nil)).Configs {
		if config.Key == name {
			return *config.Value
		}
	}
	return ""
}

func administer() {
	topic := "franz-admin"
	check(createTopic(topic, 2, map[string]*string{"retention.ms": text("123456")}) == nil, "create")
	check(configOf(topic, "retention.ms") == "123456", "retention is %s", configOf(topic, "retention.ms"))
	change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: text("654321")}}
	altered := must(must(admin.AlterTopicConfigs(ctx, change, topic)).On(topic, nil))
	check(altered.Err == nil, "alter configs: %v", altered.Err)
	check(configOf(topic, "retention.ms") == "654321", "retention is %s", configOf(topic, "retention.ms"))
	check(must(admin.UpdatePartitions(ctx, 5, topic))[topic].Err == nil, "update partitions")
	check(len(must(admin.ListTopics(ctx, topic))[topic].Partitions) == 5, "five partitions")
	check(len(must(admin.ListBrokers(ctx))) == 1, "one broker")
	check(len(must(admin.DescribeAllLogDirs(ctx, nil))) == 1, "log directories of one broker")
	check(produce([]*kgo.Record{{Topic: topic, Value: []byte("a")}, {Topic: topic, Value: []byte("b")}}) == nil, "produce")
	first := kadm.Offsets{}
	first.AddOffset(topic, 0, 1, -1)
	check(must(admin.DeleteRecords(ctx, first)).Error() == nil, "delete records")
	start, _ := must(admin.ListStartOffsets(ctx, topic)).Lookup(topic, 0)
	end, _ := must(admin.ListEndOffsets(ctx, topic)).Lookup(topic, 0)
	check(start.Offset == 1 && end.Offset == 2, "offsets %d to %d", start.Offset, end.Offset)
	read(topic, 1)
	group := "readers of " + topic
	lag := must(admin.Lag(ctx, group))[group]
	check(lag.Error() == nil && lag.Lag.Total() == 0, "lag %d, %v", lag.Lag.Total(), lag.Error())
	must(admin.DeleteGroup(ctx, group))
	must(admin.DeleteTopic(ctx, topic))
	// A client of its own, because each caches what it has seen of topics.
	fresh := kadm.NewClient(client())
	defer fresh.Close()
	check(!must(fresh.ListTopics(ctx)).Has(topic), "the topic is still listed")
}

func refusals() {
	topic := "franz-errors"
	check(createTopic(topic, 1, map[string]*string{"max.message.bytes": text("1000")}) == nil, "create")
	check(createTopic("franz-compacted", 1, map[string]*string{"cleanup.policy": text("compact")}) == nil, "create")
	is(createTopic(topic, 1, nil), kerr.TopicAlreadyExists)
	is(createTopic("no/such?name", 1, nil), kerr.InvalidTopicException)
	is(createTopic("franz-no", 1, map[string]*string{"retention.ms": text("soon")}), kerr.InvalidConfig)
	_, err := admin.CreateTopic(ctx, 1, 3, nil, "franz-three")
	is(err, kerr.InvalidReplicationFactor)
	is(must(admin.UpdatePartitions(ctx, 1, topic))[topic].Err, kerr.InvalidPartitions)
	_, err = admin.DeleteTopic(ctx, "missing")
	is(err, kerr.UnknownTopicOrPartition)
	_, err = admin.DeleteGroup(ctx, "missing")
	is(err, kerr.GroupIDNotFound)
	is(produce([]*kgo.Record{{Topic: topic, Value: []byte(strings.Repeat("x", 5000))}}, kgo.ProducerBatchCompression(kgo.NoCompression())), kerr.MessageTooLarge)
	is(produce([]*kgo.Record{{Topic: "franz-compacted", Value: []byte("no key")}}), kerr.InvalidRecord)
}

func is(err error, expected *kerr.Error) {
	check(errors.Is(err, expected), "%v instead of %v", err, expected)
}
