package runner

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// hiddenCommand has the tests' own binary hide, and say what others see of it and what
// it still knows itself.
const hiddenCommand = "hidden"

func init() {
	show = func() { prctl(syscall.PR_SET_DUMPABLE, 1) }
	if len(os.Args) == 2 && os.Args[1] == hiddenCommand {
		hidden()
		os.Exit(0)
	}
}

func hidden() {
	if err := hide(); err != nil {
		os.Stdout.WriteString(err.Error())
		os.Exit(1)
	}
	seen, _ := os.ReadFile("/proc/self/environ")
	os.Stdout.WriteString(strings.ReplaceAll(string(seen), "\x00", "\n") + "\nknown: " + os.Getenv("AWS_SECRET_ACCESS_KEY"))
}

func TestHideEnvironment(t *testing.T) {
	c := exec.Command("/proc/self/exe", hiddenCommand)
	c.Env = append([]string{"FIRST=stays"}, callers...)
	c.Env = append(c.Env, "AWS_SECRET_ACCESS_KEY=the-secret", "AWS_SESSION_TOKEN=", "NOT_AN_ASSIGNMENT", "LAST=stays")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	seen, known, _ := strings.Cut(string(out), "\nknown: ")
	if known != "the-secret" {
		t.Errorf("the process itself has %q", known)
	}
	for _, want := range []string{"FIRST=stays", "AWS_SECRET_ACCESS_KEY=", "NOT_AN_ASSIGNMENT", "LAST=stays"} {
		if !strings.Contains("\n"+seen, "\n"+want+"\n") {
			t.Errorf("no line %q in\n%s", want, seen)
		}
	}
	for _, secret := range c.Env {
		if name, value, _ := strings.Cut(secret, "="); isOurs(name) && value != "" && strings.Contains(seen, secret) {
			t.Errorf("%s is seen", secret)
		}
	}
}

// Others of the same user read nothing of a process that is not "dumpable", to its end: a
// process that outlives the program could read it when it has nothing left to do.
func TestHideMemory(t *testing.T) {
	t.Cleanup(show)
	if err := hide(); err != nil {
		t.Fatal(err)
	}
	if dumpable() != 0 {
		t.Error("it is dumpable")
	}
	show()
	ran(t, Host, "true")
	if dumpable() != 0 {
		t.Error("it is dumpable when the program has ended")
	}
}

func dumpable() uintptr {
	is, _, _ := syscall.RawSyscall6(syscall.SYS_PRCTL, syscall.PR_GET_DUMPABLE, 0, 0, 0, 0, 0)
	return is
}
