package main

import (
	"debug/elf"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A budget is one target of this function with its measured value, both from the same run.
type budget struct {
	figure, target string
	// got and limit are NaN if something that they need was not measured.
	got, limit float64
	unit       string
}

func (b budget) verdict() string {
	switch {
	case math.IsNaN(b.got) || math.IsNaN(b.limit):
		return "not measured"
	case b.got <= b.limit:
		return "met"
	default:
		return "**missed**"
	}
}

const oldestGlibc = 2.34 // Amazon Linux 2023's

func budgets(r *record) []budget {
	get := func(condition, contender string, read func(figures) float64) float64 {
		if c, ran := r.condition(condition); ran {
			if f, measured := c.figures(contender); measured {
				return read(f)
			}
		}
		return math.NaN()
	}
	cold := func(f figures) float64 { return f.Cold }
	processor := func(f figures) float64 {
		if f.CpuTotal == 0 {
			return math.NaN() // processor time needs control groups
		}
		return f.CpuTotal
	}
	warm := func(f figures) float64 { return f.Warm }
	cleanUp := func(condition string, read func(cleanUpFigures) float64) float64 {
		if c, ran := r.condition(cleanUpName + condition); ran {
			if f, measured := c.cleanUpFigures("native"); measured {
				return read(f)
			}
		}
		return math.NaN()
	}
	zip, glibc := math.NaN(), math.NaN()
	if native, there := r.contender("native"); there {
		zip = mib(native.ZipSize)
		if major, minor, dotted := strings.Cut(native.Glibc, "."); dotted {
			if number, err := strconv.ParseFloat(major+"."+minor, 64); err == nil {
				glibc = number
			}
		}
	}
	rows := []budget{
		{"cold start at 256 MB", "≤ 2 × Rust", get("256", "native", cold), 2 * get("256", "rust", cold), "ms"},
		{"cold start at 256 MB", "≤ 0.12 × Go", get("256", "native", cold), 0.12 * get("256", "go", cold), "ms"},
		{"cold start, whole processor", "≤ 0.6 × Go", get("full", "native", cold), 0.6 * get("full", "go", cold), "ms"},
		{"cold start, whole processor", "≤ 0.9 × `floor-primed`", get("full", "native", cold), 0.9 * get("full", "floor-primed", cold), "ms"},
		{"cold start, page cache dropped", "≤ 0.8 × Go", get("cold-cache", "native", cold), 0.8 * get("cold-cache", "go", cold), "ms"},
		{"processor time, start to first response", "≤ 0.8 × Go", get("full", "native", processor), 0.8 * get("full", "go", processor), "ms"},
		{"warm invocation", "≤ Go", get("full", "native", warm), get("full", "go", warm), "ms"},
		{fmt.Sprintf("resident memory after %d invocations", memoryAfter), "≤ 44 MiB",
			get("full", "native", func(f figures) float64 { return f.Resident }), 44, "MiB"},
		{"`function.zip`", "≤ 16 MiB", zip, 16, "MiB"},
		{"newest glibc symbol", fmt.Sprintf("≤ %.2f", oldestGlibc), glibc, oldestGlibc, ""},
	}
	for _, concurrency := range []string{"8", "100"} {
		what := "1,000 ids cleaned up, " + concurrency + " at a time"
		rows = append(rows,
			budget{what, "≤ 1.05 × the API's time alone", cleanUp(concurrency, func(f cleanUpFigures) float64 { return f.First }),
				1.05 * cleanUp(concurrency, func(f cleanUpFigures) float64 { return f.LatencyAlone }), "ms"},
			budget{what + ": processor time a call", "≤ 0.5 ms",
				cleanUp(concurrency, func(f cleanUpFigures) float64 { return f.FirstTime }), 0.5, "ms"},
			budget{what + ": resident after five times", "≤ 1.05 × after the first",
				cleanUp(concurrency, func(f cleanUpFigures) float64 { return f.ResidentEnd }),
				1.05 * cleanUp(concurrency, func(f cleanUpFigures) float64 { return f.ResidentFirst }), "MiB"})
	}
	return rows
}

// newestGlibc returns the newest glibc version that a program's symbols need, such as "2.34"; "" for a program that is
// not linked with glibc.
func newestGlibc(program string) string {
	file, err := elf.Open(program)
	if err != nil {
		return ""
	}
	defer file.Close()
	symbols, err := file.ImportedSymbols()
	if err != nil {
		return ""
	}
	newest := 0
	for _, symbol := range symbols {
		if minor, isGlibc := strings.CutPrefix(symbol.Version, "GLIBC_2."); isGlibc {
			minor, _, _ = strings.Cut(minor, ".")
			if number, err := strconv.Atoi(minor); err == nil {
				newest = max(newest, number)
			}
		}
	}
	if newest == 0 {
		return ""
	}
	// Pad to two digits, so that the versions compare as numbers: 2.04 before 2.34.
	return fmt.Sprintf("2.%02d", newest)
}
