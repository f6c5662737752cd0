package main

import (
	"syscall"
	"time"
)

// A start is disturbed if other processes used more than this part of one CPU meanwhile, and more than two milliseconds,
// which is the accuracy of the kernel's accounting.
const (
	othersShare = 0.1
	blur        = 2 * time.Millisecond
)

func disturbed(others, during time.Duration) bool {
	return others > time.Duration(othersShare*float64(during))+blur
}

// othersTime returns the processor time of all processes except the harness.
func (b *bench) othersTime() (time.Duration, error) {
	all, err := b.groups.machine.now()
	if err != nil {
		return 0, err
	}
	var own syscall.Rusage
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	return all - time.Duration(own.Utime.Nano()) - time.Duration(own.Stime.Nano()), err
}

// waitForQuiet returns when little else runs on the machine, or after the remaining patience.
func (b *bench) waitForQuiet(patience *time.Duration) error {
	const window = 50 * time.Millisecond
	for {
		before, err := b.othersTime()
		if err != nil {
			return err
		}
		began := time.Now()
		time.Sleep(window)
		after, err := b.othersTime()
		if err != nil {
			return err
		}
		if !disturbed(after-before, time.Since(began)) || *patience <= 0 {
			return nil
		}
		*patience -= time.Since(began)
	}
}
