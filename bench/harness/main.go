// Command harness measures cold starts, warm invocations and memory of the same Lambda function in several languages. It is
// written in Go because its standard library has a TLS 1.3 server with a custom certificate chain and an HTTP server that responds
// within about ten microseconds, without pauses or just-in-time compilation that would disturb figures below a millisecond.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	// A contender is killed when the thread that started it ends, so that none outlives an interrupted run.
	runtime.LockOSThread()
	repository := flag.String("repository", ".", "root of the repository (bench/run sets it)")
	readAhead := flag.String("read-ahead", "unknown", "the disk's `read-ahead` (bench/run sets it)")
	names := flag.String("contenders", "", "comma-separated `names`: native, secret, identity, rust, go, stock-quarkus, stock-quarkus-prefetch, node, python (default all)")
	conditions := flag.String("conditions", "", "comma-separated `names`: fresh, fresh-256, warm-file, warm-file-256, clean-up (default all)")
	starts := flag.Int("starts", 15, "cold starts of each contender under each condition")
	zip := flag.String("zip", "", "`file` with this function (default target/function.zip)")
	out := flag.String("out", "", "`folder` for RESULTS.md and cold-start.svg (default bench)")
	var also []string
	flag.Func("also", "`NAME=ZIP` of another build of this function to measure beside it; can be given again", func(given string) error {
		also = append(also, given)
		return nil
	})
	flag.Parse()
	if *zip == "" {
		*zip = filepath.Join(*repository, "target", "function.zip")
	}
	if *out == "" {
		*out = filepath.Join(*repository, "bench")
	}
	contenders, err := choose(*names, *zip, also)
	if err == nil {
		err = run(*repository, *readAhead, *out, *conditions, *starts, contenders)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/run:", err)
		os.Exit(1)
	}
}

func progress(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}

func run(repository, readAhead, out, conditions string, starts int, contenders []contender) error {
	work := filepath.Join(repository, "target", "bench")
	// Two runs at the same time would disturb each other.
	lock, err := os.Create(filepath.Join(work, "lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another run holds the lock %s (%w)", lock.Name(), err)
	}
	uploads, err := startUploadsAPI(work)
	if err != nil {
		return err
	}
	groups, err := findCgroups()
	if err != nil {
		progress("processor time and memory sizes are not measured: %s", err)
		groups = nil
	} else {
		defer groups.close()
	}
	b := &bench{uploads: uploads, groups: groups, logs: work}
	debug.SetGCPercent(-1) // The harness collects its garbage between the starts.

	r := results{readAhead: readAhead, contenders: contenders}
	var ready []contender
	for i := range r.contenders {
		c := &r.contenders[i]
		err := c.build(repository)
		if err == nil { // Each starts once, to see that it works.
			_, err = b.start(*c, allConditions[2], 1)
		}
		if err == nil && c.zip != "" && c.credentials == "" {
			c.touched, err = b.touched(*c, filepath.Join(repository, "src", "main", "prefetch"))
		}
		if err != nil {
			progress("%s: missing: %s", c.name, err)
			c.missing = strings.ReplaceAll(err.Error(), repository+"/", "")
		} else {
			ready = append(ready, *c)
		}
	}
	for _, condition := range allConditions {
		if conditions == "" || strings.Contains(","+conditions+",", ","+condition.name+",") {
			r.conditions = append(r.conditions, b.measure(condition, ready, starts))
		}
	}
	if len(r.conditions) == 0 {
		return fmt.Errorf("no condition is named %q", conditions)
	}
	text := report(r)
	fmt.Print(text)
	if err := os.WriteFile(filepath.Join(out, "RESULTS.md"), []byte(text), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "cold-start.svg"), []byte(plot(r)), 0o644)
}
