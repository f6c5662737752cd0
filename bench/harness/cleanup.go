package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// cleanUpSize is the largest number of ids that the function takes.
	cleanUpSize = 1000
	cleanUpID   = "upload_cleanup_"
	// cleanUpLatency is how long the Uploads API takes for each of them.
	cleanUpLatency = 50 * time.Millisecond
	// A process cleans up once, cold, and then some more times, in so many starts.
	laterCleanUps = 4
	cleanUpStarts = 3
	// cleanUpName begins the names of the conditions.
	cleanUpName = "clean-up-"
)

// cleanUp is an invocation of the function cleanUpUploads.
type cleanUp struct {
	concurrency int
}

func (c cleanUp) invocation() invocation {
	ids := make([]string, cleanUpSize)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s%04d", cleanUpID, i)
	}
	event, err := json.Marshal(map[string][]string{"uploadIds": ids})
	if err != nil {
		panic(err)
	}
	return invocation{
		event: string(event), check: checkCleanUp, calls: cleanUpSize, latency: cleanUpLatency,
		env: []string{"QUARKUS_FUNQY_EXPORT=cleanUpUploads", fmt.Sprintf("CLEAN_UP_CONCURRENCY=%d", c.concurrency)},
	}
}

// latencyAlone is what a clean-up takes if nothing but the API's own time counts.
func (c cleanUp) latencyAlone(each time.Duration) time.Duration {
	return each * cleanUpSize / time.Duration(c.concurrency)
}

// checkCleanUp returns an error if the report of a clean-up is not that everything was cancelled.
func checkCleanUp(response []byte) error {
	var report struct {
		Cancelled               []string
		Final, Failed, NotTried []any
	}
	if err := json.Unmarshal(response, &report); err != nil {
		return fmt.Errorf("the report of the clean-up is not JSON: %w: %.300s", err, response)
	}
	if len(report.Cancelled) != cleanUpSize || len(report.Final)+len(report.Failed)+len(report.NotTried) > 0 {
		return fmt.Errorf("the clean-up has not cancelled everything: %.300s", response)
	}
	return nil
}

// cleanUps has the figures of a start that cleaned up several times.
type cleanUps struct {
	// Latency is what a call took in the mock of the API: the mean over all calls.
	Latency time.Duration
	// Processor is the processor time from the first event on, after each clean-up.
	Processor []time.Duration
	// Resident is the resident memory after each clean-up, in bytes.
	Resident []int64
}

func (s *start) afterCleanUp(number int, process *process, uploads *uploadsAPI) error {
	if s.CleanUps == nil {
		s.CleanUps = &cleanUps{}
	}
	total, err := process.processorTime()
	if err != nil {
		return err
	}
	memory, err := process.memory()
	if err != nil {
		return err
	}
	s.CleanUps.Processor = append(s.CleanUps.Processor, total-s.InitTime)
	s.CleanUps.Resident = append(s.CleanUps.Resident, memory.resident)
	s.CleanUps.Latency = time.Duration(uploads.waited.Load() / uploads.calls.Load())
	s.Resident, s.Peak, s.Threads = memory.resident, memory.peak, memory.threads
	return nil
}

// cleanUpFigures are the medians over the starts of a contender, in milliseconds and MiB.
type cleanUpFigures struct {
	// LatencyAlone is what the clean-up would take without anything else.
	LatencyAlone float64
	// First is the clean-up of a cold process without its init, Later those that follow.
	First, Later float64
	// FirstTime and LaterTime are processor time for each call.
	FirstTime, LaterTime       float64
	ResidentFirst, ResidentEnd float64
	Peak                       float64
}

func (c recordedCondition) cleanUpFigures(contender string) (cleanUpFigures, bool) {
	starts := slices.DeleteFunc(slices.Clone(c.Starts[contender]), func(s start) bool { return s.CleanUps == nil })
	i := slices.IndexFunc(allConditions, func(of condition) bool { return of.name == c.Name })
	if len(starts) == 0 || c.Failures[contender] != "" || i < 0 || allConditions[i].cleanUp == nil {
		return cleanUpFigures{}, false
	}
	of := func(read func(start) float64) float64 {
		var values []float64
		for _, s := range starts {
			values = append(values, read(s))
		}
		return median(values)
	}
	later := func(s start) float64 {
		var values []float64
		for _, w := range s.Warm {
			values = append(values, ms(w))
		}
		return median(values)
	}
	last := laterCleanUps
	return cleanUpFigures{
		LatencyAlone: of(func(s start) float64 { return ms(allConditions[i].cleanUp.latencyAlone(s.CleanUps.Latency)) }),
		First:        of(func(s start) float64 { return ms(s.First) }),
		Later:        of(later),
		FirstTime:    of(func(s start) float64 { return ms(s.CleanUps.Processor[0]) / cleanUpSize }),
		LaterTime: of(func(s start) float64 {
			return ms(s.CleanUps.Processor[last]-s.CleanUps.Processor[0]) / float64(last*cleanUpSize)
		}),
		ResidentFirst: of(func(s start) float64 { return mib(s.CleanUps.Resident[0]) }),
		ResidentEnd:   of(func(s start) float64 { return mib(s.CleanUps.Resident[last]) }),
		Peak:          of(func(s start) float64 { return mib(s.Peak) }),
	}, true
}

// cleanUpTable writes the figures of a clean-up.
func cleanUpTable(line func(string, ...any), r *record, condition recordedCondition) {
	count := 0
	for _, starts := range condition.Starts {
		count = max(count, len(starts))
	}
	line("%d starts each, with %d clean-ups one after the other, from %s on; load of the machine before: %s. The mock of the", count,
		1+laterCleanUps, condition.Began.UTC().Format("15:04 UTC"), condition.Load)
	line("API waits %d ms before it answers each call. × compares with what its time alone takes.", cleanUpLatency.Milliseconds())
	line("")
	line("| | its time alone | first | × | later | × | cpu a call, first | later | resident after the first | after the last | peak |")
	line("|---|%s", strings.Repeat("---:|", 10))
	for _, contender := range r.Contenders {
		if reason := condition.Failures[contender.Name]; reason != "" {
			line("| `%s` failed: %s |%s", contender.Name, inCell(reason), strings.Repeat(" |", 10))
		}
		f, measured := condition.cleanUpFigures(contender.Name)
		if !measured {
			continue
		}
		line("| `%s` | %s | **%s** | %s | %s | %s | %s | %s | %s | %s | %s |", contender.Name, milliseconds(f.LatencyAlone),
			milliseconds(f.First), fine(f.First/f.LatencyAlone), milliseconds(f.Later), fine(f.Later/f.LatencyAlone),
			fine(f.FirstTime), fine(f.LaterTime), tenths(f.ResidentFirst), tenths(f.ResidentEnd), tenths(f.Peak))
	}
}
