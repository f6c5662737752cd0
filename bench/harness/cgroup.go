package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Lambda gives a function of 1,769 MB one full CPU, and a smaller one a proportional share, enforced in periods of 20 ms.
const (
	wholeProcessorMB = 1769
	period           = 20 * time.Millisecond
)

// cgroups makes control groups, of version 1 or 2, whichever controls the processor.
type cgroups struct {
	cpu, cpuacct string // mount points of version 1
	unified      string // of version 2
	made         int
	throttled    *cgroup
}

func findCgroups() (*cgroups, error) {
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return nil, err
	}
	found := &cgroups{}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		options := "," + fields[3] + ","
		switch {
		case fields[2] == "cgroup2":
			found.unified = fields[1]
		case fields[2] == "cgroup" && strings.Contains(options, ",cpu,"):
			found.cpu = fields[1]
		}
		if fields[2] == "cgroup" && strings.Contains(options, ",cpuacct,") {
			found.cpuacct = fields[1]
		}
	}
	if found.cpu != "" && found.cpuacct != "" {
		found.unified = ""
	} else if found.unified == "" {
		return nil, errors.New("no control groups are mounted")
	} else if err := os.WriteFile(filepath.Join(found.unified, "cgroup.subtree_control"), []byte("+cpu"), 0); err != nil {
		return nil, err
	}
	// The first group with a limit makes the kernel patch its code, which takes milliseconds. This one is made before anything
	// is measured, and stays.
	if found.throttled, err = found.make(); err == nil {
		err = found.throttled.throttle(wholeProcessorMB)
	}
	return found, err
}

func (c *cgroups) close() { c.throttled.remove() }

// cgroup is a control group around one contender: it counts the processor time of all its threads, and throttles them.
type cgroup struct {
	folders []string // of version 1: cpu, cpuacct; of version 2: one
}

func (c *cgroups) make() (*cgroup, error) {
	c.made++
	group := &cgroup{}
	for _, mount := range []string{c.unified, c.cpu, c.cpuacct} {
		if mount == "" || c.unified != "" && mount != c.unified {
			continue
		}
		folder := filepath.Join(mount, fmt.Sprintf("cancel-upload-bench-%d-%d", os.Getpid(), c.made))
		// Two controllers of version 1 may be mounted together.
		if err := os.Mkdir(folder, 0o755); err != nil && !os.IsExist(err) {
			return nil, err
		}
		group.folders = append(group.folders, folder)
	}
	// The largest weight, so that what else runs on the machine waits for the contender.
	if c.unified != "" {
		return group, write(filepath.Join(group.folders[0], "cpu.weight"), 10000)
	}
	if err := write(filepath.Join(group.folders[0], "cpu.shares"), 262144); err != nil {
		return nil, err
	}
	// Set now, so that throttling takes a single write.
	return group, write(filepath.Join(group.folders[0], "cpu.cfs_period_us"), period.Microseconds())
}

func (g *cgroup) throttle(mb int) error {
	quota := (period * time.Duration(mb) / wholeProcessorMB).Microseconds()
	if len(g.folders) == 2 {
		return write(filepath.Join(g.folders[0], "cpu.cfs_quota_us"), quota)
	}
	return os.WriteFile(filepath.Join(g.folders[0], "cpu.max"), fmt.Appendf(nil, "%d %d", quota, period.Microseconds()), 0)
}

// used returns the processor time of everything that ran in the group.
func (g *cgroup) used() (time.Duration, error) {
	if len(g.folders) == 2 {
		content, err := os.ReadFile(filepath.Join(g.folders[1], "cpuacct.usage"))
		nanoseconds, _ := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64)
		return time.Duration(nanoseconds), err
	}
	content, err := os.ReadFile(filepath.Join(g.folders[0], "cpu.stat"))
	var microseconds int64
	fmt.Sscanf(string(content), "usage_usec %d", &microseconds)
	return time.Duration(microseconds) * time.Microsecond, err
}

func (g *cgroup) add(pid int) error {
	for _, folder := range g.folders {
		if err := write(filepath.Join(folder, "cgroup.procs"), int64(pid)); err != nil {
			return err
		}
	}
	return nil
}

// remove removes the group after its processes have ended, which the kernel may need a moment to see.
func (g *cgroup) remove() {
	for _, folder := range g.folders {
		for range 100 {
			if err := os.Remove(folder); err == nil || os.IsNotExist(err) {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func write(file string, number int64) error {
	return os.WriteFile(file, strconv.AppendInt(nil, number, 10), 0)
}
