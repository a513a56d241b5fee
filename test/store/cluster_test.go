// Package store_test runs the store's suite against a real etcd cluster, whose
// server this module requires so that users of Gatehouse do not.
package store_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"

	"github.com/gatehouse-iam/gatehouse/internal/store/etcd"
)

const members = 3

// cluster is an etcd cluster of three members in this process.
type cluster struct {
	folder  string
	clients [members]url.URL
	peers   [members]url.URL
	running [members]*embed.Etcd
}

// startCluster starts a cluster that ends with the test.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{folder: t.TempDir()}
	addresses := freeAddresses(t, 2*members)
	for i := range members {
		c.clients[i] = url.URL{Scheme: "http", Host: addresses[2*i]}
		c.peers[i] = url.URL{Scheme: "http", Host: addresses[2*i+1]}
	}
	c.start(t)
	t.Cleanup(c.stop)
	return c
}

func freeAddresses(t *testing.T, n int) []string {
	t.Helper()
	addresses := make([]string, n)
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		addresses[i] = l.Addr().String()
	}
	return addresses
}

// start starts all members, which only together become ready.
func (c *cluster) start(t *testing.T) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range members {
		wg.Go(func() { c.startMember(t, i) })
	}
	wg.Wait()
}

func (c *cluster) startMember(t *testing.T, i int) {
	config := embed.NewConfig()
	config.Name = fmt.Sprint("m", i)
	config.Dir = filepath.Join(c.folder, config.Name)
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{c.clients[i]}, []url.URL{c.clients[i]}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{c.peers[i]}, []url.URL{c.peers[i]}
	config.InitialCluster = fmt.Sprintf("m0=%s,m1=%s,m2=%s", &c.peers[0], &c.peers[1], &c.peers[2])
	config.TickMs, config.ElectionMs = 50, 500
	config.UnsafeNoFsync = true // a stopped member is not a power cut
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	server, err := embed.StartEtcd(config)
	if err != nil {
		t.Errorf("member %d: %v", i, err)
		return
	}
	c.running[i] = server
	select {
	case <-server.Server.ReadyNotify():
	case <-time.After(30 * time.Second):
		t.Errorf("member %d is not ready", i)
	}
}

func (c *cluster) stop() {
	var wg sync.WaitGroup
	for i := range members {
		wg.Go(func() { c.stopMember(i) })
	}
	wg.Wait()
}

// stopMember stops a member without a word to the others.
func (c *cluster) stopMember(i int) {
	if server := c.running[i]; server != nil {
		server.Server.HardStop()
		server.Close()
		c.running[i] = nil
	}
}

// leader is the member that leads.
func (c *cluster) leader(t *testing.T) int {
	t.Helper()
	for i, server := range c.running {
		if server != nil && server.Server.Leader() == server.Server.MemberID() {
			return i
		}
	}
	t.Fatal("nobody leads")
	return 0
}

// open opens a store by some of the members; it ends with the test.
func (c *cluster) open(t *testing.T, prefix string, by ...int) *etcd.Store {
	t.Helper()
	var endpoints []string
	for _, i := range by {
		endpoints = append(endpoints, c.clients[i].String())
	}
	s, err := etcd.Open(t.Context(), endpoints, prefix, etcd.Options{DialTimeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// client is etcd's own, to do what the store does not.
func (c *cluster) client(t *testing.T) *clientv3.Client {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{c.clients[0].String()}, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// compact makes the history before a revision too old on every member.
func compact(ctx context.Context, client *clientv3.Client, revision int64) error {
	_, err := client.Compact(ctx, revision, clientv3.WithCompactPhysical())
	return err
}
