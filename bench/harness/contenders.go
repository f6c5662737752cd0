package main

import (
	"archive/zip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A contender is an implementation of the function. Its folder in bench/contenders has a script "build OUT", which writes
//
//	OUT/app/          the function's folder, as Lambda would unpack it
//	OUT/function.zip  the deployment package
//	OUT/command       the command that starts it in app/, one argument a line
//	OUT/version       the versions of language, SDK and runtime client, on one line
//
// or fails; the last line on standard error then says what is missing.
type contender struct {
	name, what string
	// zip is this function's, which is not built here.
	zip string
	// credentials is "" for the key in the environment, or secret or identity.
	credentials string
	// of is the contender whose build makes this one too, in a folder called prefetch.
	of string

	command           []string
	app, version      string
	zipSize, execSize int64
	missing           string
	touched           int64 // bytes of the executable that a start and a call touch
}

const native = "native"

// In the order of the tables and of the starts.
var others = []contender{
	{name: "rust", what: "Rust: `lambda_runtime`, `reqwest`"},
	{name: "go", what: "Go: `openai-go`, `aws-lambda-go`"},
	{name: "stock-quarkus", what: "stock Quarkus, native: Funqy and REST client, defaults"},
	{name: "stock-quarkus-prefetch", what: "the same executable with its pages prefetched", of: "stock-quarkus"},
	{name: "node", what: "Node: `openai`, `aws-lambda-ric`"},
	{name: "python", what: "Python: `openai`, `awslambdaric`"},
}

// choose returns the contenders with these comma-separated names, all if there are none, with this function's other builds
// (NAME=ZIP) and its other credentials.
func choose(names, zip string, also []string) ([]contender, error) {
	all := []contender{{name: native, what: "this function", zip: zip}}
	for _, given := range also {
		name, zip, found := strings.Cut(given, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("--also %q is not NAME=ZIP", given)
		}
		all = append(all, contender{name: native + "-" + name, what: "this function, another build: " + name, zip: zip})
	}
	all = append(all, contender{name: "secret", what: "this function, its key in a secret", zip: zip, credentials: "secret"},
		contender{name: "identity", what: "this function, by workload identity", zip: zip, credentials: "identity"})
	all = append(all, others...)
	if names == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		if !slices.ContainsFunc(all, func(c contender) bool { return c.name == name }) {
			return nil, fmt.Errorf("no contender is named %q", name)
		}
	}
	return slices.DeleteFunc(all, func(c contender) bool {
		return !slices.Contains(strings.Split(names, ","), c.name) && !strings.HasPrefix(c.name, native+"-")
	}), nil
}

// build makes a contender ready to start, and builds it only if its folder has changed since.
func (c *contender) build(repository string) error {
	built := c.name
	if c.of != "" {
		built = c.of
	}
	out := filepath.Join(repository, "target", "bench", built)
	var err error
	if c.zip != "" {
		err = unpack(c.zip, out)
	} else {
		err = buildFolder(built, repository, out)
	}
	if err != nil {
		return err
	}
	if c.of != "" {
		out = filepath.Join(out, "prefetch")
	}
	command, err1 := os.ReadFile(filepath.Join(out, "command"))
	version, err2 := os.ReadFile(filepath.Join(out, "version"))
	packed, err3 := os.Stat(filepath.Join(out, "function.zip"))
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return err
		}
	}
	c.app, c.version, c.zipSize = filepath.Join(out, "app"), strings.TrimSpace(string(version)), packed.Size()
	c.command = strings.Split(strings.TrimSpace(string(command)), "\n")
	if strings.HasPrefix(c.command[0], "./") {
		c.command[0] = filepath.Join(c.app, c.command[0])
	}
	if program, err := os.Stat(filepath.Join(c.app, "bootstrap")); err == nil {
		c.execSize = program.Size()
	}
	return nil
}

func buildFolder(name, repository, out string) error {
	folder := filepath.Join(repository, "bench", "contenders", name)
	stamp, err := contentHash(folder)
	if err != nil {
		return err
	}
	stampFile := filepath.Join(out, "stamp")
	if last, _ := os.ReadFile(stampFile); string(last) == stamp {
		return nil
	}
	progress("%s: building", name)
	os.RemoveAll(out)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	command := exec.Command(filepath.Join(folder, "build"), out)
	command.Dir, command.Env = folder, append(os.Environ(), "REPOSITORY="+repository)
	if output, err := command.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		os.WriteFile(out+".log", output, 0o644)
		return fmt.Errorf("build failed: %s (%w)", lines[len(lines)-1], err)
	}
	return os.WriteFile(stampFile, []byte(stamp), 0o644)
}

func unpack(file, out string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return fmt.Errorf("%s, which ./mvnw package -Dnative makes: %w", file, err)
	}
	defer archive.Close()
	os.RemoveAll(out)
	if err := os.CopyFS(filepath.Join(out, "app"), archive); err != nil {
		return err
	}
	packed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(packed)
	for name, content := range map[string][]byte{
		"function.zip": packed, "command": []byte("./bootstrap"), "version": fmt.Appendf(nil, "zip %x", hash[:6]),
	} {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
			return err
		}
	}
	return os.Chmod(filepath.Join(out, "app", "bootstrap"), 0o755)
}

func contentHash(folder string) (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(folder, name))
		fmt.Fprintf(hash, "%s\x00%d\x00%s", name, len(content), content)
		return err
	})
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}
