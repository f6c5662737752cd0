package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// runtimeAPI is the Lambda Runtime API for one start of one contender. Its handlers read all clocks, as close to the
// network as possible; slower work is done outside of the measured times.
type runtimeAPI struct {
	address string
	server  *http.Server

	// onFirstNext and onResponse are called while the process waits for the response, outside of the measured times.
	onFirstNext func()
	onResponse  func(number int)
	what        invocation
	invocations int

	lock      sync.Mutex
	firstNext time.Time
	handedOut time.Time
	durations []time.Duration
	failure   error
	done      chan struct{}
	finished  bool
}

// invocation is what a contender is invoked with, and what it has to do.
type invocation struct {
	event string
	// check returns an error if the response is not what the event asks for.
	check func(response []byte) error
	// calls is the number of calls of the Uploads API that it takes.
	calls int
	// latency is how long the API takes for each.
	latency time.Duration
	// env is added to the environment of the contender.
	env []string
}

var oneCall = invocation{event: `"` + uploadID + `"`, check: checkUpload, calls: 1}

const (
	invocationPath = "/2018-06-01/runtime/invocation/"
	initErrorPath  = "/2018-06-01/runtime/init/error"
)

// startRuntimeAPI serves an invocation several times, one after the other, and then closes done.
func startRuntimeAPI(what invocation, invocations int) (*runtimeAPI, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	api := &runtimeAPI{
		address:     listener.Addr().String(),
		what:        what,
		invocations: invocations,
		durations:   make([]time.Duration, 0, invocations),
		done:        make(chan struct{}),
	}
	api.server = &http.Server{Handler: http.HandlerFunc(api.serve), ErrorLog: log.New(io.Discard, "", 0)}
	go api.server.Serve(listener)
	return api, nil
}

func (api *runtimeAPI) close() {
	api.server.Close()
}

func (api *runtimeAPI) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == invocationPath+"next":
		api.next(w, r, time.Now())
	case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, invocationPath) && strings.HasSuffix(r.URL.Path, "/response"):
		body, err := io.ReadAll(r.Body)
		api.response(w, body, err, time.Now())
	case r.Method == http.MethodPost && (strings.HasPrefix(r.URL.Path, invocationPath) || r.URL.Path == initErrorPath):
		body, _ := io.ReadAll(r.Body)
		api.fail(fmt.Errorf("it reported an error to %s: %.500s", r.URL.Path, body))
		answer(w, http.StatusAccepted, []byte(`{"status":"OK"}`))
	default:
		// For instance the restore and telemetry paths, which Lambda has only if they are enabled.
		answer(w, http.StatusNotFound, []byte(`{"errorMessage":"Not found","errorType":"NotFound"}`))
	}
}

func (api *runtimeAPI) next(w http.ResponseWriter, r *http.Request, now time.Time) {
	api.lock.Lock()
	if api.finished {
		api.lock.Unlock()
		<-r.Context().Done() // No more events: waits like Lambda.
		return
	}
	if api.firstNext.IsZero() {
		api.firstNext = now
		api.onFirstNext()
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("8476a536-e9f4-11e8-9739-%012d", len(api.durations)+1))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", functionARN)
	header.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0")
	header.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(timeout).UnixMilli()))
	api.handedOut = time.Now()
	api.lock.Unlock()
	answer(w, http.StatusOK, []byte(api.what.event))
}

func (api *runtimeAPI) response(w http.ResponseWriter, body []byte, err error, now time.Time) {
	api.lock.Lock()
	defer api.lock.Unlock()
	if err == nil {
		err = api.what.check(body)
	}
	if err != nil {
		api.failLocked(err)
	}
	api.durations = append(api.durations, now.Sub(api.handedOut))
	api.onResponse(len(api.durations))
	if len(api.durations) == api.invocations {
		api.finishLocked()
	}
	answer(w, http.StatusAccepted, []byte(`{"status":"OK"}`))
}

func (api *runtimeAPI) fail(err error) {
	api.lock.Lock()
	defer api.lock.Unlock()
	api.failLocked(err)
}

func (api *runtimeAPI) failLocked(err error) {
	if api.failure == nil {
		api.failure = err
	}
	api.finishLocked()
}

func (api *runtimeAPI) finishLocked() {
	if !api.finished {
		api.finished = true
		close(api.done)
	}
}
