// labnet is the program that the container runtime calls for every pod. It hands the call over to the agent of this
// node and prints the agent's answer, so that a call costs a few milliseconds and all knowledge is in one place.
//
// What it was asked: CNI_* variables and a network configuration on standard input.
// What it answers:   a JSON object on standard output; exit code 0 or 1. https://www.cni.dev/docs/spec/
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Error codes that the specification reserves.
const (
	invalidEnvironment = 4
	ioFailure          = 5
	decodingFailure    = 6
	tryAgainLater      = 11
	notAvailable       = 50
)

var versions = []string{"0.4.0", "1.0.0", "1.1.0"}

// netConf is the part of the network configuration that matters here.
type netConf struct {
	CNIVersion string          `json:"cniVersion"`
	Socket     string          `json:"socket"`
	PrevResult json.RawMessage `json:"prevResult"`
}

type failure struct {
	CNIVersion string `json:"cniVersion"`
	Code       int    `json:"code"`
	Msg        string `json:"msg"`
	Details    string `json:"details,omitempty"`
}

func main() {
	stdin, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(netConf{}, ioFailure, "the network configuration could not be read", err)
	}
	conf := netConf{CNIVersion: "1.1.0", Socket: "/run/labnet/agent.sock"}
	if len(stdin) > 0 {
		if err := json.Unmarshal(stdin, &conf); err != nil {
			fail(netConf{}, decodingFailure, "the network configuration is no JSON object", err)
		}
	}
	command := os.Getenv("CNI_COMMAND")
	switch command {
	case "VERSION":
		print(map[string]any{"cniVersion": conf.CNIVersion, "supportedVersions": versions})
	case "ADD", "DEL", "CHECK", "STATUS", "GC":
		handOver(command, conf, stdin)
	default:
		fail(conf, invalidEnvironment, fmt.Sprintf("CNI_COMMAND is %q", command), nil)
	}
}

// handOver asks the agent; where nobody answers, each command has its own rule.
func handOver(command string, conf netConf, stdin []byte) {
	call := call{V: 1, Env: environment(), Stdin: string(stdin)}
	connect, wait := patience(command)
	answer, err := ask(conf.Socket, call, connect, wait)
	if err == nil {
		os.Stdout.WriteString(answer.Stdout)
		os.Exit(answer.Exit)
	}
	var silent *silentAgent
	switch {
	case command == "STATUS":
		fail(conf, notAvailable, "the labnet agent of this node does not answer", err)
	case command == "DEL" && errors.As(err, &silent):
		// A runtime that gets an error here may keep the pod for ever, so the rest is left for the agent's return.
		deleteHostLink(conf.PrevResult)
		if err := leaveTombstone(conf.Socket, call); err != nil {
			fail(conf, ioFailure, "the end of this pod could not be noted for the agent", err)
		}
	default:
		fail(conf, tryAgainLater, "the labnet agent of this node does not answer", err)
	}
}

// patience is how long to wait for a connection, and for the answer. Kubelet asks STATUS every few seconds.
func patience(command string) (connect, wait time.Duration) {
	switch command {
	case "STATUS":
		return 500 * time.Millisecond, 3 * time.Second
	case "DEL", "GC":
		return time.Second, 30 * time.Second
	default:
		return 5 * time.Second, 30 * time.Second
	}
}

func environment() map[string]string {
	all := map[string]string{}
	for _, pair := range os.Environ() {
		if name, value, found := strings.Cut(pair, "="); found && strings.HasPrefix(name, "CNI_") {
			all[name] = value
		}
	}
	return all
}

func print(answer any) {
	text, _ := json.Marshal(answer)
	os.Stdout.Write(append(text, '\n'))
}

// fail prints an error as the specification wants it: on standard output, with exit code 1.
func fail(conf netConf, code int, msg string, err error) {
	answer := failure{CNIVersion: conf.CNIVersion, Code: code, Msg: msg}
	if err != nil {
		answer.Details = err.Error()
	}
	if answer.CNIVersion == "" {
		answer.CNIVersion = "1.1.0"
	}
	print(answer)
	os.Exit(1)
}
