package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	functionName = "cancel-upload"
	functionARN  = "arn:aws:lambda:us-east-1:123456789012:function:" + functionName
)

// process is a contender that waits for its start. Until then it is a shell, which becomes the contender by exec, since
// joining a control group takes milliseconds that must not count as the contender's.
type process struct {
	command *exec.Cmd
	gate    *os.File
	exited  chan struct{}
	group   *cgroup
	// The figures of the shell, to subtract.
	shellTime time.Duration
	shellRead int64
}

func prepare(c contender, environment []string, group *cgroup, log *os.File) (*process, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	command := exec.Command("/bin/sh", append([]string{"-c", `read go && exec "$@"`, "sh"}, c.command...)...)
	command.Dir, command.Env = c.app, environment
	command.Stdin, command.Stdout, command.Stderr = reader, log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		writer.Close()
		return nil, err
	}
	p := &process{command: command, gate: writer, exited: make(chan struct{}), group: group}
	go func() {
		command.Wait()
		close(p.exited)
	}()
	if err := p.waitForShell(); err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// waitForShell moves the shell into its group and waits until it blocks in its read: system call 0 on file descriptor 0 of
// x86-64, 63 of arm64.
func (p *process) waitForShell() (err error) {
	if p.group != nil {
		if err := p.group.add(p.command.Process.Pid); err != nil {
			return err
		}
	}
	for try := 0; ; try++ {
		if call := p.proc("syscall"); strings.HasPrefix(call, "0 0x0 ") || strings.HasPrefix(call, "63 0x0 ") {
			break
		}
		if try == 1000 {
			return errors.New("the shell did not block in its read")
		}
		time.Sleep(time.Millisecond)
	}
	p.shellTime, p.shellRead = p.processorTime(), p.readFromDisk()
	return nil
}

// release starts the contender and returns the time.
func (p *process) release() (time.Time, error) {
	start := time.Now()
	_, err := p.gate.WriteString("go\n")
	p.gate.Close()
	return start, err
}

// end kills the process with its descendants and waits for it.
func (p *process) end() {
	p.gate.Close()
	syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// processorTime returns the processor time of all threads since the start, 0 if it cannot be measured.
func (p *process) processorTime() time.Duration {
	if p.group == nil {
		return 0
	}
	used, _ := p.group.used()
	return used - p.shellTime
}

// readFromDisk returns how many bytes were read from the disk for the process since the start.
func (p *process) readFromDisk() int64 { return p.number("io", "read_bytes") - p.shellRead }

func (p *process) resident() int64 { return p.number("status", "VmRSS") * 1024 }

// number returns the number after a name and a colon in a file of /proc.
func (p *process) number(file, name string) int64 {
	_, rest, _ := strings.Cut("\n"+p.proc(file), "\n"+name+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	number, _ := strconv.ParseInt(fields[0], 10, 64)
	return number
}

func (p *process) proc(file string) string {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file))
	return string(content)
}

// evict takes a contender's own files out of the page cache, so that the next start reads them from the disk, as in a fresh
// sandbox. A language's runtime outside of its folder stays.
func evict(folder string) error {
	return filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		for range 20 {
			const dontNeed = 4
			if err := file.Sync(); err != nil {
				return err
			}
			if _, _, code := syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, dontNeed, 0, 0); code != 0 {
				return code
			}
			if left, err := inMemory(file); left == 0 {
				return err
			}
			time.Sleep(50 * time.Millisecond) // The last process that had it may still be ending.
		}
		return fmt.Errorf("%s stays in the page cache", name)
	})
}

// inMemory returns how many bytes of a file the page cache has.
func inMemory(file *os.File) (int64, error) {
	status, err := file.Stat()
	if err != nil || status.Size() == 0 {
		return 0, err
	}
	mapped, err := syscall.Mmap(int(file.Fd()), 0, int(status.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return 0, err
	}
	defer syscall.Munmap(mapped)
	page := os.Getpagesize()
	pages := make([]byte, (len(mapped)+page-1)/page)
	if _, _, code := syscall.Syscall(syscall.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(len(mapped)),
		uintptr(unsafe.Pointer(&pages[0]))); code != 0 {
		return 0, code
	}
	count := 0
	for _, state := range pages {
		count += int(state & 1)
	}
	return int64(count * page), nil
}

// environment returns the variables that Lambda sets and those that configure the function, with the variable for trust
// anchors of each contender's platform.
func environment(c contender, runtimeAPI string, memoryMB int, uploads *uploadsAPI) []string {
	var credentials []string
	switch c.credentials {
	case "":
		credentials = []string{"OPENAI_API_KEY=" + apiKey}
	case "secret":
		credentials = []string{"OPENAI_API_KEY_SECRET=openai-api-key", "AWS_ENDPOINT_URL_SECRETS_MANAGER=" + uploads.address}
	case "identity":
		credentials = []string{"OPENAI_IDENTITY_PROVIDER_ID=idp_bench", "OPENAI_SERVICE_ACCOUNT_ID=svc_bench",
			"AWS_ENDPOINT_URL_STS=" + uploads.address, "OPENAI_TOKEN_URL=" + uploads.address + "/oauth/token"}
	}
	return append(credentials,
		"AWS_LAMBDA_RUNTIME_API="+runtimeAPI, fmt.Sprintf("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%d", memoryMB),
		"AWS_LAMBDA_FUNCTION_NAME="+functionName, "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=INFO",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/"+functionName,
		"AWS_LAMBDA_LOG_STREAM_NAME=2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=ASIAEXAMPLEEXAMPLE00", "AWS_SECRET_ACCESS_KEY=0123456789012345678901234567890123456789",
		"AWS_SESSION_TOKEN="+strings.Repeat("0123456789abcdef", 40),
		"AWS_XRAY_DAEMON_ADDRESS=169.254.79.129:2000", "AWS_XRAY_CONTEXT_MISSING=LOG_ERROR",
		"_HANDLER=function.handler", "LAMBDA_TASK_ROOT="+c.app, "LAMBDA_RUNTIME_DIR=/var/runtime",
		"LD_LIBRARY_PATH=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"+c.app+":"+c.app+"/lib:/opt/lib",
		"PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin", "LANG=en_US.UTF-8", "TZ=:UTC", "PWD="+c.app,
		"OPENAI_BASE_URL="+uploads.address+"/v1", "SSL_CERT_FILE="+uploads.rootFile, "NODE_EXTRA_CA_CERTS="+uploads.rootFile)
}
