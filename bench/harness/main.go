// Command harness measures cold starts, warm invocations and memory of the same Lambda function in several languages. It
// is written in Go because its standard library has a TLS 1.3 server with a custom certificate chain and an HTTP server
// that responds within about ten microseconds, without pauses or just-in-time compilation that would disturb figures
// below a millisecond.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The number of starts with warm invocations, spread over the run so that one disturbance does not decide the figure.
const warmStarts = 3

type options struct {
	repository, contenders, conditions, zip, out string
	starts, warm                                 int
	patience                                     time.Duration
	noBuild, http2, add, secret                  bool
	also                                         []string
}

func main() {
	// A contender is killed when the thread that started it ends, so that none outlives an interrupted run.
	runtime.LockOSThread()
	var o options
	flags := flag.NewFlagSet("bench/run", flag.ExitOnError)
	flags.StringVar(&o.repository, "repository", ".", "root of the repository (bench/run sets it)")
	flags.StringVar(&o.contenders, "contenders", "", "comma-separated `names` of contenders to measure: "+contenderNames()+" (default all)")
	flags.StringVar(&o.conditions, "conditions", "", "comma-separated `names` of conditions: "+conditionNames()+" (default all)")
	flags.IntVar(&o.starts, "starts", 15, "cold starts of each contender under each condition")
	flags.IntVar(&o.warm, "warm", 200, fmt.Sprintf("warm invocations, in each of %d of the starts", warmStarts))
	flags.DurationVar(&o.patience, "patience", 5*time.Minute, "time for each condition to wait for a quiet machine and to repeat disturbed starts")
	flags.StringVar(&o.zip, "zip", "", "`file` with this function, native (default target/function.zip, otherwise built from the sources)")
	flags.Func("also", "`NAME=ZIP` of another build of this function to measure beside it; can be given again", func(given string) error {
		o.also = append(o.also, given)
		return nil
	})
	flags.BoolVar(&o.secret, "secret", false, "measure this function also with its key in a secret, which it reads during init")
	flags.BoolVar(&o.noBuild, "no-build", false, "measure the existing builds")
	flags.BoolVar(&o.http2, "http2", false, "let the mock of the Uploads API also offer HTTP/2")
	flags.BoolVar(&o.add, "add", false, "add these conditions and contenders to the last results instead of starting anew")
	flags.StringVar(&o.out, "out", "", "`folder` for RESULTS.md and cold-start.svg (default bench)")
	flags.Parse(os.Args[1:])
	if flags.NArg() > 0 {
		fail(fmt.Errorf("unknown option %q; --help lists all options", flags.Arg(0)))
	}
	if err := run(o); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench/run:", err)
	os.Exit(1)
}

func progress(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}

func run(o options) error {
	chosen, err := chooseContenders(o.contenders)
	if err != nil {
		return err
	}
	conditions, err := chooseConditions(o.conditions)
	if err != nil {
		return err
	}
	if o.starts < 1 || o.warm < 0 {
		return fmt.Errorf("--starts has to be 1 or more and --warm 0 or more")
	}
	if o.zip != "" {
		if o.zip, err = nativeZip(o.zip); err != nil {
			return err
		}
	}
	for _, given := range o.also {
		another, err := anotherBuild(given)
		if err != nil {
			return err
		}
		chosen = append(chosen, another)
	}
	if o.secret {
		chosen = append(chosen, keyFromSecret)
	}
	work := filepath.Join(o.repository, "target", "bench")
	if o.out == "" {
		o.out = filepath.Join(o.repository, "bench")
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}

	if err := lock(filepath.Join(work, "lock")); err != nil {
		return err
	}

	var results record
	recordFile := filepath.Join(work, "results.json")
	if o.add {
		if results, err = readRecord(recordFile); err != nil {
			return err
		}
	}
	results.Machine = thisMachine()

	uploads, err := startUploadsAPI(work, o.http2)
	if err != nil {
		return err
	}
	defer uploads.close()
	groups, noGroups := findCgroups()
	if noGroups != nil {
		progress("processor time and throttling are not measured: %s", noGroups)
	} else {
		defer groups.close()
	}
	b := &bench{repository: o.repository, uploads: uploads, groups: groups, logs: work, patience: o.patience}
	// The harness collects its garbage between the starts.
	debug.SetGCPercent(-1)

	ready, described := b.ready(builder{repository: o.repository, zip: o.zip, noBuild: o.noBuild}, chosen)
	if err := results.add(described); err != nil {
		return err
	}
	for _, condition := range conditions {
		var measured recordedCondition
		if condition.memoryMB != 0 && noGroups != nil {
			measured = recordedCondition{Name: condition.name, Title: condition.title, Began: time.Now(), NotRun: noGroups.Error()}
		} else {
			measured = b.measure(condition, ready, o.starts, o.warm)
		}
		results.put(measured)
		if err := results.write(recordFile); err != nil {
			return err
		}
	}

	text := report(&results, "bench/run")
	if err := os.WriteFile(filepath.Join(o.out, "RESULTS.md"), []byte(text), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.out, "cold-start.svg"), []byte(plot(&results)), 0o644); err != nil {
		return err
	}
	fmt.Print(text)
	return nil
}

// lock is held as long as the process lives, since two concurrent runs would disturb each other.
func lock(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another run holds the lock: %s (%w)", name, err)
	}
	held = file
	return nil
}

// held keeps the lock file from being closed by the garbage collector.
var held *os.File

// ready builds the contenders and starts each once to check that it responds.
func (b *bench) ready(builder builder, chosen []contender) (ready []built, described []recordedContender) {
	for _, c := range chosen {
		description := recordedContender{Name: c.name, What: c.what}
		built, err := builder.build(c)
		if err == nil {
			_, err = b.start(built, allConditions[0], 1)
		}
		if err != nil {
			progress("%s: missing: %s", c.name, err)
			description.Missing = strings.ReplaceAll(err.Error(), builder.repository+"/", "")
		} else {
			description.Version, description.ZipSize, description.ZipHash = built.Version, built.ZipSize, built.ZipHash
			description.Glibc = newestGlibc(filepath.Join(built.App, "bootstrap"))
			ready = append(ready, built)
		}
		described = append(described, description)
	}
	return ready, described
}

// measure starts the contenders in turn, so that a change in the machine's speed affects all of them.
func (b *bench) measure(condition condition, contenders []built, starts, warm int) recordedCondition {
	result := recordedCondition{
		Name: condition.name, Title: condition.title, Began: time.Now(), Load: load(),
		Starts: map[string][]start{}, Failures: map[string]string{},
	}
	if condition.coldCache && !mayDropAll() {
		result.Note = "Only the contenders' own files were dropped from the page cache, not libraries and language runtimes, which needs root."
	}
	patience := b.patience
	if condition.cleanUp != nil {
		starts = min(starts, cleanUpStarts)
		contenders = slices.DeleteFunc(slices.Clone(contenders), func(c built) bool { return !c.cleansUp() })
	}
	for round := range starts {
		for _, contender := range contenders {
			if result.Failures[contender.name] != "" {
				continue
			}
			invocations := 0
			if condition.cleanUp != nil {
				invocations = laterCleanUps
			} else if round%max(1, starts/warmStarts) == 0 && round/max(1, starts/warmStarts) < warmStarts {
				invocations = warm
			}
			one, err := b.undisturbed(contender, condition, invocations, &patience, &result)
			if err != nil {
				progress("%s: %s failed: %s", condition.name, contender.name, err)
				result.Failures[contender.name] = strings.ReplaceAll(err.Error(), b.repository+"/", "")
				continue
			}
			result.Starts[contender.name] = append(result.Starts[contender.name], one)
		}
		progress("%s: %d of %d", condition.name, round+1, starts)
	}
	return result
}

// undisturbed starts a contender when the machine is quiet, and repeats the start if something disturbed it, until
// patience is over.
func (b *bench) undisturbed(contender built, condition condition, warm int, patience *time.Duration, result *recordedCondition) (start, error) {
	if b.groups == nil {
		return b.rightAfterAnother(contender, condition, warm)
	}
	for {
		if err := b.waitForQuiet(patience); err != nil {
			return start{}, err
		}
		began := time.Now()
		one, err := b.rightAfterAnother(contender, condition, warm)
		if err != nil || !disturbed(one.Others, one.cold()) {
			return one, err
		}
		if *patience <= 0 {
			result.Disturbed++
			return one, nil
		}
		result.Repeated++
		*patience -= time.Since(began)
	}
}

// rightAfterAnother makes a start right after another one of the same contender, unless the page cache is to be empty:
// some kernels evict pages that were not used for seconds, and the slowest contenders take that long.
func (b *bench) rightAfterAnother(contender built, condition condition, warm int) (start, error) {
	if !condition.coldCache {
		if _, err := b.start(contender, allConditions[0], 0); err != nil {
			return start{}, err
		}
	}
	return b.start(contender, condition, warm)
}

func chooseConditions(names string) ([]condition, error) {
	return choose(names, "condition", allConditions, func(c condition) string { return c.name })
}

func conditionNames() string {
	return nameList(allConditions, func(c condition) string { return c.name })
}
