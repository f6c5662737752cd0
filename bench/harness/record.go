package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// record has the measurements of a run, stored as target/bench/results.json.
type record struct {
	Machine    machine
	Contenders []recordedContender
	Conditions []recordedCondition
}

type recordedContender struct {
	Name, What, Version string
	ZipSize             int64
	ZipHash             string
	Glibc               string // newest symbol version that its program needs
	Missing             string // why it could not be built or started
}

type recordedCondition struct {
	Name, Title string
	Began       time.Time
	Load        string // of the machine, over the minute before
	NotRun      string // the reason
	Note        string // a deviation from the title
	Starts      map[string][]start
	Repeated    int // starts that were repeated because of a disturbance
	Disturbed   int // starts that count despite a disturbance
	Failures    map[string]string
}

func readRecord(file string) (record, error) {
	var read record
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return read, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &read)
	}
	return read, err
}

func (r *record) write(file string) error {
	content, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

// add merges contenders with those of an earlier part of the run, which must be of the same builds.
func (r *record) add(contenders []recordedContender) error {
	for _, contender := range contenders {
		i := slices.IndexFunc(r.Contenders, func(c recordedContender) bool { return c.Name == contender.Name })
		switch {
		case i < 0:
			r.Contenders = append(r.Contenders, contender)
		case r.Contenders[i].ZipHash != contender.ZipHash:
			return fmt.Errorf("the existing results are of another build of %s: measure again without --add", contender.Name)
		default:
			r.Contenders[i] = contender
		}
	}
	slices.SortStableFunc(r.Contenders, func(a, b recordedContender) int { return place(a.Name) - place(b.Name) })
	return nil
}

// place is the position in the tables; other builds of this function follow it directly.
func place(name string) int {
	if strings.HasPrefix(name, native+"-") {
		return 1
	}
	return 2 * slices.IndexFunc(allContenders, func(c contender) bool { return c.name == name })
}

// put adds a condition, or replaces its earlier run.
func (r *record) put(measured recordedCondition) {
	r.Conditions = slices.DeleteFunc(r.Conditions, func(c recordedCondition) bool { return c.Name == measured.Name })
	r.Conditions = append(r.Conditions, measured)
	order := func(c recordedCondition) int {
		return slices.IndexFunc(allConditions, func(of condition) bool { return of.name == c.Name })
	}
	slices.SortFunc(r.Conditions, func(a, b recordedCondition) int { return order(a) - order(b) })
}

func (r *record) condition(name string) (recordedCondition, bool) {
	for _, c := range r.Conditions {
		if c.Name == name {
			return c, c.NotRun == ""
		}
	}
	return recordedCondition{}, false
}

func (r *record) contender(name string) (recordedContender, bool) {
	for _, c := range r.Contenders {
		if c.Name == name {
			return c, c.Missing == ""
		}
	}
	return recordedContender{}, false
}

// figures of one contender under one condition: medians unless stated otherwise, in milliseconds and MiB.
type figures struct {
	Init, First, Cold, ColdP99    float64
	InitTime, FirstTime, CpuTotal float64
	Warm, WarmP99                 float64
	Resident, Peak, Threads       float64
	MinorFaults, MajorFaults      float64
	ConnectedInInit               bool
	Harness                       float64 // the largest
}

func (c recordedCondition) figures(contender string) (figures, bool) {
	starts := c.Starts[contender]
	if len(starts) == 0 || c.Failures[contender] != "" {
		return figures{}, false
	}
	of := func(read func(start) float64) []float64 {
		var values []float64
		for _, s := range starts {
			values = append(values, read(s))
		}
		return values
	}
	var warm, resident, peak, threads []float64
	connected := 0
	for _, s := range starts {
		if s.ConnectedInInit {
			connected++
		}
		for _, w := range s.Warm {
			warm = append(warm, ms(w))
		}
		if s.Resident > 0 {
			resident = append(resident, mib(s.Resident))
			peak = append(peak, mib(s.Peak))
			threads = append(threads, float64(s.Threads))
		}
	}
	cold := of(func(s start) float64 { return ms(s.cold()) })
	return figures{
		Init:            median(of(func(s start) float64 { return ms(s.Init) })),
		First:           median(of(func(s start) float64 { return ms(s.First) })),
		Cold:            median(cold),
		ColdP99:         p99(cold),
		InitTime:        median(of(func(s start) float64 { return ms(s.InitTime) })),
		FirstTime:       median(of(func(s start) float64 { return ms(s.FirstTime) })),
		CpuTotal:        median(of(func(s start) float64 { return ms(s.processorTime()) })),
		Warm:            median(warm),
		WarmP99:         p99(warm),
		Resident:        median(resident),
		Peak:            median(peak),
		Threads:         median(threads),
		MinorFaults:     median(of(func(s start) float64 { return float64(s.MinorFaults) })),
		MajorFaults:     median(of(func(s start) float64 { return float64(s.MajorFaults) })),
		ConnectedInInit: 2*connected > len(starts),
		Harness:         slices.Max(of(func(s start) float64 { return ms(s.Harness) })),
	}, true
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func mib(bytes int64) float64    { return float64(bytes) / (1 << 20) }
