package main

import (
	"math"
	"testing"
)

func TestTheMedianIsTheValueInTheMiddle(t *testing.T) {
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("median is %v, not 5", got)
	}
}

func TestTheMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle(t *testing.T) {
	if got := median([]float64{9, 1, 5, 6}); got != 5.5 {
		t.Errorf("median is %v, not 5.5", got)
	}
}

func TestTheMedianOfNothingIsNotANumber(t *testing.T) {
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median is %v", got)
	}
}

func TestAtMostOneInAHundredExceedsTheP99(t *testing.T) {
	var values []float64
	for i := 200; i > 0; i-- {
		values = append(values, float64(i))
	}
	if got := p99(values); got != 198 {
		t.Errorf("p99 is %v, not 198", got)
	}
}

func TestTheP99OfAFewIsTheLargest(t *testing.T) {
	if got := p99([]float64{3, 8, 5}); got != 8 {
		t.Errorf("p99 is %v, not 8", got)
	}
}
