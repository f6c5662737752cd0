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
	initial := func(f figures) float64 { return f.Init }
	warm := func(f figures) float64 { return f.Warm }
	// The lower of the two floors.
	floor := func(read func(figures) float64) float64 {
		return math.Min(get("full", "floor", read), get("full", "floor-primed", read))
	}
	primedAlike := "floor"
	if full, ran := r.condition("full"); ran {
		if f, measured := full.figures("native"); measured && f.ConnectedInInit {
			primedAlike = "floor-primed"
		}
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
	return []budget{
		{"cold start at 256 MB", "≤ 0.25 × Go", get("256", "native", cold), 0.25 * get("256", "go", cold), "ms"},
		{"cold start at 256 MB", "≤ 2 × Rust", get("256", "native", cold), 2 * get("256", "rust", cold), "ms"},
		{"cold start, whole processor", "≤ Go", get("full", "native", cold), get("full", "go", cold), "ms"},
		{"cold start, whole processor", "≤ 1.5 × the floor", get("full", "native", cold), 1.5 * floor(cold), "ms"},
		{"init", "≤ 2 × `" + primedAlike + "`", get("full", "native", initial), 2 * get("full", primedAlike, initial), "ms"},
		{"processor time, start to first response", "≤ 1.5 × the floor", get("full", "native", processor), 1.5 * floor(processor), "ms"},
		{"warm invocation", "≤ 1.2 × Go", get("full", "native", warm), 1.2 * get("full", "go", warm), "ms"},
		{fmt.Sprintf("resident memory after %d invocations", memoryAfter), "≤ 40 MiB",
			get("full", "native", func(f figures) float64 { return f.Resident }), 40, "MiB"},
		{"`function.zip`", "≤ 14 MiB", zip, 14, "MiB"},
		{"newest glibc symbol", fmt.Sprintf("≤ %.2f", oldestGlibc), glibc, oldestGlibc, ""},
	}
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
