package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// The time limit for one start with its invocations.
const timeout = 3 * time.Minute

// memoryAfter is the number of invocations after which memory and threads are read.
const memoryAfter = 100

// condition is the state of processor and page cache during a start, and what is invoked.
type condition struct {
	name, title string
	// memoryMB throttles from the first next on as Lambda throttles a function of this size; 0 means no throttling.
	memoryMB  int
	coldCache bool
	// cleanUp is the clean-up that is invoked instead of one call, which only this function has.
	cleanUp *cleanUp
}

var allConditions = []condition{
	{name: "full", title: "Whole processor"},
	{name: "512", title: "At 512 MB", memoryMB: 512},
	{name: "256", title: "At 256 MB", memoryMB: 256},
	{name: "128", title: "At 128 MB", memoryMB: 128},
	{name: "cold-cache", title: "Whole processor, page cache dropped before each start", coldCache: true},
	{name: cleanUpName + "8", title: "1,000 ids cleaned up, 8 at a time", cleanUp: &cleanUp{concurrency: 8}},
	{name: cleanUpName + "100", title: "1,000 ids cleaned up, 100 at a time", cleanUp: &cleanUp{concurrency: 100}},
}

// start has the figures of one start of a contender. Its fields are exported for JSON.
type start struct {
	Init, First             time.Duration
	InitTime, FirstTime     time.Duration // of the processor
	MinorFaults             int64
	MajorFaults             int64
	ConnectedInInit         bool
	Others                  time.Duration // processor time of other processes from start to first response
	Harness                 time.Duration // spent by the harness between first next and event, in no other figure
	Warm                    []time.Duration
	Resident, Peak, Threads int64
	CleanUps                *cleanUps `json:",omitempty"`
}

func (s start) cold() time.Duration          { return s.Init + s.First }
func (s start) processorTime() time.Duration { return s.InitTime + s.FirstTime }

type bench struct {
	repository string
	uploads    *uploadsAPI
	groups     *cgroups
	logs       string
	patience   time.Duration
}

// start starts a contender once, for its first invocation and a number of warm ones.
func (b *bench) start(contender built, condition condition, warm int) (result start, err error) {
	logFile := filepath.Join(b.logs, contender.name+"."+condition.name+".log")
	log, err := os.Create(logFile)
	if err != nil {
		return start{}, err
	}
	defer log.Close()
	what := oneCall
	if condition.cleanUp != nil {
		what = condition.cleanUp.invocation()
	}
	runtimeAPI, err := startRuntimeAPI(what, 1+warm)
	if err != nil {
		return start{}, err
	}
	defer runtimeAPI.close()
	var group *cgroup
	if b.groups != nil {
		if group, err = b.groups.make(); err != nil {
			return start{}, err
		}
		defer group.remove()
	}
	memoryMB := condition.memoryMB
	if memoryMB == 0 {
		memoryMB = wholeProcessorMB
	}
	process, err := prepare(contender, runtimeAPI, b.uploads, memoryMB, what.env, group, log)
	if err != nil {
		return start{}, err
	}
	defer process.end()
	b.uploads.reset(what.latency)

	var othersBefore time.Duration
	check := func(err error) {
		if err != nil {
			runtimeAPI.failLocked(err)
		}
	}
	runtimeAPI.onFirstNext = func() {
		var err error
		if condition.memoryMB != 0 {
			check(group.throttle(condition.memoryMB))
		}
		result.InitTime, err = process.processorTime()
		check(err)
		result.ConnectedInInit = b.uploads.connections.Load() > 0
	}
	runtimeAPI.onResponse = func(number int) {
		if number == 1 {
			total, err := process.processorTime()
			check(err)
			result.FirstTime = total - result.InitTime
			if b.groups != nil {
				othersAfter, err := b.othersTime()
				check(err)
				result.Others = othersAfter - othersBefore - total
			}
			faults, err := process.faultsSinceStart()
			check(err)
			result.MinorFaults, result.MajorFaults = faults.minor, faults.major
			result.Harness = runtimeAPI.handedOut.Sub(runtimeAPI.firstNext)
		}
		if condition.cleanUp != nil {
			check(result.afterCleanUp(number, process, b.uploads))
		} else if warm > 0 && number == min(memoryAfter, 1+warm) {
			memory, err := process.memory()
			check(err)
			result.Resident, result.Peak, result.Threads = memory.resident, memory.peak, memory.threads
		}
	}

	if condition.coldCache {
		if err := dropPageCache(contender); err != nil {
			return start{}, err
		}
	}
	runtime.GC() // Now rather than during the measurement.
	if b.groups != nil {
		if othersBefore, err = b.othersTime(); err != nil {
			return start{}, err
		}
	}
	started, err := process.release()
	if err != nil {
		return start{}, err
	}
	select {
	case <-runtimeAPI.done:
	case <-process.exited:
		return start{}, fmt.Errorf("it exited: %s%s", process.command.ProcessState, tail(logFile))
	case <-time.After(timeout):
		return start{}, fmt.Errorf("it did not finish within %s%s", timeout, tail(logFile))
	}
	runtimeAPI.lock.Lock()
	defer runtimeAPI.lock.Unlock()
	if runtimeAPI.failure != nil {
		return start{}, fmt.Errorf("%w%s", runtimeAPI.failure, tail(logFile))
	}
	if calls := b.uploads.calls.Load(); calls != int64(what.calls*(1+warm)) {
		return start{}, fmt.Errorf("it called the API %d times in %d invocations", calls, 1+warm)
	}
	result.Init = runtimeAPI.firstNext.Sub(started)
	result.First = runtimeAPI.durations[0]
	result.Warm = runtimeAPI.durations[1:]
	return result, nil
}

const dropCaches = "/proc/sys/vm/drop_caches"

func mayDropAll() bool {
	file, err := os.OpenFile(dropCaches, os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	return file.Close() == nil
}

// dropPageCache makes the next start read files from disk, as in a new sandbox: all files if the harness runs as root,
// otherwise only the contender's own.
func dropPageCache(contender built) error {
	syscall.Sync()
	if mayDropAll() {
		return os.WriteFile(dropCaches, []byte("3"), 0)
	}
	return filepath.Walk(contender.App, func(name string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		const dontNeed = 4
		if _, _, code := syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, dontNeed, 0, 0); code != 0 {
			return code
		}
		return nil
	})
}

func tail(logFile string) string {
	content, err := os.ReadFile(logFile)
	text := strings.TrimSpace(string(content))
	if err != nil || text == "" {
		return ""
	}
	if len(text) > 600 {
		text = "… " + text[len(text)-600:]
	}
	return "; its output: " + strings.ReplaceAll(text, "\n", " | ")
}
