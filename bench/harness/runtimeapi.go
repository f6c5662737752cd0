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

// runtimeAPI is the Lambda Runtime API for one start of one contender. It reads the clocks as close to the network as possible;
// slower work is done outside of the measured times.
type runtimeAPI struct {
	address string
	server  *http.Server
	what    invocation
	count   int
	// onFirstNext and onResponse are called while the process waits for the response, outside of the measured times.
	onFirstNext func()
	onResponse  func(number int)

	lock      sync.Mutex
	firstNext time.Time
	handedOut time.Time
	durations []time.Duration
	failure   error
	finished  bool
	done      chan struct{}
}

// invocation is what a contender is invoked with, and what it has to do.
type invocation struct {
	event string
	// check returns an error if the response is not what the event asks for.
	check func(response []byte) error
	// calls is the number of calls of the Uploads API that it takes, and latency how long the API takes for each.
	calls   int
	latency time.Duration
}

const invocationPath = "/2018-06-01/runtime/invocation/"

// startRuntimeAPI serves an invocation several times, one after the other, and then closes done.
func startRuntimeAPI(what invocation, count int) (*runtimeAPI, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	api := &runtimeAPI{address: listener.Addr().String(), what: what, count: count, done: make(chan struct{})}
	api.server = &http.Server{Handler: http.HandlerFunc(api.serve), ErrorLog: log.New(io.Discard, "", 0)}
	go api.server.Serve(listener)
	return api, nil
}

func (api *runtimeAPI) serve(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	switch {
	case r.URL.Path == invocationPath+"next":
		api.next(w, r, now)
	case strings.HasPrefix(r.URL.Path, invocationPath) && strings.HasSuffix(r.URL.Path, "/response"):
		body, err := io.ReadAll(r.Body)
		api.response(body, err, time.Now())
		answer(w, http.StatusAccepted, `{"status":"OK"}`)
	case strings.HasSuffix(r.URL.Path, "/error"):
		body, _ := io.ReadAll(r.Body)
		api.lock.Lock()
		defer api.lock.Unlock()
		api.finish(fmt.Errorf("it reported an error to %s: %.500s", r.URL.Path, body))
		answer(w, http.StatusAccepted, `{"status":"OK"}`)
	default: // The restore and telemetry paths, which Lambda has only if they are enabled.
		answer(w, http.StatusNotFound, `{"errorMessage":"Not found","errorType":"NotFound"}`)
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
	header.Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("8476a536-e9f4-11e8-9739-%012d", len(api.durations)+1))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", functionARN)
	header.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0")
	header.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(timeout).UnixMilli()))
	api.handedOut = time.Now()
	api.lock.Unlock()
	answer(w, http.StatusOK, api.what.event)
}

func (api *runtimeAPI) response(body []byte, err error, now time.Time) {
	api.lock.Lock()
	defer api.lock.Unlock()
	if err == nil {
		err = api.what.check(body)
	}
	api.durations = append(api.durations, now.Sub(api.handedOut))
	api.onResponse(len(api.durations))
	if err != nil || len(api.durations) == api.count {
		api.finish(err)
	}
}

func (api *runtimeAPI) finish(err error) {
	if !api.finished {
		api.finished, api.failure = true, err
		close(api.done)
	}
}

// answer writes head and body in one segment: if the length is known, net/http sends both when the handler returns.
func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	io.WriteString(w, body)
}
