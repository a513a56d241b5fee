package server

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// metrics count calls, and tell of the process: memory, processor time, open files,
// goroutines. Successful calls are counted without a look-up.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	ok       map[*api.Operation]prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_calls_total",
			Help: "Calls answered, by service, operation and error code; code is empty for a call that went well.",
		}, []string{"service", "operation", "code"}),
		ok: map[*api.Operation]prometheus.Counter{},
	}
	m.registry.MustRegister(m.calls, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// serve prepares the counter of an operation.
func (m *metrics) serve(svc *api.Service, op *api.Operation) {
	m.ok[op] = m.calls.WithLabelValues(svc.Name, op.Name, "")
}

func (m *metrics) count(x *exchange, failure *api.Error) {
	if x.op == nil {
		code := "none"
		if failure != nil {
			code = failure.Code
		}
		m.calls.WithLabelValues("", "", code).Inc()
		return
	}
	if failure == nil {
		m.ok[x.op.api].Inc()
		return
	}
	m.calls.WithLabelValues(x.op.svc.Name, x.op.api.Name, failure.Code).Inc()
}
