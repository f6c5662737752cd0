package main

import (
	"math"
	"slices"
)

// median returns the mean of the middle two for an even number of values, and NaN for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// p99 returns the smallest value that at least 99 % of the values do not exceed: the largest of up to 99 values.
func p99(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(math.Ceil(0.99*float64(len(sorted))))-1]
}
