package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// built is a contender that is ready to start.
type built struct {
	contender
	Command []string
	App     string
	Version string
	ZipSize int64
	ZipHash string
}

// builder builds contenders under target/bench, and rebuilds one only if its inputs have changed.
type builder struct {
	repository string
	zip        string
	noBuild    bool
}

func (b builder) build(c contender) (built, error) {
	folder := filepath.Join(b.repository, "bench", "contenders", c.folderName())
	out := filepath.Join(b.repository, "target", "bench", c.buildName())
	script := filepath.Join(folder, "build")
	inputs := []string{folder}
	for _, input := range c.inputs {
		inputs = append(inputs, filepath.Join(b.repository, input))
	}
	if c.folderName() != native {
		return b.buildWith(c, out, inputs, script, out)
	}
	given := c.zip
	if given == "" {
		given = b.zip
	}
	if last := filepath.Join(b.repository, "target", "function.zip"); given == "" && isNative(last) {
		given = last
	}
	if given == "" {
		return b.buildWith(c, out, inputs, script, out)
	}
	return b.buildWith(c, out, []string{folder, given}, script, out, given)
}

// nativeZip returns the absolute path of a zip with the native program.
func nativeZip(file string) (string, error) {
	absolute, err := filepath.Abs(file)
	if err == nil && !isNative(absolute) {
		err = fmt.Errorf("%s is not a zip with a native bootstrap, such as ./mvnw package -Dnative makes", absolute)
	}
	return absolute, err
}

// isNative reports whether a zip has the native program.
func isNative(file string) bool {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return false
	}
	defer archive.Close()
	return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == "bootstrap" })
}

func (b builder) buildWith(c contender, out string, inputs []string, command ...string) (built, error) {
	stampFile := filepath.Join(out, "stamp")
	stamp, err := contentHash(inputs)
	if err != nil {
		return built{}, err
	}
	if last, err := os.ReadFile(stampFile); err != nil || string(last) != stamp {
		// Unpacking an existing zip is not a build.
		if b.noBuild && !(c.folderName() == native && len(command) == 3) {
			if err != nil {
				return built{}, fmt.Errorf("not built yet, and --no-build was given")
			}
			progress("%s: built from other sources; not rebuilt because of --no-build", c.name)
			return readBuilt(c, out)
		}
		if err := os.RemoveAll(out); err != nil {
			return built{}, err
		}
		if err := os.MkdirAll(out, 0o755); err != nil {
			return built{}, err
		}
		progress("%s: building", c.name)
		if err := runBuild(b.repository, filepath.Join(b.repository, "target", "bench", c.buildName()+".log"), command); err != nil {
			return built{}, err
		}
		if err := os.WriteFile(stampFile, []byte(stamp), 0o644); err != nil {
			return built{}, err
		}
	}
	return readBuilt(c, out)
}

func runBuild(repository, log string, command []string) error {
	file, err := os.Create(log)
	if err != nil {
		return err
	}
	defer file.Close()
	var complaints bytes.Buffer
	build := exec.Command(command[0], command[1:]...)
	build.Dir = filepath.Dir(command[0])
	build.Env = append(os.Environ(), "REPOSITORY="+repository)
	build.Stdout = file
	build.Stderr = io.MultiWriter(file, &complaints)
	if err := build.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(complaints.String()), "\n")
		return fmt.Errorf("build failed: %s (%w; the whole log is %s)", lines[len(lines)-1], err, log)
	}
	return nil
}

func readBuilt(c contender, out string) (built, error) {
	command, err := os.ReadFile(filepath.Join(out, "command"))
	if err != nil {
		return built{}, err
	}
	version, err := os.ReadFile(filepath.Join(out, "version"))
	if err != nil {
		return built{}, err
	}
	packed, err := os.ReadFile(filepath.Join(out, "function.zip"))
	if err != nil {
		return built{}, err
	}
	hash := sha256.Sum256(packed)
	return built{
		contender: c,
		Command:   strings.Split(strings.TrimSpace(string(command)), "\n"),
		App:       filepath.Join(out, "app"),
		Version:   strings.TrimSpace(string(version)),
		ZipSize:   int64(len(packed)),
		ZipHash:   hex.EncodeToString(hash[:]),
	}, nil
}

// contentHash hashes the names and contents of all files. A missing file is no error, since the build script reports
// best what is missing.
func contentHash(paths []string) (string, error) {
	hash := sha256.New()
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			relative, err := filepath.Rel(path, name)
			if err != nil {
				return err
			}
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(hash, "%s\x00%d\x00", relative, len(content))
			hash.Write(content)
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
