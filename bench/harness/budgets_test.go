package main

import (
	"math"
	"testing"
	"time"
)

func TestABudgetThatIsReachedIsMet(t *testing.T) {
	if got := (budget{got: 14, limit: 14}).verdict(); got != "met" {
		t.Error(got)
	}
}

func TestABudgetThatIsExceededIsMissed(t *testing.T) {
	if got := (budget{got: 14.01, limit: 14}).verdict(); got != "**missed**" {
		t.Error(got)
	}
}

func TestABudgetIsNotMetByWhatWasNotMeasured(t *testing.T) {
	for _, b := range []budget{{got: math.NaN(), limit: 14}, {got: 1, limit: math.NaN()}} {
		if got := b.verdict(); got != "not measured" {
			t.Error(got)
		}
	}
}

func TestTheFirstCleanUpIsComparedWithWhatTheMeasuredLatencyAloneTakes(t *testing.T) {
	condition := recordedCondition{Name: "clean-up-8", Starts: map[string][]start{"native": {{
		InitTime: 20 * time.Millisecond, First: 7 * time.Second, Warm: []time.Duration{6 * time.Second},
		CleanUps: &cleanUps{
			Latency:   52 * time.Millisecond,
			Processor: []time.Duration{300 * time.Millisecond, 500 * time.Millisecond, 700 * time.Millisecond, 900 * time.Millisecond, 1100 * time.Millisecond},
			Resident:  []int64{40 << 20, 41 << 20, 42 << 20, 43 << 20, 44 << 20},
		},
	}}}}
	rows := map[string]budget{}
	for _, row := range budgets(&record{Conditions: []recordedCondition{condition}}) {
		rows[row.figure] = row
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 1e-6 }
	if row := rows["1,000 ids cleaned up, 8 at a time"]; !near(row.got, 7000) || !near(row.limit, 1.05*6500) {
		t.Errorf("time: %+v", row)
	}
	if row := rows["1,000 ids cleaned up, 8 at a time: processor time a call"]; !near(row.got, 0.3) {
		t.Errorf("processor time: %+v", row)
	}
	if row := rows["1,000 ids cleaned up, 8 at a time: resident after five times"]; !near(row.got, 44) || !near(row.limit, 42) {
		t.Errorf("memory: %+v", row)
	}
	if row := rows["1,000 ids cleaned up, 100 at a time"]; row.verdict() != "not measured" {
		t.Errorf("not measured: %+v", row)
	}
}
