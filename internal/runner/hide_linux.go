package runner

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// hide keeps the caller's credentials from the program, which could read them in this
// process: the values in the environment that it was started with are wiped, and other
// processes of its user read nothing of it, nor trace it. So it stays to its end: what the
// program started may outlive the program. Root may do all that nevertheless [ptrace(2),
// PR_SET_DUMPABLE(2const)].
func hide() error {
	if err := wipeEnvironment(); err != nil {
		return fmt.Errorf("the environment of this process cannot be kept from the program: %w", err)
	}
	return prctl(syscall.PR_SET_DUMPABLE, 0)
}

// wipeEnvironment overwrites what [without] takes out. What Go gives out as the
// environment is a copy, and stays.
func wipeEnvironment() error {
	environment, err := os.ReadFile("/proc/self/environ")
	if err != nil {
		return err
	}
	at, err := environmentStart()
	if err != nil {
		return err
	}
	memory, err := os.OpenFile("/proc/self/mem", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer memory.Close()
	for entry := range bytes.SplitSeq(environment, []byte{0}) {
		if name, value, _ := bytes.Cut(entry, []byte{'='}); isOurs(string(name)) {
			if _, err := memory.WriteAt(make([]byte, len(value)), at+int64(len(entry)-len(value))); err != nil {
				return err
			}
		}
		at += int64(len(entry)) + 1
	}
	return nil
}

// envStart is the place of env_start among the fields behind the command's name, in
// parentheses [proc_pid_stat(5): field 50].
const envStart = 50 - 3

// environmentStart is where the environment of this process lies.
func environmentStart() (int64, error) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= envStart {
		return 0, fmt.Errorf("/proc/self/stat has %d fields", len(fields)+2)
	}
	return strconv.ParseInt(string(fields[envStart]), 10, 64)
}
