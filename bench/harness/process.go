package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
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
	// The figures of the shell, to subtract.
	shellTime   time.Duration
	shellFaults faults
	group       *cgroup
}

type faults struct {
	minor, major int64
}

func prepare(contender built, runtime *runtimeAPI, uploads *uploadsAPI, memoryMB int, env []string, group *cgroup, log *os.File) (*process, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	executable, err := absolute(contender.Command[0], contender.App)
	if err != nil {
		return nil, err
	}
	arguments := append([]string{"-c", `read go && exec "$@"`, "sh", executable}, contender.Command[1:]...)
	command := exec.Command("/bin/sh", arguments...)
	command.Dir = contender.App
	command.Env = slices.Concat(environment(contender.App, runtime.address, memoryMB, uploads, contender.fetchesKey), contender.env, env)
	command.Stdin = reader
	command.Stdout = log
	command.Stderr = log
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
	if err := p.prepare(); err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// prepare moves the shell into its group and waits until it blocks in its read.
func (p *process) prepare() error {
	if p.group != nil {
		if err := p.group.add(p.command.Process.Pid); err != nil {
			return err
		}
	}
	for try := 0; ; try++ {
		stat, err := p.stat()
		if err != nil {
			return err
		}
		if stat.state == "S" && stat.waitsInPipe {
			break
		}
		if try == 1000 {
			return fmt.Errorf("the shell did not block in its read")
		}
		time.Sleep(time.Millisecond)
	}
	var err error
	if p.shellFaults, err = p.faults(); err != nil {
		return err
	}
	if p.group != nil {
		p.shellTime, err = p.group.usage.now()
	}
	return err
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

// processorTime returns the processor time of all threads since the start.
func (p *process) processorTime() (time.Duration, error) {
	if p.group == nil {
		return 0, nil
	}
	now, err := p.group.usage.now()
	return now - p.shellTime, err
}

func (p *process) faultsSinceStart() (faults, error) {
	now, err := p.faults()
	return faults{now.minor - p.shellFaults.minor, now.major - p.shellFaults.major}, err
}

func (p *process) faults() (faults, error) {
	stat, err := p.stat()
	return stat.faults, err
}

type stat struct {
	state       string
	waitsInPipe bool
	faults      faults
}

func (p *process) stat() (stat, error) {
	content, err := p.proc("stat")
	if err != nil {
		return stat{}, err
	}
	// The name in parentheses may contain any character.
	fields := strings.Fields(content[strings.LastIndexByte(content, ')')+1:])
	minor, err := strconv.ParseInt(fields[7], 10, 64)
	if err != nil {
		return stat{}, err
	}
	major, err := strconv.ParseInt(fields[9], 10, 64)
	if err != nil {
		return stat{}, err
	}
	// System call 0 (read) on file descriptor 0.
	call, err := p.proc("syscall")
	return stat{fields[0], strings.HasPrefix(call, "0 0x0 "), faults{minor, major}}, err
}

type memory struct {
	resident, peak int64
	threads        int64
}

func (p *process) memory() (memory, error) {
	status, err := p.proc("status")
	if err != nil {
		return memory{}, err
	}
	read := func(name string) int64 {
		_, rest, _ := strings.Cut(status, "\n"+name+":")
		number, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		return number
	}
	return memory{resident: read("VmRSS") * 1024, peak: read("VmHWM") * 1024, threads: read("Threads")}, nil
}

func (p *process) proc(file string) (string, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file))
	return string(content), err
}

func absolute(command, app string) (string, error) {
	if strings.HasPrefix(command, "./") {
		return filepath.Join(app, command), nil
	}
	return exec.LookPath(command)
}

// environment returns the variables that Lambda sets and those that configure the function, with the variable for trust
// anchors of each contender's platform.
func environment(app, runtimeAPI string, memoryMB int, uploads *uploadsAPI, fetchesKey bool) []string {
	key := []string{"OPENAI_API_KEY=" + apiKey}
	if fetchesKey {
		key = []string{"OPENAI_API_KEY_SECRET=openai-api-key", "AWS_ENDPOINT_URL_SECRETS_MANAGER=" + strings.TrimSuffix(uploads.baseURL, "/v1")}
	}
	return append(key,
		"AWS_LAMBDA_RUNTIME_API="+runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME="+functionName,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		fmt.Sprintf("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%d", memoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_FORMAT=JSON",
		"AWS_LAMBDA_LOG_LEVEL=INFO",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/"+functionName,
		"AWS_LAMBDA_LOG_STREAM_NAME=2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=ASIAEXAMPLEEXAMPLE00",
		"AWS_SECRET_ACCESS_KEY=0123456789012345678901234567890123456789",
		"AWS_SESSION_TOKEN="+strings.Repeat("0123456789abcdef", 40),
		"AWS_XRAY_DAEMON_ADDRESS=169.254.79.129:2000",
		"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR",
		"_AWS_XRAY_DAEMON_ADDRESS=169.254.79.129",
		"_AWS_XRAY_DAEMON_PORT=2000",
		"_HANDLER=function.handler",
		"LAMBDA_TASK_ROOT="+app,
		"LAMBDA_RUNTIME_DIR=/var/runtime",
		"LD_LIBRARY_PATH=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"+app+":"+app+"/lib:/opt/lib",
		"PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"LANG=en_US.UTF-8",
		"TZ=:UTC",
		"SHLVL=0",
		"PWD="+app,
		"OPENAI_BASE_URL="+uploads.baseURL,
		"SSL_CERT_FILE="+uploads.rootFile,
		"NODE_EXTRA_CA_CERTS="+uploads.rootFile,
	)
}
