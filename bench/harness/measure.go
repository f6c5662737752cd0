package main

import (
	"debug/elf"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	// timeout is for one start with its invocations.
	timeout = 3 * time.Minute
	// warmInvocations follow the first in three of the starts, and memory is read after memoryAfter of them.
	warmInvocations, warmStarts, memoryAfter = 200, 3, 100
	// A process cleans up once, cold, and then some more times, in so many starts.
	laterCleanUps, cleanUpStarts = 2, 3
)

// condition is the state of the processor and of the contender's files at a start, and what is invoked.
type condition struct {
	name, title string
	// memoryMB throttles from the first next on as Lambda throttles a function of this size; 0 means no throttling.
	memoryMB int
	fresh    bool
	cleanUp  bool
}

var allConditions = []condition{
	{name: "fresh", title: "Fresh sandbox", fresh: true},
	{name: "fresh-256", title: "Fresh sandbox, at 256 MB", fresh: true, memoryMB: 256},
	{name: "warm-file", title: "Warm file"},
	{name: "warm-file-256", title: "Warm file, at 256 MB", memoryMB: 256},
	{name: "clean-up", title: "1,000 ids cleaned up", cleanUp: true},
}

// start has the figures of one start of a contender.
type start struct {
	init, first  time.Duration
	processor    time.Duration // of all threads, from start to first response
	fromDisk     int64         // bytes read from the disk meanwhile
	warm         []time.Duration
	resident     []int64       // after memoryAfter invocations, or after each clean-up
	cleanUpAlone time.Duration // what a clean-up takes if nothing but the API's own time counts
}

type bench struct {
	uploads *uploadsAPI
	groups  *cgroups
	logs    string
}

// start starts a contender once, for its first invocation and a number of later ones.
func (b *bench) start(c contender, condition condition, later int, environmentToo ...string) (result start, err error) {
	logFile := filepath.Join(b.logs, c.name+"."+condition.name+".log")
	log, err := os.Create(logFile)
	if err != nil {
		return result, err
	}
	defer log.Close()
	defer func() {
		if content, _ := os.ReadFile(logFile); err != nil && len(content) > 0 {
			err = fmt.Errorf("%w; its output: %s", err, strings.ReplaceAll(string(content[max(0, len(content)-600):]), "\n", " "))
		}
	}()
	what := oneCall
	if condition.cleanUp {
		what = cleanUp()
	}
	lambda, err := startRuntimeAPI(what, 1+later)
	if err != nil {
		return result, err
	}
	defer lambda.server.Close()
	var group *cgroup
	if b.groups != nil {
		if group, err = b.groups.make(); err != nil {
			return result, err
		}
		defer group.remove()
	}
	memoryMB := condition.memoryMB
	if memoryMB == 0 {
		memoryMB = wholeProcessorMB
	}
	process, err := prepare(c, append(environment(c, lambda.address, memoryMB, b.uploads), environmentToo...), group, log)
	if err != nil {
		return result, err
	}
	defer process.end()
	b.uploads.reset(what.latency)

	lambda.onFirstNext = func() {
		if condition.memoryMB != 0 {
			if err := group.throttle(condition.memoryMB); err != nil {
				lambda.finish(err)
			}
		}
	}
	lambda.onResponse = func(number int) {
		if number == 1 {
			result.processor, result.fromDisk = process.processorTime(), process.readFromDisk()
		}
		if condition.cleanUp || number == memoryAfter {
			result.resident = append(result.resident, process.resident())
		}
	}
	if condition.fresh {
		if err := evict(c.app); err != nil {
			return result, err
		}
	}
	runtime.GC() // Now rather than during the measurement.
	started, err := process.release()
	if err != nil {
		return result, err
	}
	select {
	case <-lambda.done:
	case <-process.exited:
		return result, fmt.Errorf("it exited: %s", process.command.ProcessState)
	case <-time.After(timeout):
		return result, fmt.Errorf("it did not finish within %s", timeout)
	}
	lambda.lock.Lock()
	defer lambda.lock.Unlock()
	calls := b.uploads.calls.Load()
	if lambda.failure != nil {
		return result, lambda.failure
	} else if calls != int64(what.calls*(1+later)) {
		return result, fmt.Errorf("it called the API %d times in %d invocations", calls, 1+later)
	}
	if condition.cleanUp {
		result.cleanUpAlone = time.Duration(b.uploads.waited.Load()/calls) * cleanUpSize / cleanUpConcurrency
	}
	result.init, result.first, result.warm = lambda.firstNext.Sub(started), lambda.durations[0], lambda.durations[1:]
	return result, nil
}

// measured has the starts of all contenders under one condition.
type measured struct {
	condition
	began    time.Time
	load     string // of the machine, over the minute before
	starts   map[string][]start
	failures map[string]string
}

// measure starts the contenders in turn, so that a change in the machine's speed affects all of them.
func (b *bench) measure(condition condition, contenders []contender, starts int) measured {
	load, _ := os.ReadFile("/proc/loadavg")
	m := measured{condition: condition, began: time.Now(), load: strings.Fields(string(load))[0],
		starts: map[string][]start{}, failures: map[string]string{}}
	if condition.memoryMB != 0 && b.groups == nil {
		return m
	}
	if condition.cleanUp {
		starts = min(starts, cleanUpStarts)
		contenders = slices.DeleteFunc(slices.Clone(contenders), func(c contender) bool { return c.zip == "" || c.credentials != "" })
	}
	each := max(1, starts/warmStarts)
	for round := range starts {
		for _, c := range contenders {
			if m.failures[c.name] != "" {
				continue
			}
			later := 0
			if condition.cleanUp {
				later = laterCleanUps
			} else if round%each == 0 && round/each < warmStarts {
				later = warmInvocations
			}
			var one start
			var err error
			if !condition.fresh { // Another start right before, since some kernels evict what was not used for seconds.
				_, err = b.start(c, allConditions[2], 0)
			}
			if err == nil {
				one, err = b.start(c, condition, later)
			}
			if err != nil {
				progress("%s: %s failed: %s", condition.name, c.name, err)
				m.failures[c.name] = err.Error()
				continue
			}
			m.starts[c.name] = append(m.starts[c.name], one)
		}
		progress("%s: %d of %d", condition.name, round+1, starts)
	}
	return m
}

// touched returns how many bytes of its executable a contender touches in a start and a call: with its list of pages emptied and
// without read-ahead, they are what the page cache has afterwards.
func (b *bench) touched(c contender, prefetch string) (int64, error) {
	preload := filepath.Join(b.logs, "no-read-ahead.so")
	source := filepath.Join(prefetch, "no-read-ahead.c")
	if output, err := exec.Command("cc", "-O2", "-shared", "-fPIC", "-o", preload, source).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w", output, err)
	}
	program, err := os.ReadFile(c.command[0])
	if err != nil {
		return 0, err
	}
	file, err := elf.Open(c.command[0])
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if section := file.Section(".prefetch"); section != nil {
		clear(program[section.Offset : section.Offset+section.Size])
	}
	c.app = filepath.Join(b.logs, "touched")
	c.command = []string{filepath.Join(c.app, "bootstrap")}
	os.MkdirAll(c.app, 0o755)
	if err := os.WriteFile(c.command[0], program, 0o755); err != nil {
		return 0, err
	}
	if _, err := b.start(c, allConditions[0], 0, "LD_PRELOAD="+preload); err != nil {
		return 0, err
	}
	copied, err := os.Open(c.command[0])
	if err != nil {
		return 0, err
	}
	defer copied.Close()
	return inMemory(copied)
}

// figure returns the median of a figure of a contender's starts, NaN if there are none.
func (m measured) figure(contender string, read func(start) []float64) float64 {
	var values []float64
	if m.failures[contender] == "" {
		for _, one := range m.starts[contender] {
			values = append(values, read(one)...)
		}
	}
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func mib(bytes int64) float64    { return float64(bytes) / (1 << 20) }
func mb(bytes int64) float64     { return float64(bytes) / 1e6 }
