package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// report writes RESULTS.md.
func report(r *record, command string) string {
	var b strings.Builder
	line := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }

	line("# Results")
	line("")
	line("`%s` wrote this page. [README.md](README.md) says what is measured, and how.", command)
	line("")
	line("- Date: %s", dates(r))
	line("- Machine: %s", r.Machine)
	line("- The contenders start in turn, one after the other. Figures are medians, or p99, which of so few starts is the")
	line("  slowest. Times are in milliseconds, sizes in MiB; × compares with `native`.")
	line("")
	line("## Summary")
	line("")
	summary(line, r)
	line("")
	line("![Cold starts, on a logarithmic scale](cold-start.svg)")
	line("")
	line("## Targets")
	line("")
	line("| figure | target | limit | measured | |")
	line("|---|---|---:|---:|---|")
	for _, row := range budgets(r) {
		line("| %s | %s | %s | %s | %s |", row.figure, row.target, number(row.limit, row.unit), number(row.got, row.unit), row.verdict())
	}
	for _, condition := range r.Conditions {
		line("")
		line("## %s", condition.Title)
		line("")
		if condition.NotRun != "" {
			line("Not run: %s.", condition.NotRun)
			continue
		}
		if strings.HasPrefix(condition.Name, cleanUpName) {
			cleanUpTable(line, r, condition)
		} else {
			timings(line, r, condition)
		}
	}
	line("")
	line("## Contenders")
	line("")
	line("| | what | versions | zip, bytes | newest glibc symbol |")
	line("|---|---|---|---:|---|")
	for _, contender := range r.Contenders {
		if contender.Missing != "" {
			line("| `%s` | %s | missing: %s | | |", contender.Name, contender.What, inCell(contender.Missing))
			continue
		}
		line("| `%s` | %s | %s | %d | %s |", contender.Name, contender.What, contender.Version, contender.ZipSize, contender.Glibc)
	}
	return b.String()
}

func summary(line func(string, ...any), r *record) {
	line("| | cold start | at 256 MB | page cache dropped | warm | resident | zip |")
	line("|---|---:|---:|---:|---:|---:|---:|")
	for _, contender := range r.Contenders {
		if contender.Missing != "" {
			line("| %s | missing | | | | | |", contender.What)
			continue
		}
		cold := func(condition string) string {
			c, ran := r.condition(condition)
			if !ran {
				return "–"
			}
			if c.Failures[contender.Name] != "" {
				return "failed"
			}
			f, measured := c.figures(contender.Name)
			if !measured {
				return "–"
			}
			return milliseconds(f.Cold)
		}
		warm, resident := "–", "–"
		if c, ran := r.condition("full"); ran {
			if f, measured := c.figures(contender.Name); measured {
				warm, resident = fine(f.Warm), tenths(f.Resident)
			}
		}
		line("| %s | %s | %s | %s | %s | %s | %s |", contender.What, cold("full"), cold("256"), cold("cold-cache"),
			warm, resident, tenths(mib(contender.ZipSize)))
	}
}

func timings(line func(string, ...any), r *record, condition recordedCondition) {
	native, hasNative := condition.figures("native")
	times := func(of, by float64) string {
		if !hasNative || math.IsNaN(of) || by == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", of/by)
	}
	var rows, failures []string
	harness, count := 0.0, 0
	for _, contender := range r.Contenders {
		if reason := condition.Failures[contender.Name]; reason != "" {
			failures = append(failures, fmt.Sprintf("- `%s` failed: %s", contender.Name, reason))
			continue
		}
		f, measured := condition.figures(contender.Name)
		if !measured {
			continue
		}
		harness, count = math.Max(harness, f.Harness), len(condition.Starts[contender.Name])
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | **%s** | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %.0f | %.0f |",
			contender.Name, milliseconds(f.Init), milliseconds(f.First), milliseconds(f.Cold), milliseconds(f.ColdP99),
			times(f.Cold, native.Cold), processorTime(f.InitTime), processorTime(f.FirstTime), times(f.CpuTotal, native.CpuTotal),
			fine(f.Warm), fine(f.WarmP99), times(f.Warm, native.Warm), tenths(f.Resident), tenths(f.Peak), decimals(f.Threads, 0),
			f.MinorFaults, f.MajorFaults))
	}
	line("%d starts each, from %s on; load of the machine before: %s. Starts repeated because other processes used the", count,
		condition.Began.UTC().Format("15:04 UTC"), condition.Load)
	line("processor: %d; counted although they did: %d. Connected to the API during init: %s.", condition.Repeated,
		condition.Disturbed, connectedInInit(r, condition))
	line("")
	if condition.Note != "" {
		line("%s", condition.Note)
		line("")
	}
	line("| | init | first | cold | p99 | × | cpu init | cpu first | × | warm | p99 | × | resident | peak | threads | minor faults | major |")
	line("|---|%s", strings.Repeat("---:|", 16))
	for _, row := range rows {
		line("%s", row)
	}
	if len(failures) > 0 {
		line("")
		for _, failure := range failures {
			line("%s", failure)
		}
	}
	line("")
	line("The harness took at most %.2f ms between the first `next` and the event, which no figure includes.", harness)
}

func connectedInInit(r *record, condition recordedCondition) string {
	var names []string
	for _, contender := range r.Contenders {
		if f, measured := condition.figures(contender.Name); measured && f.ConnectedInInit {
			names = append(names, "`"+contender.Name+"`")
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

func dates(r *record) string {
	var first, last time.Time
	for _, condition := range r.Conditions {
		if first.IsZero() || condition.Began.Before(first) {
			first = condition.Began
		}
		if condition.Began.After(last) {
			last = condition.Began
		}
	}
	if first.Format(time.DateOnly) == last.Format(time.DateOnly) {
		return first.Format(time.DateOnly)
	}
	return first.Format(time.DateOnly) + " to " + last.Format(time.DateOnly)
}

func milliseconds(value float64) string {
	if value >= 99.95 {
		return fmt.Sprintf("%.0f", value)
	}
	return tenths(value)
}

func processorTime(value float64) string {
	if value == 0 {
		return "–"
	}
	return milliseconds(value)
}

func tenths(value float64) string { return decimals(value, 1) }
func fine(value float64) string   { return decimals(value, 2) }

func decimals(value float64, digits int) string {
	if math.IsNaN(value) {
		return "–"
	}
	return fmt.Sprintf("%.*f", digits, value)
}

func number(value float64, unit string) string {
	if math.IsNaN(value) {
		return "–"
	}
	return strings.TrimSpace(fmt.Sprintf("%.2f %s", value, unit))
}

func inCell(text string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(text)
}
