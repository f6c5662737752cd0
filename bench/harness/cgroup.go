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

// Lambda gives a function of 1,769 MB one full CPU, and a smaller one a proportional share.
const wholeProcessorMB = 1769

// The CFS period in which Lambda enforces this share.
const period = 20 * time.Millisecond

// cgroup is a control group around one process: it measures the processor time of all its threads, including ended
// ones, in nanoseconds, and throttles them.
type cgroup struct {
	folders  []string
	usage    usage
	throttle func(mb int) error
}

// usage is a file with the accumulated processor time.
type usage struct {
	file string
	read func(content string) (time.Duration, error)
}

func (u usage) now() (time.Duration, error) {
	content, err := os.ReadFile(u.file)
	if err != nil {
		return 0, err
	}
	return u.read(string(content))
}

// cgroups creates control groups, of version 1 or 2, whichever controls the CPU.
type cgroups struct {
	cpu, cpuacct string // version 1
	unified      string // version 2
	machine      usage  // of all processes
	made         int
	throttled    *cgroup
}

func findCgroups() (*cgroups, error) {
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return nil, err
	}
	found := &cgroups{}
	for _, line := range strings.Split(string(mounts), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			continue
		}
		switch fields[2] {
		case "cgroup":
			for _, option := range strings.Split(fields[3], ",") {
				switch option {
				case "cpu":
					found.cpu = fields[1]
				case "cpuacct":
					found.cpuacct = fields[1]
				}
			}
		case "cgroup2":
			found.unified = fields[1]
		}
	}
	if found.cpu == "" || found.cpuacct == "" {
		if found.unified == "" {
			return nil, errors.New("no control groups are mounted")
		}
		if err := os.WriteFile(filepath.Join(found.unified, "cgroup.subtree_control"), []byte("+cpu"), 0); err != nil {
			return nil, fmt.Errorf("no permission to create control groups: %w", err)
		}
		found.cpu, found.cpuacct = "", ""
		found.machine = version2Usage(found.unified)
	} else {
		found.machine = version1Usage(found.cpuacct)
	}
	found.removeLeftovers()
	// The first group with a quota makes the kernel patch its code, which takes milliseconds. This group triggers that
	// before the measurements and stays, so that the kernel does not revert it.
	if found.throttled, err = found.make(); err != nil {
		return nil, fmt.Errorf("no permission to create control groups: %w", err)
	}
	if err := found.throttled.throttle(wholeProcessorMB); err != nil {
		return nil, fmt.Errorf("control groups cannot throttle: %w", err)
	}
	return found, nil
}

func (c *cgroups) close() {
	c.throttled.remove()
}

// removeLeftovers removes the groups of an interrupted run, except those that still have processes.
func (c *cgroups) removeLeftovers() {
	for _, mount := range []string{c.cpu, c.cpuacct, c.unified} {
		if mount == "" {
			continue
		}
		folders, _ := filepath.Glob(filepath.Join(mount, groupPrefix+"*"))
		for _, folder := range folders {
			os.Remove(folder)
		}
	}
}

const groupPrefix = "cancel-upload-bench-"

func (c *cgroups) make() (*cgroup, error) {
	c.made++
	name := fmt.Sprintf("%s%d-%d", groupPrefix, os.Getpid(), c.made)
	if c.cpu != "" {
		return makeVersion1(filepath.Join(c.cpu, name), filepath.Join(c.cpuacct, name))
	}
	return makeVersion2(filepath.Join(c.unified, name))
}

func makeVersion1(cpu, cpuacct string) (*cgroup, error) {
	group := &cgroup{folders: []string{cpu, cpuacct}, usage: version1Usage(cpuacct)}
	for _, folder := range group.folders {
		// Both are the same folder if the two controllers are mounted together.
		if err := os.Mkdir(folder, 0o755); err != nil && !os.IsExist(err) {
			return nil, err
		}
	}
	// Set in advance, so that throttling takes a single write.
	if err := writeNumber(filepath.Join(cpu, "cpu.cfs_period_us"), period.Microseconds()); err != nil {
		return nil, err
	}
	group.throttle = func(mb int) error {
		return writeNumber(filepath.Join(cpu, "cpu.cfs_quota_us"), quota(mb).Microseconds())
	}
	return group, nil
}

func makeVersion2(folder string) (*cgroup, error) {
	group := &cgroup{folders: []string{folder}, usage: version2Usage(folder)}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	group.throttle = func(mb int) error {
		limit := fmt.Sprintf("%d %d", quota(mb).Microseconds(), period.Microseconds())
		return os.WriteFile(filepath.Join(folder, "cpu.max"), []byte(limit), 0)
	}
	return group, nil
}

func version1Usage(folder string) usage {
	return usage{filepath.Join(folder, "cpuacct.usage"), func(content string) (time.Duration, error) {
		nanoseconds, err := strconv.ParseInt(strings.TrimSpace(content), 10, 64)
		return time.Duration(nanoseconds), err
	}}
}

func version2Usage(folder string) usage {
	return usage{filepath.Join(folder, "cpu.stat"), func(content string) (time.Duration, error) {
		_, rest, found := strings.Cut(content, "usage_usec ")
		if !found {
			return 0, errors.New("cpu.stat has no usage_usec")
		}
		number, _, _ := strings.Cut(rest, "\n")
		microseconds, err := strconv.ParseInt(number, 10, 64)
		return time.Duration(microseconds) * time.Microsecond, err
	}}
}

func quota(mb int) time.Duration {
	return period * time.Duration(mb) / wholeProcessorMB
}

func (g *cgroup) add(pid int) error {
	for _, folder := range g.folders {
		if err := writeNumber(filepath.Join(folder, "cgroup.procs"), int64(pid)); err != nil {
			return err
		}
	}
	return nil
}

// remove removes the group after its processes have ended. The kernel may need a moment to detach them.
func (g *cgroup) remove() {
	for _, folder := range g.folders {
		for try := 0; try < 100; try++ {
			if err := os.Remove(folder); err == nil || os.IsNotExist(err) {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func writeNumber(file string, number int64) error {
	return os.WriteFile(file, strconv.AppendInt(nil, number, 10), 0)
}
