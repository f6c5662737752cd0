package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
)

// results is a run.
type results struct {
	readAhead  string
	contenders []contender
	conditions []measured
}

func (r results) figure(condition, contender string, read func(start) []float64) float64 {
	for _, m := range r.conditions {
		if m.name == condition {
			return m.figure(contender, read)
		}
	}
	return math.NaN()
}

func (r results) contender(name string) contender {
	i := slices.IndexFunc(r.contenders, func(c contender) bool { return c.name == name })
	if i < 0 {
		return contender{}
	}
	return r.contenders[i]
}

func cold(s start) []float64     { return []float64{ms(s.init + s.first)} }
func fromDisk(s start) []float64 { return []float64{mb(s.fromDisk)} }
func warm(s start) []float64 {
	var values []float64
	for _, each := range s.warm {
		values = append(values, ms(each))
	}
	return values
}
func residentLast(s start) []float64  { return resident(s, len(s.resident)-1) }
func residentFirst(s start) []float64 { return resident(s, 0) }
func resident(s start, i int) []float64 {
	if len(s.resident) == 0 {
		return nil
	}
	return []float64{mib(s.resident[i])}
}

// A budget is a target of this function with its measured value, both from this run; NaN is what was not measured.
type budget struct {
	figure, target string
	limit, got     float64
	unit           string
}

func budgets(r results) []budget {
	ours := func(condition string) float64 { return r.figure(condition, native, cold) }
	times := func(factor float64, condition, of string) float64 { return factor * r.figure(condition, of, cold) }
	this := r.contender(native)
	orNaN := func(value float64) float64 {
		if value == 0 {
			return math.NaN()
		}
		return value
	}
	alone := r.figure("clean-up", native, func(s start) []float64 { return []float64{ms(s.cleanUpAlone)} })
	cleanUp := r.figure("clean-up", native, func(s start) []float64 { return []float64{ms(s.first)} })
	return []budget{
		{"cold start in a fresh sandbox", "≤ 0.5 × Go", times(0.5, "fresh", "go"), ours("fresh"), "ms"},
		{"cold start in a fresh sandbox", "≤ 1.8 × Rust", times(1.8, "fresh", "rust"), ours("fresh"), "ms"},
		{"the same at 256 MB", "≤ 0.25 × Go", times(0.25, "fresh-256", "go"), ours("fresh-256"), "ms"},
		{"cold start, warm file", "≤ 0.6 × Go", times(0.6, "warm-file", "go"), ours("warm-file"), "ms"},
		{"cold start, warm file, at 256 MB", "≤ 0.12 × Go", times(0.12, "warm-file-256", "go"), ours("warm-file-256"), "ms"},
		{"executable", "≤ 30 MB", 30, orNaN(mb(this.execSize)), "MB"},
		{"zip", "≤ 10.5 MB", 10.5, orNaN(mb(this.zipSize)), "MB"},
		{"bytes of the executable touched by a start and one call", "≤ 9 MB", 9, orNaN(mb(this.touched)), "MB"},
		{"what a fetched secret adds to a fresh start", "≤ 12 ms", 12, r.figure("fresh", "secret", cold) - ours("fresh"), "ms"},
		{"what workload identity adds to a fresh start", "≤ 20 ms", 20, r.figure("fresh", "identity", cold) - ours("fresh"), "ms"},
		{fmt.Sprintf("resident after %d invocations", memoryAfter), "≤ 36 MiB", 36, r.figure("warm-file", native, residentLast), "MiB"},
		{"warm invocation", "≤ Go", r.figure("warm-file", "go", warm), r.figure("warm-file", native, warm), "ms"},
		{"1,000 ids cleaned up, 8 at a time", "≤ 1.05 × the API's time alone", 1.05 * alone, cleanUp, "ms"},
		{"resident after three clean-ups", "≤ 1.05 × after the first", 1.05 * r.figure("clean-up", native, residentFirst),
			r.figure("clean-up", native, residentLast), "MiB"},
	}
}

func report(r results) string {
	var b strings.Builder
	line := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	line("# Results\n\n`bench/run` wrote this page; [README.md](README.md) says what is measured, and how.\n")
	line("- Date: %s", r.conditions[0].began.UTC().Format("2006-01-02 15:04 UTC"))
	line("- Machine: %s", machine())
	line("- Read-ahead: %s", r.readAhead)
	line("- The contenders start in turn. Figures are medians, in milliseconds unless they say otherwise; × compares with `native`.\n")
	line("## Summary\n")
	line("No start on Lambda finds its file in memory: a **fresh sandbox** is the start that users feel.\n")
	line("| | fresh sandbox | at 256 MB | read from disk, MB | warm file | at 256 MB | warm call | resident, MiB | zip, MB |")
	line("|---|%s", strings.Repeat("---:|", 8))
	for _, c := range r.contenders {
		if c.missing != "" {
			line("| %s | missing | | | | | | | |", c.what)
			continue
		}
		line("| %s | %s | %s | %s | %s | %s | %s | %s | %s |", c.what, tenths(r.figure("fresh", c.name, cold)),
			tenths(r.figure("fresh-256", c.name, cold)), tenths(r.figure("fresh", c.name, fromDisk)),
			tenths(r.figure("warm-file", c.name, cold)), tenths(r.figure("warm-file-256", c.name, cold)),
			decimals(r.figure("warm-file", c.name, warm), 2), tenths(r.figure("warm-file", c.name, residentLast)), tenths(mb(c.zipSize)))
	}
	line("\n![Cold starts, on a logarithmic scale](cold-start.svg)\n\n## Targets\n")
	line("| figure | target | limit | measured | |\n|---|---|---:|---:|---|")
	for _, row := range budgets(r) {
		verdict := "met"
		if math.IsNaN(row.got) || math.IsNaN(row.limit) {
			verdict = "not measured"
		} else if row.got > row.limit {
			verdict = "**missed**"
		}
		line("| %s | %s | %s %s | %s %s | %s |", row.figure, row.target, decimals(row.limit, 2), row.unit, decimals(row.got, 2), row.unit, verdict)
	}
	for _, m := range r.conditions {
		line("\n## %s\n", m.title)
		line("%d starts each, from %s on; load of the machine before: %s.\n", longest(m), m.began.UTC().Format("15:04 UTC"), m.load)
		if m.cleanUp {
			cleanUpTable(line, r, m)
		} else {
			startTable(line, r, m)
		}
		for _, c := range r.contenders {
			if reason := m.failures[c.name]; reason != "" {
				reason, _, _ = strings.Cut(reason, "; its output:")
				line("\n`%s` failed: %s", c.name, reason)
			}
		}
	}
	line("\n## Contenders\n")
	line("| | what | versions | executable, bytes | touched by a start and a call | zip, bytes |\n|---|---|---|---:|---:|---:|")
	for _, c := range r.contenders {
		if c.missing != "" {
			line("| `%s` | %s | missing: %s | | | |", c.name, c.what, strings.NewReplacer("|", "\\|", "\n", " ").Replace(c.missing))
			continue
		}
		line("| `%s` | %s | %s | %s | %s | %d |", c.name, c.what, c.version, orDash(c.execSize), orDash(c.touched), c.zipSize)
	}
	return b.String()
}

func startTable(line func(string, ...any), r results, m measured) {
	line("| | init | first | cold | fastest | slowest | × | processor time | read from disk, MB | warm call |\n|---|%s", strings.Repeat("---:|", 9))
	ours := m.figure(native, cold)
	for _, c := range r.contenders {
		if len(m.starts[c.name]) == 0 {
			continue
		}
		var all []float64
		for _, one := range m.starts[c.name] {
			all = append(all, cold(one)...)
		}
		line("| `%s` | %s | %s | **%s** | %s | %s | %s | %s | %s | %s |", c.name,
			tenths(m.figure(c.name, func(s start) []float64 { return []float64{ms(s.init)} })),
			tenths(m.figure(c.name, func(s start) []float64 { return []float64{ms(s.first)} })),
			tenths(m.figure(c.name, cold)), tenths(slices.Min(all)), tenths(slices.Max(all)), decimals(m.figure(c.name, cold)/ours, 2),
			tenths(m.figure(c.name, func(s start) []float64 { return []float64{ms(s.processor)} })),
			decimals(m.figure(c.name, fromDisk), 2), decimals(m.figure(c.name, warm), 2))
	}
}

func cleanUpTable(line func(string, ...any), r results, m measured) {
	line("The mock waits %d ms before each answer, and %d clean-ups follow in the same process. × compares with what the mock's time alone takes.\n",
		cleanUpLatency.Milliseconds(), laterCleanUps)
	line("| | its time alone | first | × | later | resident after the first, MiB | after the last |\n|---|%s", strings.Repeat("---:|", 6))
	for _, c := range r.contenders {
		if len(m.starts[c.name]) == 0 {
			continue
		}
		alone := m.figure(c.name, func(s start) []float64 { return []float64{ms(s.cleanUpAlone)} })
		first := m.figure(c.name, func(s start) []float64 { return []float64{ms(s.first)} })
		line("| `%s` | %s | **%s** | %s | %s | %s | %s |", c.name, tenths(alone), tenths(first), decimals(first/alone, 3),
			tenths(m.figure(c.name, warm)), tenths(m.figure(c.name, residentFirst)), tenths(m.figure(c.name, residentLast)))
	}
}

func longest(m measured) int {
	count := 0
	for _, starts := range m.starts {
		count = max(count, len(starts))
	}
	return count
}

func machine() string {
	information, _ := os.ReadFile("/proc/cpuinfo")
	_, processor, _ := strings.Cut(string(information), "model name\t: ")
	processor, _, _ = strings.Cut(processor, "\n")
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return fmt.Sprintf("%d × %s, Linux %s", runtime.NumCPU(), processor, strings.TrimSpace(string(kernel)))
}

func orDash(value int64) string {
	if value == 0 {
		return "–"
	}
	return fmt.Sprint(value)
}

func tenths(value float64) string {
	if value >= 99.95 {
		return decimals(value, 0)
	}
	return decimals(value, 1)
}

func decimals(value float64, digits int) string {
	if math.IsNaN(value) {
		return "–"
	}
	return fmt.Sprintf("%.*f", digits, value)
}
