package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// machine describes the machine that a run was measured on.
type machine struct {
	Processor, Kernel, System string
	Processors                int
	MemoryGiB                 float64
}

func thisMachine() machine {
	return machine{
		Processor:  valueOf("/proc/cpuinfo", "model name", ":"),
		Processors: runtime.NumCPU(),
		MemoryGiB:  memoryGiB(),
		Kernel:     strings.TrimSpace(contentOf("/proc/sys/kernel/osrelease")),
		System:     strings.Trim(valueOf("/etc/os-release", "PRETTY_NAME", "="), `"`),
	}
}

func (m machine) String() string {
	return fmt.Sprintf("%d × %s, %.0f GiB, Linux %s, %s", m.Processors, m.Processor, m.MemoryGiB, m.Kernel, m.System)
}

func memoryGiB() float64 {
	fields := strings.Fields(valueOf("/proc/meminfo", "MemTotal", ":"))
	if len(fields) == 0 {
		return math.NaN()
	}
	kilobytes, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return math.NaN()
	}
	return kilobytes / (1 << 20)
}

func load() string {
	first, _, _ := strings.Cut(contentOf("/proc/loadavg"), " ")
	return first
}

func valueOf(file, name, separator string) string {
	for _, line := range strings.Split(contentOf(file), "\n") {
		if key, value, found := strings.Cut(line, separator); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func contentOf(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return string(content)
}
