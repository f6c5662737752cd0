package main

import (
	"fmt"
	"slices"
	"strings"
)

// A contender is an implementation of the function. Its folder in bench/contenders has a script "build OUT", which writes
//
//	OUT/app/          the function's folder, as Lambda would unpack it
//	OUT/function.zip  the deployment package
//	OUT/command       the command that starts it in app/, one argument per line
//	OUT/version       the versions of language, SDK and runtime client, on one line
//
// or fails; the last line on standard error then says what is missing.
type contender struct {
	name string
	what string
	// folder is the folder in bench/contenders if it differs from the contender's name.
	folder string
	// env is added to the environment of every contender.
	env []string
	// inputs are files outside the folder that the build reads, relative to the repository.
	inputs []string
	// zip is an existing zip, for another build of this function.
	zip string
	// fetchesKey reports whether the key is in a secret of AWS Secrets Manager instead of the environment.
	fetchesKey bool
}

const native = "native"

// anotherBuild parses NAME=ZIP of --also: another build of this function to measure beside the one called native.
func anotherBuild(given string) (contender, error) {
	name, zip, found := strings.Cut(given, "=")
	if !found || name == "" || strings.ContainsAny(name, "/, ") {
		return contender{}, fmt.Errorf("--also %q is not NAME=ZIP", given)
	}
	zip, err := nativeZip(zip)
	return contender{name: native + "-" + name, what: "this function, another build: " + name, folder: native, zip: zip}, err
}

// keyFromSecret is this function with its key in a secret, for --secret.
var keyFromSecret = contender{
	name: native + "-secret", what: "this function, its key read from a mock of AWS Secrets Manager during init", folder: native,
	inputs: []string{"pom.xml", "mvnw", ".mvn", "src/main"}, fetchesKey: true,
}

// In the order of the tables and of the starts.
var allContenders = []contender{
	{name: native, what: "this function, native", inputs: []string{"pom.xml", "mvnw", ".mvn", "src/main"}},
	{name: "rust", what: "Rust: `lambda_runtime`, `reqwest`"},
	{name: "go", what: "Go: `openai-go`, `aws-lambda-go`"},
	{name: "floor", what: "bare GraalVM program: raw sockets, the JDK's TLS"},
	{name: "floor-primed", what: "the same, connected to the API during init", folder: "floor", env: []string{"PRIMED=true"}},
	{name: "stock-quarkus", what: "stock Quarkus, native: Funqy and REST client, defaults"},
	{name: "node", what: "Node: `openai`, `aws-lambda-ric`"},
	{name: "python", what: "Python: `openai`, `awslambdaric`"},
	{name: "java", what: "Java on the JVM: `openai-java`, AWS's runtime interface client", inputs: []string{"bench/contenders/java-home"}},
	{name: "jvm", what: "this function on the JVM", inputs: []string{"pom.xml", "mvnw", ".mvn", "src/main", "bench/contenders/java-home"}},
}

// cleansUp reports whether it is this function, which can also cancel a list of Uploads.
func (c contender) cleansUp() bool {
	return c.folderName() == native
}

func (c contender) folderName() string {
	if c.folder != "" {
		return c.folder
	}
	return c.name
}

// buildName is the folder in target/bench, which contenders share if only their environments differ.
func (c contender) buildName() string {
	if c.zip != "" {
		return c.name
	}
	return c.folderName()
}

func chooseContenders(names string) ([]contender, error) {
	return choose(names, "contender", allContenders, func(c contender) string { return c.name })
}

func contenderNames() string {
	return nameList(allContenders, func(c contender) string { return c.name })
}

// choose returns those with these comma-separated names, or all if there are no names.
func choose[T any](names, what string, all []T, nameOf func(T) string) ([]T, error) {
	if names == "" {
		return all, nil
	}
	var chosen []T
	for _, name := range strings.Split(names, ",") {
		i := slices.IndexFunc(all, func(one T) bool { return nameOf(one) == name })
		if i < 0 {
			return nil, fmt.Errorf("no %s is named %q; there are %s", what, name, nameList(all, nameOf))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func nameList[T any](all []T, nameOf func(T) string) string {
	var names []string
	for _, one := range all {
		names = append(names, nameOf(one))
	}
	return strings.Join(names, ", ")
}
