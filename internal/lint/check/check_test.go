package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

// findings checks a text as if it lay at path, and gives "line check" of each
// finding.
func findings(t *testing.T, path, text string) []string {
	t.Helper()
	file, err := source.Parse(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range All([]*source.File{file}) {
		place, _, _ := strings.Cut(strings.TrimPrefix(f.String(), path+":"), ":")
		got = append(got, place+" "+f.Check)
	}
	return got
}

// inFunction puts a statement on line 4 of a function in a file that imports
// what the samples use.
func inFunction(statement string) string {
	return "package p\n" +
		`import ("bytes"; "crypto/hmac"; "crypto/subtle"; "errors"; "fmt"; "log"; "log/slog"; "reflect"; "slices"; "strings"); ` +
		"var _, _, _, _, _, _, _, _, _, _ = bytes.Equal, hmac.Equal, subtle.ConstantTimeCompare, errors.New, fmt.Errorf, log.Print, slog.Info, reflect.DeepEqual, slices.Equal[[]byte], strings.EqualFold\n" +
		"func f() {\n" + statement + "\n}\n"
}

func checkStatements(t *testing.T, check string, bad, good []string) {
	t.Helper()
	for _, statement := range bad {
		t.Run("caught: "+statement, func(t *testing.T) {
			if got := findings(t, "internal/authn/x.go", inFunction(statement)); !slices.Equal(got, []string{"4 " + check}) {
				t.Errorf("got %v", got)
			}
		})
	}
	for _, statement := range good {
		t.Run("passed: "+statement, func(t *testing.T) {
			if got := findings(t, "internal/authn/x.go", inFunction(statement)); len(got) > 0 {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestSecretCompare(t *testing.T) {
	checkStatements(t, "secret-compare", []string{
		`_ = secret == given`,
		`_ = given != key.SecretAccessKey`,
		`if (user.password) == in.Password { return }`,
		`_ = bytes.Equal(mac.Sum(nil), given)`,
		`_ = bytes.Equal(given, []byte(signature))`,
		`_ = string(masterKey[:]) == given`,
		`_ = *session_token == given`,
		`_ = user.Password() == given`,
		`_ = strings.EqualFold(given, wantSignature)`,
		`_ = slices.Equal(dataKey, given)`,
		`_ = reflect.DeepEqual(signingKey, given)`,
		`switch password { case given: }`,
		`for csrfToken != given { }`,
	}, []string{
		`_ = subtle.ConstantTimeCompare(secret, given) == 1`,
		`_ = hmac.Equal(mac.Sum(nil), given)`,
		`_ = secret == ""`,
		`_ = len(secret) == len(given)`,
		`_ = nil != privateKey`,
		`_ = strings.HasPrefix(signature, "sha256=")`,
		`_ = tokenType == given`,
		`_ = in.Marker == page.NextToken`,
		`_ = secretName == given`,
		`_ = passwordPolicy == given`,
		`secret = given`,
		`_ = secretLength < 8`,
	})
}

func TestSecretLog(t *testing.T) {
	checkStatements(t, "secret-log", []string{
		`slog.Info("made", "key", key.SecretAccessKey)`,
		`slog.Info("made", "password", p)`,
		`s.log.Warn("odd", slog.String("session_token", x))`,
		`logger.ErrorContext(ctx, "odd", "got", fmt.Sprint(signature))`,
		`log.Printf("%s", password)`,
		`s.Log().With("k", masterKey)`,
		`_ = fmt.Errorf("sign in: %q is wrong", in.Password)`,
		`_ = errors.New("wrong: " + string(secret))`,
	}, []string{
		`slog.Info("the root password is printed once")`,
		`slog.Info("made", "key", key.ID, "secret bytes", len(secret))`,
		`_ = fmt.Errorf("the password is shorter than %d", least)`,
		`_ = fmt.Sprintf("%s", password)`,
		`print.Info(password)`,
		`catalog.Read(password)`,
		`_ = errors.New("password")`,
	})
}

// A package that goes by another name in the file is still that package, and
// another package of the name is not.
func TestImportsAreFollowed(t *testing.T) {
	renamed := "package p\nimport b \"bytes\"\nvar x = b.Equal(secret, given)\n"
	if got := findings(t, "internal/authn/x.go", renamed); !slices.Equal(got, []string{"3 secret-compare"}) {
		t.Errorf("renamed: %v", got)
	}
	other := "package p\nimport \"example.com/bytes\"\nvar x = bytes.Equal(secret, given)\n"
	if got := findings(t, "internal/authn/x.go", other); len(got) > 0 {
		t.Errorf("another package: %v", got)
	}
}

func TestAllowance(t *testing.T) {
	tests := []struct {
		name, statement string
		want            []string
	}{
		{"on the line", "_ = secret == given //lint:allow secret-compare both are the caller's own", nil},
		{"on the line above", "//lint:allow secret-compare both are the caller's own\n_ = secret == given", nil},
		{"two lines above", "//lint:allow secret-compare reason\n\n_ = secret == given", []string{"4 allow", "6 secret-compare"}},
		{"without a reason", "_ = secret == given //lint:allow secret-compare ", []string{"4 secret-compare", "4 allow"}},
		{"of another check", "_ = secret == given //lint:allow secret-log reason", []string{"4 secret-compare", "4 allow"}},
		{"of nothing", "_ = 1 //lint:allow secret-compare reason", []string{"4 allow"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := findings(t, "internal/authn/x.go", inFunction(tt.statement)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestTestsAreNotChecked(t *testing.T) {
	if got := findings(t, "internal/authn/x_test.go", inFunction(`_ = secret == given`)); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestFindingSaysWhereAndWhat(t *testing.T) {
	file, err := source.Parse("internal/authn/x.go", []byte(inFunction(`_ = secret == given`)))
	if err != nil {
		t.Fatal(err)
	}
	want := "internal/authn/x.go:4:5: secret is compared with ==: use crypto/subtle (secret-compare)"
	if got := All([]*source.File{file}); len(got) != 1 || got[0].String() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
