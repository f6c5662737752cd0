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

func TestInitIsComparedWithTheFloorThatConnectsAtTheSameTime(t *testing.T) {
	for connected, floor := range map[bool]float64{false: 5, true: 13} {
		condition := recordedCondition{Name: "full", Starts: map[string][]start{
			"native":       {{Init: 20 * time.Millisecond, ConnectedInInit: connected}},
			"floor":        {{Init: 5 * time.Millisecond}},
			"floor-primed": {{Init: 13 * time.Millisecond, ConnectedInInit: true}},
		}}
		for _, row := range budgets(&record{Conditions: []recordedCondition{condition}}) {
			if row.figure == "init" && row.limit != 2*floor {
				t.Errorf("connected in init: %t: the limit is %v", connected, row.limit)
			}
		}
	}
}
